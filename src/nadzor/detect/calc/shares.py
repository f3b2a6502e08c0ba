# SPDX-License-Identifier: Apache-2.0
"""Shares and rates with their intervals."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta, Struct

from nadzor.detect.calc.figures import Count, Figures, Level, Positive, Statistic
from nadzor.detect.stats.poisson_rate import RateRatio, rate_ratio
from nadzor.detect.stats.proportion import Bounds, clopper_pearson, newcombe, wilson


class Proportion(Figures, frozen=True, kw_only=True):
    """Events among trials."""

    events: Count
    trials: Annotated[int, Meta(gt=0)]
    level: Level = 0.95
    continuity: bool = False


class ProportionInterval(Struct, frozen=True):
    """The exact interval, which we decide by, and the score interval, which we show."""

    clopper_pearson: Bounds
    wilson: Bounds


class Difference(Figures, frozen=True, kw_only=True):
    """Events among trials in two independent groups; the second is subtracted from the first."""

    events: tuple[Count, Count]
    trials: tuple[Annotated[int, Meta(gt=0)], Annotated[int, Meta(gt=0)]]
    level: Level = 0.95


class Rate(Figures, frozen=True, kw_only=True):
    """Events observed against events expected."""

    observed: Count
    expected: Positive
    level: Level = 0.95


def _proportion(figures: Proportion) -> ProportionInterval:
    events, trials, level = figures.events, figures.trials, figures.level
    score = wilson(events, trials, level=level, continuity=figures.continuity)
    return ProportionInterval(clopper_pearson(events, trials, level=level), score)


def _difference(figures: Difference) -> Bounds:
    return newcombe(figures.events, figures.trials, level=figures.level)


def _rate(figures: Rate) -> RateRatio:
    return rate_ratio(figures.observed, figures.expected, level=figures.level)


STATISTICS = (
    Statistic(
        name="proportion-ci", what="Exact and score interval of a proportion",
        method="Clopper & Pearson 1934; Wilson 1927, in the form of Newcombe 1998, methods 5, 3 and 4",
        figures=Proportion, compute=_proportion, example={"events": 0, "trials": 20},
    ),
    Statistic(
        name="proportion-difference", what="Difference of two proportions",
        method="Newcombe 1998b, method 10: score limits squared and added", figures=Difference,
        compute=_difference, example={"events": [56, 48], "trials": [70, 80]},
    ),
    Statistic(
        name="poisson-ci", what="Observed over expected with exact limits and tests",
        method="Garwood 1936: chi-squared limits of a Poisson mean; two-sided p by small probabilities",
        figures=Rate, compute=_rate, example={"observed": 5, "expected": 2.1},
    ),
)  # fmt: skip
