# SPDX-License-Identifier: Apache-2.0
"""A claim is consistent, contradicted or untestable: what was seen, what it may spend, and the outcome.

Shares are judged at every day of knowing by an e-process; areas, which have none, at growing looks.
"""

from __future__ import annotations

from datetime import date
from math import log, sqrt
from typing import Literal

import numpy as np
from msgspec import Struct
from scipy.special import ndtr, ndtri

from nadzor.detect.claim_check.calibration import Calibration, calibration
from nadzor.detect.claim_check.claim import FAIR, Claim, Evidence, Labels
from nadzor.detect.claim_check.shares import CASES_MIN
from nadzor.detect.series import Floats
from nadzor.detect.stats.claim_evidence import confidence_sequence, log_e_above, log_e_below
from nadzor.detect.stats.proportion import (
    Bounds,
    binomial_below,
    clopper_pearson,
    smallest_detectable_drop,
)
from nadzor.measures.score_scale import ScoreScale

Outcome = Literal["consistent", "contradicted", "untestable"]
Reason = Literal["", "no_labels", "selection", "few_cases", "interval"]
GROWTH = 1.5
"""The next look comes when there are this many times as many cases."""
WINDOW_DAYS = 90


class Look(Struct, frozen=True):
    """One look at the labels: what was seen, what it may spend, and the limits on either side."""

    number: int
    day: date
    evidence: Evidence
    alpha: float
    lower: float
    upper: float
    outcome: Outcome


class Verdict(Struct, frozen=True, kw_only=True):
    """What the labels say about one claim of one version.

    `estimate` holds the plain 95 % interval of everything known; the outcome comes from the looks.  Labels
    that were neither all nor a random part of the studies are counted in `unfair` and decide nothing.
    `sequence` are the limits that hold at all looks together, for a share; `e_value` is the evidence against
    the claim now, where 1 / alpha contradicts it.  `calibration` goes with an area: it needs scores.
    """

    claim: Claim
    version: str
    outcome: Outcome
    reason: Reason = ""
    estimate: Bounds | None = None
    cases: int = 0
    unfair: int = 0
    selections: list[str] = []
    looks: int = 0
    alpha: float = 0.0
    decided_on: date | None = None
    contradicted_on: date | None = None
    smallest_drop: float | None = None
    sequence: Bounds | None = None
    e_value: float | None = None
    calibration: Calibration | None = None


def looks(labels: Labels, *, alpha_against: float, alpha_for: float) -> list[Look]:
    """The looks at an area that the growth of the labels allows.

    Method: union bound over looks, the k-th spends alpha / (k (k + 1)), which adds up to alpha for ever; the
    days of looking depend on how many cases are known, not on how they came out.
    """
    due, days = float(CASES_MIN), []
    for day, cases in labels.growth():
        if cases >= due:
            days.append(day)
            due = cases * GROWTH
    if not days:
        return []
    seen = [labels.by(day) for day in days]
    number = np.arange(1, len(days) + 1)
    share = 1.0 / (number * (number + 1.0))
    lower, upper = _limits(seen, share * alpha_for, share * alpha_against)
    bound = labels.claim.lower_bound
    return [
        Look(
            i + 1,
            date.fromordinal(day),
            seen[i],
            alpha_against * float(share[i]),
            low,
            high,
            _side(low, high, bound),
        )
        for i, (day, low, high) in enumerate(zip(days, lower.tolist(), upper.tolist(), strict=True))
    ]


def verdict(
    labels: Labels,
    version: str,
    *,
    alpha_against: float,
    alpha_for: float,
    scale: ScoreScale | None = None,
) -> Verdict:
    """The verdict on one version; `scale` is the registered one of its scores, 0 to 1 unless told."""
    claim, fair = labels.claim, labels.selected(FAIR)
    now, known = fair.by(date.max.toordinal()), labels.by(date.max.toordinal())
    taken = (looks if claim.metric == "auc" else daily)(
        fair, alpha_against=alpha_against, alpha_for=alpha_for
    )
    outcome, reason = _outcome(taken, now, known)
    against = [look.day for look in taken if look.outcome == "contradicted"]
    return Verdict(
        claim=claim, version=version, outcome=outcome, reason=reason, estimate=estimate(now, level=0.95),
        cases=now.cases, unfair=known.cases - now.cases, selections=labels.selections(), looks=len(taken),
        alpha=alpha_against, decided_on=taken[-1].day if taken else None,
        contradicted_on=against[0] if against else None,
        smallest_drop=_smallest_drop(fair, now, alpha=alpha_against / 2.0),
        sequence=_sequence(now, alpha=min(alpha_against, alpha_for)),
        e_value=_evidence(now, claim.lower_bound),
        calibration=_calibration(fair, scale or ScoreScale()),
    )  # fmt: skip


def _calibration(labels: Labels, scale: ScoreScale) -> Calibration | None:
    if labels.claim.metric != "auc":
        return None
    return calibration(labels.scores, *labels.histograms(), scale=scale)


