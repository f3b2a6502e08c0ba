# SPDX-License-Identifier: Apache-2.0
"""A claim is consistent, contradicted or untestable: the looks, what each may spend, and the outcome."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from math import sqrt
from typing import Literal

from msgspec import Struct
from scipy.special import ndtr, ndtri

from nadzor.detect.claim_check.claim import FAIR, Claim, Evidence, Labels
from nadzor.detect.stats.proportion import (
    Bounds,
    binomial_below,
    clopper_pearson,
    smallest_detectable_drop,
)

Outcome = Literal["consistent", "contradicted", "untestable"]
Reason = Literal["", "no_labels", "selection", "few_cases", "interval"]
CASES_MIN = 20
"""Fewer cases than this are not looked at: the first look is dear, and would be spent on nothing."""
GROWTH = 1.5
"""The next look comes when there are this many times as many cases."""
WINDOW_DAYS = 90


class Look(Struct, frozen=True):
    """One look at the labels: what was seen, what it may spend on either side, and how it came out."""

    number: int
    day: date
    evidence: Evidence
    alpha_against: float
    alpha_for: float
    outcome: Outcome
    lower: float
    upper: float
    p_value: float


class Verdict(Struct, frozen=True, kw_only=True):
    """What the labels say about one claim of one version.

    `estimate` holds the plain 95 % interval of everything known; the outcome comes from the looks.  Labels
    that were neither all nor a random part of the studies are counted in `unfair` and decide nothing.
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


def looks(labels: Labels, *, alpha_against: float, alpha_for: float) -> Iterator[Look]:
    """The looks that the growth of the labels allows.

    Method: union bound over looks, the k-th spends alpha / (k (k + 1)), which adds up to alpha for ever; the
    days of looking depend on how many cases are known, not on how they came out.
    """
    due, number = float(CASES_MIN), 0
    for day, cases in labels.growth():
        if cases >= due:
            number += 1
            share = 1.0 / (number * (number + 1))
            due = cases * GROWTH
            yield _look(labels, number, day, (alpha_against * share, alpha_for * share))


def judge(
    labels: Labels, version: str, *, alpha_against: float, alpha_for: float
) -> tuple[Verdict, list[Look]]:
    """The verdict on one version, with the looks it rests on."""
    claim, fair = labels.claim, labels.selected(FAIR)
    now, known = fair.by(date.max.toordinal()), labels.by(date.max.toordinal())
    taken = list(looks(fair, alpha_against=alpha_against, alpha_for=alpha_for))
    outcome, reason = _outcome(taken, now, known)
    against = [look.day for look in taken if look.outcome == "contradicted"]
    verdict = Verdict(
        claim=claim, version=version, outcome=outcome, reason=reason, estimate=estimate(now, level=0.95),
        cases=now.cases, unfair=known.cases - now.cases, selections=labels.selections(), looks=len(taken),
        alpha=alpha_against, decided_on=taken[-1].day if taken else None,
        contradicted_on=against[0] if against else None,
        smallest_drop=_smallest_drop(fair, now, alpha=alpha_against / 2.0),
    )  # fmt: skip
    return verdict, taken


def estimate(evidence: Evidence, *, level: float) -> Bounds | None:
    """The estimate with its limits; None where there is no case."""
    if not evidence.cases:
        return None
    if evidence.area is None:
        return clopper_pearson(evidence.events, evidence.cases, level=level)
    area = evidence.area
    half = float(ndtri(0.5 + level / 2.0)) * sqrt(area.variance)
    reach = ((1.0 - level) / 2.0) ** (1.0 / evidence.cases)
    low = area.auc - half if half > 0 else area.auc * reach
    high = area.auc + half if half > 0 else 1.0 - (1.0 - area.auc) * reach
    return Bounds(area.auc, max(0.0, low), min(1.0, high))


def _look(labels: Labels, number: int, day: int, alphas: tuple[float, float]) -> Look:
    evidence, bound = labels.by(day), labels.claim.lower_bound
    against, in_favour = alphas
    above, below = (estimate(evidence, level=1.0 - 2.0 * alpha) for alpha in (against, in_favour))
    assert above is not None and below is not None
    outcome: Outcome = "untestable"
    if above.high < bound:
        outcome = "contradicted"
    elif below.low >= bound:
        outcome = "consistent"
    return Look(
        number, date.fromordinal(day), evidence, against, in_favour, outcome, below.low, above.high,
        _p_value(evidence, bound),
    )  # fmt: skip


def _p_value(evidence: Evidence, bound: float) -> float:
    """The chance of labels as bad as these at one look if the bound held."""
    if evidence.area is None:
        return binomial_below(evidence.events, evidence.cases, bound)
    spread = sqrt(evidence.area.variance)
    gap = evidence.area.auc - bound
    return float(ndtr(gap / spread)) if spread > 0 else float(gap >= 0)


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
    growth = list(labels.growth())
    if not growth:
        return 0
    last, total = growth[-1]
    before = [cases for day, cases in growth if day <= last - WINDOW_DAYS]
    return max(0, total - (before[-1] if before else 0))
