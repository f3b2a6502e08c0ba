# SPDX-License-Identifier: Apache-2.0
"""What could have been noticed: evidence of a gap, smallest drop and rise that a volume can show."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta, Struct

from nadzor.detect.calc.figures import Answer, Figures, Level, Positive, Share, Statistic
from nadzor.detect.stats.poisson_rate import silence_evidence
from nadzor.detect.stats.proportion import smallest_detectable_drop


class Gap(Figures, frozen=True, kw_only=True):
    """Studies expected on each day of a gap, their negative binomial k, and what the limit rests on."""

    expected: list[Annotated[float, Meta(ge=0)]]
    dispersion: Annotated[float, Meta(ge=0)] = 0.01
    sites: Annotated[int, Meta(gt=0)] = 1
    budget: Positive = 0.04


class GapEvidence(Struct, frozen=True):
    """Evidence in nats, the limit it must reach, and the chance of such a gap."""

    evidence: float
    limit: float
    p: float


class Power(Figures, frozen=True, kw_only=True):
    """So many cases, a declared share and its lower bound."""

    trials: Annotated[int, Meta(gt=0)]
    declared: Share
    lower_bound: Share
    alpha: Level = 0.05
    power: Level = 0.8


class RisePower(Figures, frozen=True, kw_only=True):
    """Failures a day, the failures its baseline holds, and the days given."""

    failures_per_day: Positive
    baseline_events: Positive
    days: Annotated[int, Meta(gt=0)] = 90
    budget: Positive = 0.04


def _gap(figures: Gap) -> GapEvidence:
    from math import exp

    from nadzor.detect.silence.detector import limit_of_gap

    evidence = sum(silence_evidence(day, dispersion=figures.dispersion) for day in figures.expected)
    return GapEvidence(evidence, limit_of_gap(sites=figures.sites, budget=figures.budget), exp(-evidence))


def _drop(figures: Power) -> Answer:
    drop = smallest_detectable_drop(
        figures.trials, figures.declared, bound=figures.lower_bound, alpha=figures.alpha, power=figures.power
    )
    return Answer(drop)


def _rise(figures: RisePower) -> Answer:
    from nadzor.detect.failure_cusum.detector import smallest_detectable_rise

    rise = smallest_detectable_rise(
        failures_per_day=figures.failures_per_day, baseline_events=figures.baseline_events,
        days=figures.days, budget=figures.budget,
    )  # fmt: skip
    return Answer(rise)


STATISTICS = (
    Statistic(
        name="silence-gap", what="Evidence of a gap against its limit",
        method="minus the log of the negative binomial zero class, ln(1 + mu k) / k, summed over the gap",
        equation="evidence = sum over days of ln(1 + mu k) / k;  p = exp(-evidence)",
        figures=Gap, compute=_gap, example={"expected": [5.0, 3.0]},
    ),
    Statistic(
        name="smallest-detectable-drop", what="Drop of a share that so many cases can show",
        method="exact binomial power of the test that the claim check makes",
        equation="c = the largest x with P(X <= x | n, bound) <= alpha;  value = declared - p with "
        "P(X <= c | n, p) = power",
        figures=Power, compute=_drop,
        example={"trials": 100, "declared": 0.95, "lower_bound": 0.9},
    ),
    Statistic(
        name="smallest-detectable-rise", what="Rise of failures that a volume can show",
        method="the rise at which a chart's run length equals the failures expected in the days given",
        equation="value = the smallest r at which the run length, in failures expected, is at most "
        "failures_per_day x days",
        figures=RisePower, compute=_rise, example={"failures_per_day": 0.5, "baseline_events": 45},
    ),
)  # fmt: skip
