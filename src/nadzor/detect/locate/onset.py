# SPDX-License-Identifier: Apache-2.0
"""The day since which a series of daily differences has been another, with an interval."""

from __future__ import annotations

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

Floats = NDArray[np.float64]
DROP_95 = 1.92
"""Half of the 95 % point of chi-squared with one degree of freedom: how far a likelihood may fall."""


class Onset(Struct, frozen=True):
    """Columns: the likeliest first day of the change, and the first and last that are about as likely."""

    best: int
    low: int
    high: int

    def touches(self, first: int, last: int) -> bool:
        """Whether the change may have begun between two days, both included."""
        return self.low <= last and self.high >= first


def onset(score: Floats, weight: Floats, *, drop: float = DROP_95) -> Onset | None:
    """The onset of a shift that lasts to the end of the series; None where nothing can be said.

    `score` is by day the weighted difference from anything fixed, `weight` its information.

    Method: profile of the Gaussian likelihood over onsets with the means before and after unknown (Siegmund
    & Venkatraman 1995), N squared / 2 V; the interval holds the onsets within `drop` of the best.

    >>> onset(np.array([0.0, 0.0, 0.0, 0.0, 4.0, 4.0, 4.0]), np.ones(7)).best
    4
    """
    s, w = (np.cumsum(part[::-1])[::-1] for part in (score, weight))
    if len(score) < 2 or w[0] <= 0:
        return None
    number, variance = s - w / w[0] * s[0], w - w * w / w[0]
    usable = variance > 1e-9 * w[0]
    if not usable.any():
        return None
    gain = np.where(usable, number**2 / np.where(usable, variance, 1.0) / 2.0, -np.inf)
    near = np.flatnonzero(gain >= gain.max() - drop)
    return Onset(int(gain.argmax()), int(near[0]), int(near[-1]))
