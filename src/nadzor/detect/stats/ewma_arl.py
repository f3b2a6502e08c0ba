# SPDX-License-Identifier: Apache-2.0
"""Average run lengths of EWMA charts of normal observations."""

from __future__ import annotations

from math import sqrt

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr

from nadzor.detect.stats.absorbing_chain import mean_exit_times
from nadzor.detect.stats.cusum_arl import Sided, finite, nodes, normal_density

Floats = NDArray[np.float64]


def normal_ewma_arl(
    weight: float, limit: float, *, mu: float = 0.0, sided: Sided = "two", barrier: float = 0.0,
    headstart: float = 0.0,
) -> float:  # fmt: skip
    """Expected number of observations until an EWMA of standard normal values leaves its limits.

    Method: Crowder 1987, integral equation; the one-sided chart reflects at `barrier`, as Waldmann 1986.
    Units: limit, barrier and headstart in standard deviations of the EWMA's steady state.
    """
    if not 0.0 < weight <= 1.0:
        raise ValueError("a weight lies in 0..1, above 0")
    scale = sqrt(weight / (2.0 - weight))
    bottom, top = (-limit if sided == "two" else barrier) * scale, limit * scale
    start = headstart * scale
    if not bottom <= start <= top:
        raise ValueError("a chart starts within its limits")
    x, w = nodes(bottom, top, deviation=weight)
    at = np.concatenate((x, [bottom, start]))[:, None]

    def reach(to: Floats | float) -> Floats:
        """Standard deviations from where each state leads on average to a value."""
        return np.asarray((to - (1.0 - weight) * at) / weight - mu, dtype=np.float64)

    moves = np.hstack((w * normal_density(reach(x)) / weight, ndtr(reach(bottom))))
    leaves = ndtr(-reach(top))[:, 0]
    if sided == "two":
        leaves, moves[:, -1] = leaves + moves[:, -1], 0.0
    steps = mean_exit_times(moves[:-1], leaves[:-1])
    return finite(float(1.0 + moves[-1] @ steps) if np.isfinite(steps).all() else np.inf)
