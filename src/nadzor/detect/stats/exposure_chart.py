# SPDX-License-Identifier: Apache-2.0
"""A Poisson CUSUM whose clock is the number of events expected, not the day.

Volumes differ between weekdays, sites and years, so a run length in days is not a property of the chart.
In expected events it is: the chart falls by k per event expected and jumps by one at each event seen.
Looking once a day can only miss excursions that the continuous chart sees, therefore its run length is a
lower bound for any pattern of volumes, and the stated rate of false alarms an upper one.

What is not known exactly is the rate itself.  Its posterior after the baseline is a gamma whose shape is the
number of baseline events; the chance of a false alarm within a year is averaged over it, so that a short
baseline buys a higher limit.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import gammaln

from nadzor.detect.stats.cusum_arl import log_ratio_reference

Floats = NDArray[np.float64]

STEPS = 16
"""Grid steps per event; four times as many move no run length by more than 1.3 %."""
COARSE = 8
"""Limits are looked up in eighths of an event: every other grid step."""
REACH = 60
"""The highest limit considered, in events."""
SHAPES = (0.5, 1, 2, 3, 4, 5, 6, 8, 10, 12, 16, 20, 24, 32, 48, 64, 96, 128, 192, 256, 384, 512, 1024, 4096)
EXPOSURES = tuple(2.0**power for power in range(-2, 14))
"""Events expected in a year, rounded up to the next power of two: more exposure, more chances to be wrong."""
GROWN = 1e6
"""Where the scale function has grown so far, its run length has long become a straight line."""
ENDLESS = 1e12


def _rate_nodes(half: int = 44) -> tuple[Floats, Floats]:
    """True rates over the assumed one, dense around 1, and the log width that each of them stands for."""
    at = (np.arange(half) + 0.5) / half
    down, up = np.log(0.1) * at**2, np.log(8.0) * at**2
    width = 2.0 * at / half
    rates = np.exp(np.concatenate((down[::-1], up)))
    return rates, np.concatenate((width[::-1] * np.log(10.0), width * np.log(8.0)))


_RATES, _WIDTHS = _rate_nodes()


def exposure_run_lengths(k: float, rates: ArrayLike, *, reach: int = REACH, steps: int = STEPS) -> Floats:
    """Expected exposure until S passes h, for h = 0, 1/steps, …, reach (columns) and true rates (rows).

    Method: S is a spectrally one-sided Levy process reflected at zero; with its scale function W,
    E[T] = W(h)^2 / W'(h) - integral of W over (0, h) (Pistorius 2004, J. Theor. Probab. 17:183, at q = 0);
    W solves k W'(x) = rate (W(x) - W(x - 1)), W(0) = 1/k, here by the trapezoidal rule.
    Units: exposure in events expected at rate 1; h in events.
    """
    rate = np.atleast_1d(np.asarray(rates, dtype=np.float64)) / k
    half = rate / (2.0 * steps)
    w = np.zeros((reach * steps + 1, len(rate)))
    w[0] = 1.0 / k
    for i in range(reach * steps):
        before = w[i + 1 - steps] if i + 1 > steps else 0.0
        before_left = w[i - steps] if i >= steps else 0.0
        w[i + 1] = (w[i] * (1.0 + half) - half * (before + before_left)) / (1.0 - half)
    lagged = np.zeros_like(w)
    lagged[steps:] = w[:-steps]
    slope = rate * (w - lagged)
    below = np.zeros_like(w)
    below[1:] = np.cumsum(w[1:] + w[:-1], axis=0) / (2.0 * steps)
    lengths = np.minimum(w * (w / np.maximum(slope, 1e-300)) - below, ENDLESS)
    return _straightened(lengths, w, drift=k * (rate - 1.0), steps=steps).T


def _straightened(lengths: Floats, w: Floats, *, drift: Floats, steps: int) -> Floats:
    """Beyond where W has grown the difference above loses its digits; there each step costs 1 / drift."""
    grown = w > GROWN
    last = np.where(grown.any(axis=0), grown.argmax(axis=0), len(w) - 1)
    row = np.arange(len(w))[:, None]
    kept = lengths[np.minimum(row, last), np.arange(w.shape[1])]
    each = np.divide(1.0 / steps, drift, out=np.zeros_like(drift), where=drift > 0)
    straight: Floats = np.maximum.accumulate(kept + np.maximum(row - last, 0) * each, axis=0)
    return straight


@lru_cache(maxsize=16)
def false_alarm_table(ratio: float) -> Floats:
    """Chance of a false alarm within a year, by exposure (EXPOSURES), shape (SHAPES) and limit.

    Method: the run length is nearly exponential, so a chart of mean T passes within the exposure E with
    chance 1 - exp(-E / T), never more often than that from a start at zero.
    """
    lengths = exposure_run_lengths(log_ratio_reference(ratio), _RATES)[:, :: STEPS // COARSE]
    hazard = 1.0 / np.maximum(lengths, 1e-12)
    weights = np.stack([_posterior(shape) for shape in SHAPES])
    chances = [np.einsum("sr,rh->sh", weights, -np.expm1(-exposure * hazard)) for exposure in EXPOSURES]
    return np.asarray(np.minimum.accumulate(np.stack(chances), axis=2), dtype=np.float64)


def exposure_limits(ratio: float, *, shape: ArrayLike, exposure: ArrayLike, budget: float) -> Floats:
    """The limit of each chart: baseline of `shape` events, `exposure` events a year, `budget` alarms a year.

    Infinite where no limit within reach keeps the budget: such a chart cannot be used and must say so.
    Shapes are rounded down and exposures up to the table, so that a limit is never too low.
    """
    shapes, exposures = np.broadcast_arrays(_floats(shape), _floats(exposure))
    row = np.searchsorted(SHAPES, shapes, side="right") - 1
    column = np.searchsorted(EXPOSURES, exposures)
    usable = (row >= 0) & (column < len(EXPOSURES))
    chances = false_alarm_table(ratio)[np.where(usable, column, 0), np.where(usable, row, 0)]
    first = (chances > budget).sum(axis=-1)
    within = usable & (first < chances.shape[-1])
    return np.where(within, first / COARSE, np.inf)


def _floats(values: ArrayLike) -> Floats:
    return np.asarray(values, dtype=np.float64)


def _posterior(shape: float) -> Floats:
    """Weights of the true rate over the assumed one, after a baseline of `shape` events."""
    log_weight = shape * np.log(_RATES) - shape * _RATES + shape * np.log(shape) - gammaln(shape)
    weight = np.exp(log_weight - log_weight.max()) * _WIDTHS
    return np.asarray(weight / weight.sum(), dtype=np.float64)
