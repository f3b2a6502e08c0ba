# SPDX-License-Identifier: Apache-2.0
"""Areas under the ROC curve, and two of them compared."""

from __future__ import annotations

from msgspec import Struct

from nadzor.detect.calc.figures import Count, Figures, Label, Level, Statistic, paired
from nadzor.detect.stats.auc import (
    Area,
    AreaDifference,
    auc_of_cases,
    auc_of_counts,
    delong_paired,
    delong_unpaired,
)


class Auc(Figures, frozen=True, kw_only=True):
    """Either cases (`scores`; `labels` true or 1 where the finding is present) or counts by integer score.

    A higher score speaks for presence.
    """

    scores: list[float] = []
    labels: list[Label] = []
    present_counts: dict[int, Count] = {}
    absent_counts: dict[int, Count] = {}
    level: Level = 0.95


class AucAnswer(Struct, frozen=True):
    """The area with its limits, its DeLong variance, and how many cases it rests on.

    One case of a kind tells nothing of its spread: then there are no limits.
    """

    auc: float
    lower: float | None
    upper: float | None
    variance: float | None
    present: float
    absent: float


class AucCompare(Figures, frozen=True, kw_only=True):
    """Two scores of the same cases (`labels`), or of different ones (`second_labels` for the second)."""

    first: list[float]
    second: list[float]
    labels: list[Label]
    second_labels: list[Label] | None = None
    level: Level = 0.95


class AucCompareAnswer(Struct, frozen=True):
    """Both areas, first minus second with limits, and the test that they are equal.

    `z` is the standardised difference; `df` its degrees of freedom, none where the normal law is used.
    Where the difference has no variance there is no test, nor with one case of a kind.
    """

    first: float
    second: float
    difference: float
    lower: float | None = None
    upper: float | None = None
    z: float | None = None
    df: float | None = None
    p: float | None = None


def _auc(figures: Auc) -> AucAnswer:
    one = _area(figures)
    if min(one.present, one.absent) < 2:
        return AucAnswer(one.auc, None, None, None, one.present, one.absent)
    return AucAnswer(one.auc, one.low, one.high, one.variance, one.present, one.absent)


def _area(figures: Auc) -> Area:
    if figures.present_counts or figures.absent_counts:
        if figures.scores or figures.labels:
            raise ValueError("give either cases (scores and labels) or counts, not both")
        return auc_of_counts(figures.present_counts, figures.absent_counts, level=figures.level)
    paired(scores=figures.scores, labels=figures.labels)
    return auc_of_cases(figures.scores, figures.labels, level=figures.level)


def _compare(figures: AucCompare) -> AucCompareAnswer:
    paired(first=figures.first, labels=figures.labels)
    if figures.second_labels is None:
        paired(second=figures.second, labels=figures.labels)
        gap = delong_paired(zip(figures.first, figures.second, map(bool, figures.labels), strict=True))
        return _told(gap, figures.level, tested=_spread(figures.labels))
    paired(second=figures.second, second_labels=figures.second_labels)
    one = auc_of_cases(figures.first, figures.labels)
    two = auc_of_cases(figures.second, figures.second_labels)
    tested = _spread(figures.labels) and _spread(figures.second_labels)
    return _told(delong_unpaired(one, two), figures.level, tested=tested)


def _spread(labels: list[Label]) -> bool:
    """Whether there are at least two cases of each kind."""
    return 2 <= sum(labels) <= len(labels) - 2


def _told(gap: AreaDifference, level: float, *, tested: bool) -> AucCompareAnswer:
    if not tested or gap.variance <= 0:
        return AucCompareAnswer(gap.first, gap.second, gap.first - gap.second)
    low, high = gap.limits(level) or (None, None)
    return AucCompareAnswer(
        gap.first, gap.second, gap.first - gap.second, low, high,
        gap.z, gap.df, gap.p,
    )  # fmt: skip


DELONG = "DeLong, DeLong & Clarke-Pearson 1988 (Biometrics 44:837), eq. 3-7: placements and their covariance"
STATISTICS = (
    Statistic(
        name="auc", what="Area under the ROC curve, DeLong limits", method=DELONG, figures=Auc, compute=_auc,
        equation="A = mean over present i and absent j of [x_i > y_j] + [x_i = y_j] / 2;  "
        "var A = var(V10) / m + var(V01) / n;  A -/+ z sqrt(var A) within 0..1;  where var A = 0 the far "
        "limit is that of Clopper & Pearson for the smaller class",
        example={"scores": [1, 2, 3, 4], "labels": [0, 1, 0, 1]}, also={"present": "labels"},
    ),
    Statistic(
        name="auc-compare", what="Two areas under the ROC curve compared",
        method=f"{DELONG}; of different cases by Welch's t with the variances added",
        equation="z = (A - B) / sqrt(var A + var B - 2 cov(A, B)), two-sided p of the normal law;  "
        "different cases: cov = 0, Student's t with "
        "df = (var A + var B)^2 / (var A^2 / (N_A - 1) + var B^2 / (N_B - 1))",
        figures=AucCompare, compute=_compare,
        example={"first": [1, 2, 3, 4, 5], "second": [2, 1, 4, 3, 5], "labels": [0, 1, 0, 1, 1]},
        also={"present": "labels"},
    ),
)  # fmt: skip
