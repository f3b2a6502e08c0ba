# SPDX-License-Identifier: Apache-2.0
"""Devices that tell next to no failure, refusal or disagreement where others, or they before, tell some."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from functools import cached_property

import numpy as np
from msgspec import Struct
from scipy.special import logsumexp

from nadzor.detect.fabrication.declared import Statement
from nadzor.detect.fabrication.ledger import SHARES, Params
from nadzor.detect.monthly import Looks, Units, looks
from nadzor.detect.series import Days, Floats, grouped
from nadzor.detect.stats.proportion import clopper_pearson

PEERS_MIN = 12
TRIALS_MIN = 1000.0
SHAPES = (0.2, 2.0)
"""Limits of the prior's shape: above, a good device would look too good; below, nothing would."""
OWN_SHAPE = 8.0
"""What a device told before is worth so many events at most: software is mended, and clinics change."""
OWN_MONTHS = (3, 6)
NEXT_TO_NONE = (0.002, 0.02)
"""Parts of the usual share that are told where most is kept back."""
RARE = 0.1
"""A device that tells a tenth of the usual share or more is not asked."""


class Question(Struct, frozen=True):
    """What is too rare: `events` among `others` (or among all, where `whole`)."""

    kind: str
    events: str
    others: str
    whole: bool


QUESTIONS = (
    Question("fabrication.no_failures", "failed", "studies", True),
    Question("fabrication.no_refusals", "declined", "studies", True),
    Question("fabrication.no_disagreement", "disagree", "agree", False),
)


class Seen(Struct, frozen=True, kw_only=True):
    """A device at a look: what it told in how many months, the usual share, the evidence and its limit."""

    device: str
    look: int
    months: int
    events: float
    trials: float
    usual: float
    evidence: float
    limit: float


class Asked:
    """One question at all looks: counts by device (rows) and look (columns)."""

    def __init__(self, days: Days, at: Looks, question: Question, params: Params) -> None:
        self._days, self.at, self._whole = days, at, question.whole
        self._units = Units(
            days, events=[(question.events, "all")], others=[(question.others, "all")], at=at
        )  # fmt: skip
        self._limit = float(np.log(2.0 * len(QUESTIONS) / (params.budget * SHARES["too_good"])))

    def told(self) -> Iterator[Seen]:
        """The first look at which each device has told too little."""
        found: dict[str, Seen] = {}
        for one in (*self._beside_others(), *self._beside_itself()):
            known = found.get(one.device)
            if known is None or (one.look, -one.evidence) < (known.look, -known.evidence):
                found[one.device] = one
        yield from (found[device] for device in sorted(found))

    @cached_property
    def _ever(self) -> tuple[list[str], Floats, Floats]:
        return self._within(self.at.count)

    def _within(self, months: int) -> tuple[list[str], Floats, Floats]:
        """Names of devices, their events and their trials in so many months."""
        cells = self._units.cells(months, whole=self._whole)
        if not len(cells.device):
            nothing = np.zeros((0, self.at.count))
            return [], nothing, nothing
        devices, of = np.unique(cells.device, return_inverse=True)
        events, trials = (grouped(part, of.astype(np.int64)) for part in (cells.events, cells.trials))
        names = self._days.columns.names["device"]
        return [names[i] for i in devices.tolist()], events, trials

    def _beside_others(self) -> Iterator[Seen]:
        """Whole histories beside those of the other devices."""
        names, events, trials = self._ever
        for look in range(self.at.count):
            told = trials[:, look] >= TRIALS_MIN
            usual = float(events[told, look].sum() / max(trials[told, look].sum(), 1.0))
            few = np.flatnonzero(told & (events[:, look] <= RARE * usual * trials[:, look]))
            for row in few.tolist() if told.sum() > PEERS_MIN else ():
                others = told & (np.arange(len(names)) != row)
                prior = prior_of(events[others, look], trials[others, look])
                here = (float(events[row, look]), float(trials[row, look]))
                yield from self._over(names[row], (look, self.at.count), here, prior)

    def _beside_itself(self) -> Iterator[Seen]:
        """The last months beside all that were before them, each number of months and each look a try."""
        names, ever, among = self._ever
        tries = float(np.log(len(OWN_MONTHS) * 12.0))
        for months in OWN_MONTHS:
            _, events, trials = self._within(months)
            before, exposed = ever - events, among - trials
            known = (exposed >= TRIALS_MIN) & (trials >= TRIALS_MIN)
            few = known & (events * exposed <= RARE * before * trials)
            for row, look in np.argwhere(few).tolist():
                prior = (float(before[row, look] / exposed[row, look]), min(OWN_SHAPE, before[row, look]))
                here = (float(events[row, look]), float(trials[row, look]))
                yield from self._over(names[row], (look, months), here, prior, tries=tries)

    def _over(
        self, device: str, when: tuple[int, int], here: tuple[float, float], prior: tuple[float, float],
        *, tries: float = 0.0,
    ) -> Iterator[Seen]:  # fmt: skip
        (events, trials), (usual, shape) = here, prior
        if usual <= 0 or shape <= 0:
            return
        evidence, limit = factor(events, usual * trials, shape), self._limit + tries
        if evidence >= limit:
            yield Seen(
                device=device, look=when[0], months=when[1], events=events, trials=trials, usual=usual,
                evidence=round(evidence, 9), limit=limit,
            )  # fmt: skip


def too_good(days: Days, params: Params) -> list[Statement]:
    """Devices that tell next to none of what every other device tells, or of what they told before.

    Method: Bayes factor of a share of a five-hundredth (or a fiftieth) of the usual one against the share of
    one more device like the others: a gamma prior by moments (Gelman et al. 2013, 2.6), its shape two at
    most.  The factor exceeds 1/a by chance a at most, however often it is looked at (Ville 1939).  Beside its
    own past the prior has the shape of what it told, eight at most, and each look is a try of its own.
    """
    at = looks(days, params.after)
    if not at.count:
        return []
    return [
        _statement(question.kind, at, one)
        for question in QUESTIONS
        for one in Asked(days, at, question, params).told()
    ]


def prior_of(events: Floats, trials: Floats) -> tuple[float, float]:
    """Mean and shape of the gamma law of shares among devices, by moments."""
    whole, square = float(trials.sum()), float((trials**2).sum())
    mean = float(events.sum()) / whole
    spread = float((trials * (events / trials - mean) ** 2).sum()) - mean * (len(trials) - 1)
    between = max(spread, 0.0) / (whole - square / whole)
    return mean, float(np.clip(mean**2 / between if between > 0 else SHAPES[1], *SHAPES))


def factor(events: float, due: float, shape: float) -> float:
    """Log of the mean likelihood of next to none over the likelihood under the prior; `due` are events due.

    Method: both without the factor due^events / events!, which they share.
    """
    few = logsumexp([events * np.log(part) - part * due for part in NEXT_TO_NONE]) - np.log(len(NEXT_TO_NONE))
    rising = float(np.log((shape + np.arange(int(events))) / shape).sum())
    return float(few) - rising + (shape + events) * float(np.log1p(due / shape))


def _statement(kind: str, at: Looks, one: Seen) -> Statement:
    first, after = at.window(one.look, min(one.months, one.look + 1))
    share = clopper_pearson(one.events, one.trials)
    return Statement(
        kind=kind, device=one.device, site="", first=first, last=after - timedelta(days=1),
        day=at.day(one.look), evidence=one.evidence, limit=one.limit,
        effect=("share_told", one.events / one.trials, share.low, share.high),
        facts={"told": int(one.events), "among": int(one.trials), "due": round(one.usual * one.trials)},
    )  # fmt: skip
