# SPDX-License-Identifier: Apache-2.0
"""Performance without labels, chunk by chunk, from a rollup of scores."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeAlias

import msgspec
import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from nadzor.detect.calc.figures import Count, Figures, Label, Share, Statistic
from nadzor.detect.stats.cbpe import Calibrated, Performance, calibrated, performance

Chunk: TypeAlias = int | str
Row: TypeAlias = tuple[str, Chunk, Share, Label, Label | None, Count]
Floats: TypeAlias = NDArray[np.float64]


class Cbpe(Figures, frozen=True, kw_only=True):
    """Rows [period, chunk, score, prediction, truth, count].

    Rows of the period `reference` are labelled (truth 1 or 0) and calibrate the scores; chunks of all other
    periods are estimated, and where every truth is known realised, too.  Without `calibrate` the scores are
    taken as probabilities.
    """

    rows: list[Row]
    reference: str = "reference"
    calibrate: bool = True


class CbpeAnswer(Struct, frozen=True):
    """Estimates, one a chunk in the order of `chunks`; `realised` holds the same where labels exist."""

    period: list[str]
    chunks: list[Chunk]
    n: list[int]
    roc_auc: list[float | None]
    accuracy: list[float | None]
    precision: list[float | None]
    recall: list[float | None]
    specificity: list[float | None]
    f1: list[float | None]
    realised: dict[str, list[float | None]]


def _cbpe(figures: Cbpe) -> CbpeAnswer:
    known = [row for row in figures.rows if row[0] == figures.reference]
    curve = _curve(known) if figures.calibrate else None
    chunks = _chunks(row for row in figures.rows if row[0] != figures.reference and row[5])
    if not chunks:
        raise ValueError("there is no row of another period than the reference")
    estimated = _lists(_estimated(rows, curve) for rows in chunks.values())
    realised = _lists(_realised(rows) for rows in chunks.values())
    return CbpeAnswer(
        [period for period, _ in chunks], [chunk for _, chunk in chunks],
        [sum(row[5] for row in rows) for rows in chunks.values()], **estimated, realised=realised,
    )  # fmt: skip


def _curve(rows: list[Row]) -> Calibrated:
    labelled = [row for row in rows if row[4] is not None and row[5]]
    if not labelled:
        raise ValueError("there is no labelled row of the reference period")
    count = _column(labelled, 5)
    return calibrated(_column(labelled, 2), _column(labelled, 4) * count, count)


def _chunks(rows: Iterable[Row]) -> dict[tuple[str, Chunk], list[Row]]:
    found: dict[tuple[str, Chunk], list[Row]] = {}
    for row in rows:
        found.setdefault((row[0], row[1]), []).append(row)
    return dict(sorted(found.items(), key=lambda item: (item[0][0], isinstance(item[0][1], str), item[0][1])))


def _estimated(rows: list[Row], curve: Calibrated | None) -> Performance:
    score = _column(rows, 2)
    return performance(curve.at(score) if curve else score, score, _column(rows, 3), _column(rows, 5))


def _realised(rows: list[Row]) -> Performance:
    if any(row[4] is None for row in rows):
        return Performance(None, None, None, None, None, None)
    return performance(_column(rows, 4), _column(rows, 2), _column(rows, 3), _column(rows, 5))


def _column(rows: list[Row], at: int) -> Floats:
    return np.array([row[at] for row in rows], dtype=np.float64)


def _lists(chunks: Iterable[Performance]) -> dict[str, list[float | None]]:
    told = [msgspec.to_builtins(one) for one in chunks]
    return {name: [one[name] for one in told] for name in Performance.__struct_fields__}


STATISTICS = (
    Statistic(
        name="cbpe", what="Performance without labels, an estimate that never clears a device",
        method="Confidence-based performance estimation, Kivimaki et al. 2025 (arXiv 2505.05295); scores "
        "calibrated by isotonic regression (Ayer et al. 1955) on the reference",
        equation="c(s) = isotonic share of present at score s;  TP = sum of count c over rows predicted "
        "present, FP of count (1 - c), FN and TN likewise;  roc_auc = sum over scores of present(s) "
        "(absent below s + absent(s) / 2) / (present x absent), with present = count c, absent = count (1 "
        "- c)",
        figures=Cbpe, compute=_cbpe,
        example={"rows": [
            ["reference", 0, 0.2, 0, 0, 8], ["reference", 0, 0.2, 0, 1, 2],
            ["reference", 0, 0.9, 1, 0, 1], ["reference", 0, 0.9, 1, 1, 9],
            ["analysis", 0, 0.2, 0, None, 30], ["analysis", 0, 0.9, 1, None, 10],
        ]},
    ),
)  # fmt: skip
