# SPDX-License-Identifier: Apache-2.0
"""A share of a device's studies before learned charts: its sites, its findings, the version that came.

For detectors that ask one question of two counts; what they count and how they speak of it is their own.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date, timedelta

import numpy as np
from msgspec import Struct, structs
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from nadzor.detect.finding import Effect, Fact, Finding
from nadzor.detect.learned import (
    Passed,
    Scene,
    Table,
    Told,
    Watch,
    contributors,
    enough,
    finding_of,
    passed,
    since,
    windows,
)  # fmt: skip
from nadzor.detect.series import Days, Floats, Ints
from nadzor.detect.stats.learned_chart import learn
from nadzor.detect.stats.learned_strata import (
    PEERS_MIN,
    Strata,
    added,
    in_logits,
    share_strata,
    within,
    without_shared,
)  # fmt: skip
from nadzor.detect.window import Window
from nadzor.measures.columns import Pair

Flags = NDArray[np.bool_]
LEVEL = 1.96
ODD, PAST = 0.5, 28
"""Logits by which a day of the whole country is odd, and the days before it that tell what is usual."""
RELEASE_DAYS = 14
"""A version may have brought a change that began so many days after its first study, but not later."""


class Params(Struct, frozen=True, kw_only=True):
    """What such a detector may be told: registered baselines by device, and the size of the journal."""

    registered: Mapping[str, Window] = {}
    journal_size: int | None = None


class Shares(Struct, frozen=True, kw_only=True):
    """Events among trials by stratum and day, and the question that they answer.

    `counted` are the rows that name the versions at work; a share below `floor` has the variance of the
    floor; `shared` says whether what all devices do together is taken off; a day's counts are looked at
    `waits` days after it.
    """

    detector: str
    budget: float
    days: Days
    counted: Pair
    table: Table
    events: Floats
    trials: Floats
    params: Params
    floor: float = 0.0
    shared: bool = False
    waits: int = 0


def moved(
    shares: Shares, watches: Sequence[Watch], *, facts: Callable[[str], dict[str, Fact]] = lambda _: {}
) -> list[Finding]:
    """The devices whose share has moved, with the facts that the detector adds for a device.

    Method: shares by site, each with its own past, in logits, added by device, in the learned charts of
    stats/learned_chart.py.
    """
    scene, spread = _scene(shares)
    share = enough(scene.learned).astype(np.float64)
    return [
        _finding(shares, scene, spread, one, facts=facts) for one in passed(scene.learned, watches, share)
    ]


def _scene(shares: Shares) -> tuple[Scene, Strata]:
    table = shares.table
    window = windows(table, shares.trials, shares.days.columns.names["device"], shares.params.registered)
    stream, trials = table.streams("device"), shares.trials
    if shares.shared:
        trials = trials * ~odd_days(shares.events, trials, stream=stream, window=window)
    events = np.minimum(shares.events, trials)
    strata = share_strata(events, trials, stream=stream, window=window, floor=shares.floor)
    logits = in_logits(strata)
    learned = learn(without_shared(logits) if shares.shared else logits, slopes=False)
    return Scene(
        detector=shares.detector, budget=shares.budget, days=shares.days, table=table, learned=learned,
        journal_size=shares.params.journal_size,
    ), strata  # fmt: skip


def _finding(
    shares: Shares, scene: Scene, strata: Strata, one: Passed, *, facts: Callable[[str], dict[str, Fact]]
) -> Finding:
    count = since(scene, one, strata.count)
    whole = float(count.sum())
    seen = float(since(scene, one, strata.total).sum()) / whole
    usual = float((count * scene.learned.mean * strata.spread).sum()) / whole
    points = float((count * strata.spread).sum()) / whole  # of a share, for a logit
    low, middle, high = (
        points * (one.change.effect + side * LEVEL * one.change.error) for side in (-1, 0, 1)
    )
    told = finding_of(scene, one, Told(
        kind=one.watch.kind, effect=Effect(name="share_changed_by", estimate=middle, low=low, high=high),
        facts={
            "studies": round(whole), "observed": round(seen, 5), "expected": round(usual, 5),
            "effect_logit": round(_logit(seen) - _logit(usual), 4),
            **_places(scene, one),
        },
    ))  # fmt: skip
    version = _came(shares, told)
    return _waited(
        structs.replace(
            told, version=version, facts={**told.facts, "since_version": version, **facts(told.device)}
        ),
        shares,
    )


def odd_days(events: Floats, trials: Floats, *, stream: Ints, window: tuple[Ints, Ints]) -> Flags:
    """Days on which the whole country did otherwise than in the four weeks before, as on holidays; by column.

    None where there are too few devices to say.

    Method: logit of the share of all devices less that of what their baselines let expect, no device weighing
    more than three median ones; a day is odd when it lies ODD logits from the median of the 28 days before
    (of the first 28, within them).
    """
    none = np.zeros(events.shape[1], bool)
    inside = within(*window, events.shape[1])
    known = (trials * inside).sum(axis=1)
    weight = added(known[:, None], stream)[:, 0]
    if np.count_nonzero(weight) < PEERS_MIN or len(none) <= PAST:
        return none
    weight = np.minimum(1.0, 3.0 * np.median(weight[weight > 0]) / np.maximum(weight, 1.0))[stream]
    share = (events * inside).sum(axis=1) / np.maximum(known, 1.0)
    told = (np.arange(len(none)) >= window[0][:, None]) * (weight * (known > 0))[:, None]
    whole = np.maximum((trials * told).sum(axis=0), 1e-9)
    seen, usual = (events * told).sum(axis=0) / whole, (trials * told * share[:, None]).sum(axis=0) / whole
    gap = _logits(seen, whole) - _logits(usual, whole)
    before = np.median(sliding_window_view(gap, PAST), axis=1)
    return np.asarray(np.abs(gap - np.concatenate((np.full(PAST, before[0]), before[:-1]))) > ODD)


def _logits(share: Floats, count: Floats) -> Floats:
    """Logits of shares with half an event added on either side."""
    return np.asarray(np.log((share * count + 0.5) / ((1.0 - share) * count + 0.5)))


def _logit(share: float) -> float:
    safe = min(max(share, 1e-4), 1.0 - 1e-4)
    return float(np.log(safe / (1.0 - safe)))


def _places(scene: Scene, one: Passed) -> dict[str, Fact]:
    """The sites that went the alarmed way, most first; none where the counts know no sites."""
    if "site" not in scene.table.code:
        return {"sites": [], "sites_watched": 0}
    sites, watched = contributors(scene, one, "site", side=one.watch.side)
    return {"sites": sites, "sites_watched": watched}


def _came(shares: Shares, told: Finding) -> str:
    """The version that first ran just before the change: it may have come with it."""
    block, names = shares.days.block(*shares.counted), shares.days.columns.names
    mine = np.flatnonzero((block.device == names["device"].index(told.device)) & (block.n > 0))
    first = np.full(len(names["version"]), np.iinfo(np.int64).max)
    np.minimum.at(first, block.version[mine], block.day[mine])
    ran = first < np.iinfo(np.int64).max
    if told.located is None or np.count_nonzero(ran) < 2:
        return ""
    low, high = told.located.low.toordinal() - RELEASE_DAYS, told.located.high.toordinal()
    fits = ran & (first > first.min()) & (first >= low) & (first <= high)
    latest = np.where(fits, first, -1)
    return names["version"][int(latest.argmax())] if fits.any() else ""


def _waited(told: Finding, shares: Shares) -> Finding:
    """The finding as it can be made once the counts of its last day are settled."""
    if not shares.waits:
        return told
    day: date = told.first_day + timedelta(days=shares.waits)
    digest, rows_read = shares.days.digest(device=told.device, after=day + timedelta(days=1))
    return structs.replace(told, first_day=day, rows_hash=digest, rows_read=rows_read)
