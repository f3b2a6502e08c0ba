# SPDX-License-Identifier: Apache-2.0
"""Shares and rates with their intervals."""

from __future__ import annotations

from typing import TypeAlias

from msgspec import Struct

from nadzor.detect.calc.figures import Count, Figures, Level, Positive, Statistic, Whole
from nadzor.detect.stats.poisson_rate import rate_ratio
from nadzor.detect.stats.proportion import clopper_pearson, newcombe, wilson

Interval: TypeAlias = tuple[float, float]


class Proportion(Figures, frozen=True, kw_only=True):
    """x events among n trials; `continuity` corrects the score interval, nothing else."""

    x: Count
    n: Whole
    level: Level = 0.95
    continuity: bool = False


class ProportionInterval(Struct, frozen=True):
    """Lower and upper limits: exact, by which we decide, and of the score, which we show."""

    estimate: float
    clopper_pearson: Interval
    wilson: Interval


class Difference(Figures, frozen=True, kw_only=True):
    """x events among n trials in two independent groups; the second is subtracted from the first."""

    x: tuple[Count, Count]
    n: tuple[Whole, Whole]
    level: Level = 0.95


class DifferenceInterval(Struct, frozen=True):
    """The difference of two shares with its limits."""

    estimate: float
    lower: float
    upper: float


class Rate(Figures, frozen=True, kw_only=True):
    """Events observed against events expected."""

    observed: Count
    expected: Positive
    level: Level = 0.95


class RateAnswer(Struct, frozen=True):
    """Observed over expected with exact limits; p of "the ratio is one", two-sided, and of either side."""

    smr: float
    lower: float
    upper: float
    p: float
    p_greater: float
    p_less: float


def _proportion(figures: Proportion) -> ProportionInterval:
    exact = clopper_pearson(figures.x, figures.n, level=figures.level)
    score = wilson(figures.x, figures.n, level=figures.level, continuity=figures.continuity)
    return ProportionInterval(exact.estimate, (exact.low, exact.high), (score.low, score.high))


def _difference(figures: Difference) -> DifferenceInterval:
    gap = newcombe(figures.x, figures.n, level=figures.level)
    return DifferenceInterval(gap.estimate, gap.low, gap.high)


def _rate(figures: Rate) -> RateAnswer:
    one = rate_ratio(figures.observed, figures.expected, level=figures.level)
    return RateAnswer(one.ratio, one.low, one.high, one.p_two_sided, one.p_greater, one.p_less)


ALSO = {"events": "x", "trials": "n"}
STATISTICS = (
    Statistic(
        name="proportion-ci", what="Exact and score interval of a proportion",
        method="Clopper & Pearson 1934; Wilson 1927, in the form of Newcombe 1998 (Stat. Med. 17:857), "
        "methods 5, 3 and, with continuity, 4",
        equation="exact: beta quantiles B(a/2; x, n-x+1) and B(1-a/2; x+1, n-x);  "
        "score: (2x + z^2 -/+ z sqrt(z^2 + 4x(1 - x/n))) / (2(n + z^2))",
        figures=Proportion, compute=_proportion, example={"x": 0, "n": 20}, also=ALSO,
    ),
    Statistic(
        name="proportion-difference", what="Difference of two proportions",
        method="Newcombe 1998 (Stat. Med. 17:873), method 10: score limits squared and added",
        equation="d - sqrt((p1 - l1)^2 + (u2 - p2)^2), d + sqrt((u1 - p1)^2 + (p2 - l2)^2)",
        figures=Difference, compute=_difference, example={"x": [56, 48], "n": [70, 80]}, also=ALSO,
    ),
    Statistic(
        name="poisson-ci", what="Observed over expected with exact limits and tests",
        method="Garwood 1936: chi-squared limits of a Poisson mean; two-sided p by small probabilities",
        equation="smr = O / E;  lower = chi2(a/2; 2O) / 2E, upper = chi2(1 - a/2; 2O + 2) / 2E;  "
        "p = sum of P(k) over all k with P(k) <= P(O), k ~ Poisson(E)",
        figures=Rate, compute=_rate, example={"observed": 5, "expected": 2.1},
    ),
)  # fmt: skip