def daily(labels: Labels, *, alpha_against: float, alpha_for: float) -> list[Look]:
    """A look at the end of every day on which enough labels were known: an e-process may be read each day.

    Method: mixture e-processes in both directions (stats/claim_evidence.py); `lower` and `upper` are the
    evidence for and against the declared lower bound as log e-values.
    """
    days, events, cases = labels.path()
    enough = cases >= CASES_MIN
    bound = labels.claim.lower_bound
    lower = log_e_above(events[enough], cases[enough], bound)
    upper = log_e_below(events[enough], cases[enough], bound)
    rows = zip(days[enough].tolist(), events[enough].tolist(), cases[enough].tolist(), strict=True)
    return [
        Look(
            i + 1, date.fromordinal(day), Evidence(int(n), int(x)), alpha_against, float(lower[i]),
            float(upper[i]), _weighed(float(lower[i]), float(upper[i]), alpha_against, alpha_for),
        )
        for i, (day, x, n) in enumerate(rows)
    ]  # fmt: skip


def _weighed(log_for: float, log_against: float, alpha_against: float, alpha_for: float) -> Outcome:
    if log_against >= -log(alpha_against):
        return "contradicted"
    return "consistent" if log_for >= -log(alpha_for) else "untestable"


def _sequence(now: Evidence, *, alpha: float) -> Bounds | None:
    if now.area is not None or not now.cases:
        return None
    return Bounds(now.events / now.cases, *confidence_sequence(now.events, now.cases, alpha=alpha))


def _evidence(now: Evidence, bound: float) -> float | None:
    if now.area is not None or not now.cases:
        return None
    return float(np.exp(min(690.0, float(log_e_below(now.events, now.cases, bound)))))


def estimate(evidence: Evidence, *, level: float) -> Bounds | None:
    """The estimate with its limits; None where there is no case."""
    return _bounds(evidence, level=level) if evidence.cases else None


def _bounds(evidence: Evidence, *, level: float) -> Bounds:
    if evidence.area is None:
        return clopper_pearson(evidence.events, evidence.cases, level=level)
    area = evidence.area
    half = float(ndtri(0.5 + level / 2.0)) * sqrt(area.variance)
    reach = ((1.0 - level) / 2.0) ** (1.0 / evidence.cases)
    low = area.auc - half if half > 0 else area.auc * reach
    high = area.auc + half if half > 0 else 1.0 - (1.0 - area.auc) * reach
    return Bounds(area.auc, max(0.0, low), min(1.0, high))


def p_value(evidence: Evidence, bound: float) -> float:
    """The chance of labels as bad as these at one look if the bound held."""
    if evidence.area is None:
        return binomial_below(evidence.events, evidence.cases, bound)
    spread = sqrt(evidence.area.variance)
    gap = evidence.area.auc - bound
    return float(ndtr(gap / spread)) if spread > 0 else float(gap >= 0)


def _limits(seen: list[Evidence], alpha_low: Floats, alpha_high: Floats) -> tuple[Floats, Floats]:
    """One-sided limits of all looks at once, the lower ones and the upper ones."""
    pairs = [
        (_bounds(one, level=1.0 - 2.0 * low).low, _bounds(one, level=1.0 - 2.0 * high).high)
        for one, low, high in zip(seen, alpha_low.tolist(), alpha_high.tolist(), strict=True)
    ]
    return np.array([low for low, _ in pairs]), np.array([high for _, high in pairs])


def _side(lower: float, upper: float, bound: float) -> Outcome:
    if upper < bound:
        return "contradicted"
    return "consistent" if lower >= bound else "untestable"


def _outcome(taken: list[Look], now: Evidence, known: Evidence) -> tuple[Outcome, Reason]:
    if not taken:
        reason: Reason = "few_cases" if now.cases else "selection" if known.cases else "no_labels"
        return "untestable", reason
    last = taken[-1].outcome
    if last == "untestable" and any(look.outcome == "contradicted" for look in taken):
        return "contradicted", ""  # more labels have made it less sure, but have not taken it back
    return last, "interval" if last == "untestable" else ""


def _smallest_drop(labels: Labels, now: Evidence, *, alpha: float) -> float | None:
    """The drop below the declared value that 90 days of labels would show with a chance of 80 %."""
    claim, trials = labels.claim, _recent(labels)
    if not trials:
        return None
    if now.area is None:
        return smallest_detectable_drop(trials, claim.value, bound=claim.lower_bound, alpha=alpha)
    spread = sqrt(now.area.variance * now.cases / trials)
    return min(1.0, claim.value - claim.lower_bound + float(ndtri(1.0 - alpha) + ndtri(0.8)) * spread)


def _recent(labels: Labels) -> int:
    """Cases that became known in the last 90 days with labels."""
    growth = labels.growth()
    if not growth:
        return 0
    last, total = growth[-1]
    before = [cases for day, cases in growth if day <= last - WINDOW_DAYS]
    return max(0, total - (before[-1] if before else 0))
