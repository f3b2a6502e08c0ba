# SPDX-License-Identifier: Apache-2.0
"""Rates of several devices drawn to that of all, as far as their differences may be chance."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from msgspec import Struct
from scipy.special import gammaincinv

VARIATION_MIN = 1e-6


class ShrunkenRate(Struct, frozen=True):
    """A device's ratio to the rate of all: posterior mean and limits."""

    ratio: float
    low: float
    high: float


class Shrunken(Struct, frozen=True):
    """The rate of all, the squared variation of true rates relative to it, and each device."""

    rate: float
    variation: float
    devices: list[ShrunkenRate]


def shrunken_rates(events: Sequence[int], studies: Sequence[int], *, level: float = 0.95) -> Shrunken:
    """The ratio of each device to the rate of all, shrunken.

    Method: Clayton & Kaldor 1987: ratios are gamma with mean 1 and a variance found by moments,
    sum((n - E)^2 - E) / sum(E^2); the posterior is gamma(1/v + n, 1/v + E).
    Raises: ValueError when figures are not of equal length, negative, or without an event or a study.
    """
    n, exposure = np.asarray(events, np.float64), np.asarray(studies, np.float64)
    if n.shape != exposure.shape or len(n) < 2:
        raise ValueError("two devices at least have events and studies each")
    if not (np.isfinite(n).all() and np.isfinite(exposure).all() and (n >= 0).all() and (exposure > 0).all()):
        raise ValueError("events are not negative, and studies positive")
    if not n.sum():
        raise ValueError("there is no event to compare")
    rate = float(n.sum() / exposure.sum())
    due = exposure * rate
    variation = max(float(((n - due) ** 2 - due).sum() / (due**2).sum()), VARIATION_MIN)
    shape, scale, tail = 1.0 / variation + n, 1.0 / variation + due, (1.0 - level) / 2.0
    low, high = (gammaincinv(shape, at) / scale for at in (tail, 1.0 - tail))
    told = zip((shape / scale).tolist(), low.tolist(), high.tolist(), strict=True)
    return Shrunken(rate, variation, [ShrunkenRate(*one) for one in told])
