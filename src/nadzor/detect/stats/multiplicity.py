# SPDX-License-Identifier: Apache-2.0
"""P-values of many tests, adjusted so that each may be compared with one level."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, Literal, TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]
Adjustment: TypeAlias = Literal["BH", "BY", "holm", "hochberg", "bonferroni"]


def adjusted(p: ArrayLike, *, method: Adjustment = "BH") -> Floats:
    """The p-values adjusted, in the order given.

    Method: Benjamini & Hochberg 1995 (BH, false discoveries under positive dependence), Benjamini &
    Yekutieli 2001 (BY, under any), Holm 1979 and Hochberg 1988 (any false alarm at all), Bonferroni.

    >>> adjusted([0.01, 0.04, 0.03]).tolist()
    [0.03, 0.04, 0.04]
    """
    values = np.asarray(p, dtype=np.float64).reshape(-1)
    if not np.all((values >= 0.0) & (values <= 1.0)):
        raise ValueError("a p-value lies between 0 and 1")
    order = np.argsort(values, kind="stable")
    back = np.empty(len(values))
    back[order] = np.minimum(_ADJUST[method](values[order]), 1.0)
    return back


def _step_up(p: Floats, factor: Floats) -> Floats:
    """From the largest down: no adjusted value exceeds that of a larger p."""
    return np.asarray(np.minimum.accumulate((p * factor)[::-1])[::-1], dtype=np.float64)


def _bh(p: Floats) -> Floats:
    return _step_up(p, len(p) / np.arange(1.0, len(p) + 1.0))


def _by(p: Floats) -> Floats:
    ranks = np.arange(1.0, len(p) + 1.0)
    return _step_up(p, np.sum(1.0 / ranks) * len(p) / ranks)


def _holm(p: Floats) -> Floats:
    return np.asarray(np.maximum.accumulate(p * np.arange(len(p), 0, -1.0)), dtype=np.float64)


def _hochberg(p: Floats) -> Floats:
    return _step_up(p, np.arange(len(p), 0, -1.0))


def _bonferroni(p: Floats) -> Floats:
    return np.asarray(p * len(p), dtype=np.float64)


_ADJUST: Final[dict[str, Callable[[Floats], Floats]]] = {
    "BH": _bh, "BY": _by, "holm": _holm, "hochberg": _hochberg, "bonferroni": _bonferroni,
}  # fmt: skip
