# SPDX-License-Identifier: Apache-2.0
"""EARS: counts of the last days against the few before them, for streams without a history."""

from __future__ import annotations

from typing import Final, Literal, NamedTuple, TypeAlias

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray
from scipy.special import ndtri

Floats = NDArray[np.float64]
Early: TypeAlias = Literal["C1", "C2", "C3"]
LAG: Final = 2  # days between the baseline of C2 and the day watched
ALPHA: Final[dict[str, float]] = {"C1": 0.001, "C2": 0.001, "C3": 0.025}


class Bounds(NamedTuple):
    """A day each: mean of its baseline and upper bound, NaN where no bound exists."""

    expected: Floats
    upper: Floats


def ears(
    counts: Floats, *, method: Early, baseline: int = 7, alpha: float | None = None, least_sd: float = 0.0
) -> Bounds:
    """The bound of every day that its predecessors give; a count above it is an alarm.

    Method: Hutwagner et al. 2003 and Fricker et al. 2008 (Stat. Med. 27:3407) as in the R package
    surveillance: C1 and C2 mean + z sd of the baseline, of C2 ending three days before; C3 subtracts from z
    what the two days before exceeded their own C2 by more than one.  A constant baseline has no C3 unless
    nothing exceeded it.
    """
    z = float(ndtri(1.0 - (ALPHA[method] if alpha is None else alpha)))
    lag = 0 if method == "C1" else LAG
    mean, sd = _baseline(counts, baseline, lag)
    sd = np.fmax(sd, least_sd) if least_sd > 0 else sd
    if method != "C3":
        return Bounds(mean, mean + z * sd)
    over = _excess(counts, mean, sd)
    before = np.full(len(counts), np.nan)
    before[2:] = over[1:-1] + over[:-2]
    with np.errstate(invalid="ignore"):
        upper = np.where(np.isfinite(before), mean + sd * (z - before), np.nan)
    return Bounds(np.where(np.isfinite(before), mean, np.nan), upper)


def _baseline(counts: Floats, baseline: int, lag: int) -> tuple[Floats, Floats]:
    """Mean and deviation of so many counts that end `lag` days before yesterday; NaN at the start."""
    mean, sd = np.full(len(counts), np.nan), np.full(len(counts), np.nan)
    if len(counts) > baseline + lag:
        windows = sliding_window_view(counts, baseline)[: len(counts) - baseline - lag]
        mean[baseline + lag :], sd[baseline + lag :] = windows.mean(axis=1), windows.std(axis=1, ddof=1)
    return mean, sd


def _excess(counts: Floats, mean: Floats, sd: Floats) -> Floats:
    """By how many standard deviations beyond the first a count exceeds its baseline; infinite over none."""
    above = np.maximum(0.0, counts - mean)
    safe = np.where(sd > 0, sd, 1.0)
    return np.where(sd > 0, np.maximum(0.0, above / safe - 1.0), np.where(above > 0, np.inf, above))
