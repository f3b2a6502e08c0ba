# SPDX-License-Identifier: Apache-2.0
"""Performance without labels, estimated from the scores themselves; never proof that a device is well.

Why: scores say how sure a device is, and once calibrated on labelled cases how often it is right.  The
estimate holds while that calibration holds; where the meaning of a score changes it says nothing.
"""

from __future__ import annotations

from itertools import pairwise
from typing import NamedTuple

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

Floats = NDArray[np.float64]


class Calibrated(NamedTuple):
    """What share of cases is present at each distinct score of the reference, never falling."""

    scores: Floats
    shares: Floats

    def at(self, scores: Floats) -> Floats:
        """The share at any score: between two known ones on the line, beyond the last as at the last."""
        return np.asarray(np.interp(scores, self.scores, self.shares), dtype=np.float64)


class Performance(Struct, frozen=True):
    """Figures of one chunk; none where nothing was counted that they could be a share of."""

    roc_auc: float | None
    accuracy: float | None
    precision: float | None
    recall: float | None
    specificity: float | None
    f1: float | None


def calibrated(scores: Floats, present: Floats, count: Floats) -> Calibrated:
    """The share of present cases as a rising function of the score.

    Method: isotonic regression by pooling adjacent violators (Ayer et al. 1955), linear between scores.
    Raises: ValueError where the reference does not hold both kinds of cases.
    """
    values, where = np.unique(scores, return_inverse=True)
    events, trials = (_summed(where, part, len(values)) for part in (present, count))
    values, events, trials = (part[trials > 0] for part in (values, events, trials))
    if not 0.0 < events.sum() < trials.sum():
        raise ValueError("the reference needs labelled cases of both kinds")
    return Calibrated(values, pooled(events, trials))


def pooled(events: Floats, trials: Floats) -> Floats:
    """Shares made to rise: neighbours that fall are merged until none does."""
    ends: list[int] = []
    blocks: list[tuple[float, float]] = []
    for index, (event, trial) in enumerate(zip(events.tolist(), trials.tolist(), strict=True)):
        block = (event, trial)
        while blocks and blocks[-1][0] * block[1] >= block[0] * blocks[-1][1]:
            last = blocks.pop()
            ends.pop()
            block = (last[0] + block[0], last[1] + block[1])
        blocks.append(block)
        ends.append(index + 1)
    sizes = [end - start for start, end in pairwise([0, *ends])]
    return np.repeat([event / trial for event, trial in blocks], sizes)


def performance(share: Floats, score: Floats, predicted: Floats, count: Floats) -> Performance:
    """What is expected of cases whose chance of being present is known; with shares of 0 and 1 what was.

    Method: confidence-based performance estimation (Kivimaki et al. 2025, arXiv 2505.05295, eq. 5-8): the
    expected confusion matrix, and the area under the curve of expected rates.
    Shapes: all one a row; `predicted` is 1 where the device said present.
    """
    present, absent = count * share, count * (1.0 - share)
    tp, fp = float(present @ predicted), float(absent @ predicted)
    fn, tn = float(present.sum()) - tp, float(absent.sum()) - fp
    return Performance(
        roc_auc=_area(score, present, absent), accuracy=_over(tp + tn, tp + tn + fp + fn),
        precision=_over(tp, tp + fp), recall=_over(tp, tp + fn), specificity=_over(tn, tn + fp),
        f1=_over(2.0 * tp, 2.0 * tp + fp + fn),
    )  # fmt: skip


def _area(score: Floats, present: Floats, absent: Floats) -> float | None:
    values, where = np.unique(score, return_inverse=True)
    m, n = (_summed(where, part, len(values)) for part in (present, absent))
    if min(m.sum(), n.sum()) <= 0.0:
        return None
    return float(m @ (np.cumsum(n) - n / 2.0) / m.sum() / n.sum())


def _summed(where: NDArray[np.intp], part: Floats, size: int) -> Floats:
    return np.bincount(where, part, size).astype(np.float64)


def _over(part: float, whole: float) -> float | None:
    return part / whole if whole > 1e-12 else None
