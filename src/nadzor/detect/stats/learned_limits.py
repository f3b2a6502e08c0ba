# SPDX-License-Identifier: Apache-2.0
"""How far a learned chart strays by chance within a year: limits by design, from one seeded simulation.

A statistic of learned_chart.py is standard normal on every day whatever the true mean is, since it compares
a window with all that came before it.  Only the maximum over a year of days and windows is needed, and it
depends on nothing but the windows: ninety days are learned, 365 are watched, every day is looked at.

`LIMITS` holds the chances and limits; `python -m nadzor.detect.stats.learned_limits` gives the same numbers
again (400,000 paths, seed 20261122, some minutes), and a test repeats it with fewer paths.
"""

from __future__ import annotations

import sys
from typing import Final, Literal

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Shape = Literal["step", "ramp"]
LEARNED, WATCHED = 90, 365
SEED = 20261122


class Design(Struct, frozen=True):
    """What a chart is built to see: a shift within the last days ("step"), or a slope over them ("ramp").

    Units: windows in days.
    """

    name: str
    shape: Shape
    windows: tuple[int, ...]


SUDDEN = Design("sudden", "step", (1, 2, 3, 5, 7, 10, 14, 21, 28))
LASTING = Design("lasting", "step", (7, 10, 14, 21, 28, 42, 60, 90))
SHIFT = Design("shift", "step", (2, 4, 7, 12, 20, 34, 58, 85, 125))
SHAPE = Design("shape", "step", (28,))
"""Not a difference of means but the Kolmogorov-Smirnov distance of four weeks, looked at once a week."""
SLOW = Design("slow", "ramp", (84, 126))

CHANCES: Final = (0.1, 0.05, 0.02, 0.01, 0.005, 0.002, 0.001, 0.0005, 0.0002, 0.0001)
LIMITS: Final[dict[str, tuple[float, ...]]] = {
    "sudden": (3.797, 3.989, 4.224, 4.39, 4.546, 4.744, 4.884, 5.021, 5.231, 5.406),
    "lasting": (3.561, 3.778, 4.035, 4.213, 4.385, 4.596, 4.755, 4.906, 5.093, 5.231),
    "shift": (3.715, 3.915, 4.155, 4.325, 4.486, 4.697, 4.845, 4.984, 5.181, 5.291),
    "shape": (1.667, 1.773, 1.901, 1.989, 2.077, 2.187, 2.251, 2.312, 2.401, 2.486),
    "slow": (2.846, 3.113, 3.418, 3.634, 3.838, 4.086, 4.268, 4.422, 4.628, 4.79),
}


def limit(design: Design, chance: float) -> float:
    """The limit that the one-sided statistic passes within a year with this chance.

    Method: between the simulated chances, h squared is linear in the logarithm of the chance; beyond the
    last one it is continued along the last stretch.
    Raises: ValueError where the chance lies outside (0, 0.1].
    """
    if not 0.0 < chance <= CHANCES[0]:
        raise ValueError("a limit is tabulated for chances up to 0.1")
    x, squares = -np.log(CHANCES), np.square(LIMITS[design.name])
    at = -np.log(chance)
    if at <= x[-1]:
        return float(np.sqrt(np.interp(at, x, squares)))
    slope = (squares[-1] - squares[-3]) / (x[-1] - x[-3])
    return float(np.sqrt(squares[-1] + slope * (at - x[-1])))


def chance_of(design: Design, z: float) -> float:
    """The chance that a year's largest statistic reaches z: `limit` the other way round, at most 0.1.

    >>> round(chance_of(SLOW, limit(SLOW, 0.003)), 6)
    0.003
    """
    x, squares = -np.log(CHANCES), np.square(LIMITS[design.name])
    if z * z <= squares[-1]:
        return float(np.exp(-np.interp(z * z, squares, x)))
    slope = (squares[-1] - squares[-3]) / (x[-1] - x[-3])
    return float(np.exp(-(x[-1] + (z * z - squares[-1]) / slope)))


def year_maxima(design: Design, *, paths: int, seed: int = SEED) -> Floats:
    """The largest statistic within the watched year of each path of independent standard normal days."""
    rng = np.random.default_rng(seed)
    parts = [_maxima(rng.standard_normal((min(2000, paths - i), LEARNED + WATCHED)), design)
             for i in range(0, paths, 2000)]  # fmt: skip
    return np.concatenate(parts)


def shape_maxima(*, paths: int, classes: int = 20, seed: int = SEED) -> Floats:
    """The largest scaled distance of four weeks from the baseline at the weekly looks of a year, by path.

    Method: Smirnov 1948's statistic sqrt(n m / (n + m)) D at the edges of `classes` equal classes; counts of
    a week are normal with the covariance of shares, as they are when studies are many.
    """
    rng = np.random.default_rng(seed)
    weeks, best = WATCHED // 7, np.zeros(0)
    for start in range(0, paths, 2000):
        size = min(2000, paths - start)
        first = _bridge(rng, (size, 1, classes), LEARNED)
        later = np.cumsum(_bridge(rng, (size, weeks, classes), 7.0), axis=1)
        recent = later[:, 3:] - np.concatenate((np.zeros((size, 1, classes)), later[:, : weeks - 4]), axis=1)
        gap = np.cumsum(recent / 28.0 - first / LEARNED, axis=2) * np.sqrt(28.0 * LEARNED / (28.0 + LEARNED))
        best = np.concatenate((best, np.abs(gap).max(axis=(1, 2))))
    return best


def _bridge(rng: np.random.Generator, shape: tuple[int, int, int], days: float) -> Floats:
    """Departures of class counts from their means when each day brings one study, in the normal limit."""
    free = rng.standard_normal(shape) * np.sqrt(days / shape[2])
    return np.asarray(free - free.mean(axis=2, keepdims=True))


def _maxima(days: Floats, design: Design) -> Floats:
    """Method: the same comparison as learned_chart.py with equal weights, written out for one stratum."""
    length = days.shape[1]
    sums = np.cumsum(days, axis=1)
    moments = np.cumsum(days * np.arange(length), axis=1)
    best = np.full(len(days), -np.inf)
    end = np.arange(LEARNED, length)
    for window in design.windows:
        start = np.maximum(end - window, -1)
        level = sums[:, end] - np.where(start >= 0, sums[:, start], 0.0)
        n, total = (end - start).astype(np.float64), end + 1.0
        first = second = n
        if design.shape == "ramp":
            first, second = n * (n + 1) / 2, n * (n + 1) * (2 * n + 1) / 6
            level = moments[:, end] - np.where(start >= 0, moments[:, start], 0.0) - start * level
        known = second - first**2 / total > 0.5  # a window over all days has nothing before it
        spread = np.sqrt((second - first**2 / total)[known])
        z = (level - first / total * sums[:, end])[:, known] / spread
        np.maximum(best, z.max(axis=1), out=best)
    return best


if __name__ == "__main__":
    for one in (SUDDEN, LASTING, SHIFT, SLOW, SHAPE):
        maxima = shape_maxima(paths=100_000) if one is SHAPE else year_maxima(one, paths=400_000)
        told = tuple(round(float(h), 3) for h in np.quantile(maxima, 1.0 - np.array(CHANCES)))
        sys.stdout.write(f"{one.name} {told}\n")
