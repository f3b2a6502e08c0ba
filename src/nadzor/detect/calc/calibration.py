# SPDX-License-Identifier: Apache-2.0
"""Whether probabilities come true."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta, Struct

from nadzor.detect.calc.figures import Figures, Label, Level, Share, Statistic, paired
from nadzor.detect.stats.calibration import (
    Coefficient,
    Group,
    brier,
    calibration_in_the_large,
    calibration_slope,
    checked,
    observed_over_expected,
    reliability,
)
from nadzor.detect.stats.proportion import wilson


class Calibration(Figures, frozen=True, kw_only=True):
    """Probabilities told, and whether each came true (1) or not (0)."""

    p: list[Share]
    y: list[Label]
    groups: Annotated[int, Meta(ge=1, le=100)] = 10
    level: Level = 0.95


class Reliability(Struct, frozen=True):
    """A group of neighbouring probabilities: mean told, share that came true with its score limits."""

    n: int
    lowest: float
    highest: float
    predicted: float
    observed: float
    lower: float
    upper: float


class CalibrationAnswer(Struct, frozen=True):
    """Slope (1 is right), calibration in the large (0), Brier score, observed over expected (1), groups.

    Slope and citl do not exist where a p is 0 or 1 or all outcomes are alike; nor a slope where all p are
    equal or they part the outcomes.
    """

    n: int
    slope: float | None
    slope_se: float | None
    citl: float | None
    citl_se: float | None
    brier: float
    oe: float | None
    reliability: list[Reliability]


def _calibration(figures: Calibration) -> CalibrationAnswer:
    paired(p=figures.p, y=figures.y)
    p, y = checked(figures.p, figures.y)
    slope, slope_se = _pair(calibration_slope(p, y))
    citl, citl_se = _pair(calibration_in_the_large(p, y))
    parts = [_told(one, figures.level) for one in reliability(p, y, groups=figures.groups)]
    return CalibrationAnswer(
        len(p), slope, slope_se, citl, citl_se, brier(p, y), observed_over_expected(p, y), parts
    )


def _pair(told: Coefficient | None) -> tuple[float | None, float | None]:
    return (told.value, told.se) if told else (None, None)


def _told(group: Group, level: float) -> Reliability:
    share = wilson(group.events, group.n, level=level)
    return Reliability(
        group.n, group.lowest, group.highest, group.mean, share.estimate, share.low, share.high
    )


STATISTICS = (
    Statistic(
        name="calibration", what="Whether probabilities come true",
        method="Cox 1958 (slope and calibration in the large by logistic regression); Brier 1950; "
        "reliability in groups of equal size with Wilson 1927 limits",
        equation="logit P(y) = a + slope logit(p);  logit P(y) = citl + logit(p);  brier = mean (p - y)^2;  "
        "oe = sum y / sum p",
        figures=Calibration, compute=_calibration,
        example={"p": [0.1, 0.3, 0.5, 0.7, 0.9], "y": [0, 1, 0, 0, 1], "groups": 2},
    ),
)  # fmt: skip
