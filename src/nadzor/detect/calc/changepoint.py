# SPDX-License-Identifier: Apache-2.0
"""Where the level of a series changed."""

from __future__ import annotations

from itertools import pairwise
from typing import Annotated, TypeAlias

import numpy as np
from msgspec import Meta, Struct
from numpy.typing import NDArray

from nadzor.detect.calc.figures import Figures, Level, Positive, Statistic
from nadzor.detect.stats.changepoint import Single, changes, noise, single

Floats: TypeAlias = NDArray[np.float64]
LONGEST = 10_000  # values: a few seconds


class Series(Figures, frozen=True, kw_only=True):
    """Values in order of time.  `penalty` is what a change must save, 3 ln n unless told.

    `min_size` values make a level; with `trend` a common slope may stand in for many small steps.
    """

    series: list[float]
    penalty: Positive | None = None
    min_size: Annotated[int, Meta(ge=1)] = 5
    trend: bool = True
    level: Level = 0.95


class Segment(Struct, frozen=True):
    """A level from `start` on, before `end`: its mean."""

    start: int
    end: int
    mean: float


class ChangesAnswer(Struct, frozen=True):
    """First index (from 0) of every new level, the slope if one was needed, levels, and the noise assumed.

    `single` is the likeliest place of one change whatever it costs, with its credible interval: whether there
    is a change at all is told by `changes`.
    """

    changes: list[int]
    slope: float | None
    segments: list[Segment]
    sd: float | None
    correlation: float | None
    single: Single | None


def _changes(figures: Series) -> ChangesAnswer:
    if not figures.series:
        raise ValueError("the series is empty")
    if len(figures.series) > LONGEST:
        raise ValueError(f"{len(figures.series)} values are more than {LONGEST}")
    values = np.array(figures.series, dtype=np.float64)
    told = changes(values, penalty=figures.penalty, least=figures.min_size, trend=figures.trend)
    spread = noise(values) if len(values) > 3 else None
    return ChangesAnswer(
        changes=list(told.at), slope=told.slope, segments=_segments(values, told.at),
        sd=spread and spread.sd, correlation=spread and spread.correlation,
        single=single(values, level=figures.level),
    )  # fmt: skip


def _segments(values: Floats, at: tuple[int, ...]) -> list[Segment]:
    borders = pairwise((0, *at, len(values)))
    return [Segment(start, end, float(values[start:end].mean())) for start, end in borders]


STATISTICS = (
    Statistic(
        name="changepoint", what="Changes of level of a series, and the likeliest single one",
        method="Optimal partitioning, PELT (Killick, Fearnhead & Eckley 2012); penalty of Zhang & "
        "Siegmund 2007; noise by differences, AR(1) as Chakar et al. 2017; single change by its posterior "
        "(Smith 1975)",
        equation="min over levels of sum (y_t - level - slope t)^2 / v + 3 ln n (changes) + ln n [slope], "
        "v = sd^2 (1 + r) / (1 - r), sd sqrt(2 (1 - r)) = D1, "
        "r = (D2 / D1)^2 - 1, Dk = deviation of y_t - y_(t-k) by the mean size of its inner nine tenths;  "
        "single: p(t) ~ (t (n - t))^(-1/2) SSE(t)^(-(n - 2) / 2)",
        figures=Series, compute=_changes,
        example={"series": [5, 6, 5, 4, 5, 6, 9, 10, 9, 11, 10, 9], "min_size": 3},
    ),
)  # fmt: skip
