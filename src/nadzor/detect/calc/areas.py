# SPDX-License-Identifier: Apache-2.0
"""Areas under the ROC curve."""

from __future__ import annotations

from nadzor.detect.calc.figures import Count, Figures, Level, Statistic
from nadzor.detect.stats.auc import Area, AreaDifference, auc_of_cases, auc_of_counts, delong_paired


class Auc(Figures, frozen=True, kw_only=True):
    """Either cases (scores and present) or counts by integer score (present_counts and absent_counts)."""

    scores: list[float] = []
    present: list[bool] = []
    present_counts: dict[int, Count] = {}
    absent_counts: dict[int, Count] = {}
    level: Level = 0.95


class AucPaired(Figures, frozen=True, kw_only=True):
    """Two scores of the same cases, and where the finding was present."""

    first: list[float]
    second: list[float]
    present: list[bool]


def _auc(figures: Auc) -> Area:
    if figures.scores:
        if len(figures.scores) != len(figures.present):
            raise ValueError("scores and present have different lengths")
        return auc_of_cases(figures.scores, figures.present, level=figures.level)
    return auc_of_counts(figures.present_counts, figures.absent_counts, level=figures.level)


def _auc_paired(figures: AucPaired) -> AreaDifference:
    return delong_paired(zip(figures.first, figures.second, figures.present, strict=True))


DELONG = "DeLong, DeLong & Clarke-Pearson 1988, eq. 5-7: mid-rank placements and their covariance"
STATISTICS = (
    Statistic(
        name="auc", what="Area under the ROC curve, DeLong limits", method=DELONG, figures=Auc, compute=_auc,
        example={"scores": [1, 2, 3, 4], "present": [False, True, False, True]},
    ),
    Statistic(
        name="auc-paired", what="Two AUCs of the same cases compared (DeLong)", method=DELONG,
        figures=AucPaired, compute=_auc_paired,
        example={"first": [1, 2, 3, 4], "second": [1, 2, 3, 4], "present": [False, True, False, True]},
    ),
)  # fmt: skip
