# SPDX-License-Identifier: Apache-2.0
"""Farrington: a count against the same weeks of earlier years, with trend and without past outbreaks."""

from __future__ import annotations

from typing import Final, Literal, NamedTuple, TypeAlias

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray
from scipy.special import betainc, ndtri, pdtr, stdtr

from nadzor.detect.stats.glm import Fit, fitted

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Threshold: TypeAlias = Literal["delta", "nb", "muan"]
_COUNT_MAX: Final = 1e18
_POWERS: Final = {"2/3": 2.0 / 3.0, "1/2": 0.5, "none": 1.0}


class Plan(Struct, frozen=True, kw_only=True):
    """How the past is read: years, half-window and frequency in counts, and what is made of the fit."""

    frequency: int
    years: int
    half_window: int
    periods: int
    left_out: int
    alpha: float
    two_sided: bool
    reweight: bool
    weight_above: float
    trend: bool
    trend_p: float
    threshold: Threshold
    power: str


class Week(NamedTuple):
    """What was expected of a count, its bound, over-dispersion, and whether a trend was kept."""

    expected: float
    upper: float
    phi: float
    trend: bool


def watch_week(counts: Floats, at: int, plan: Plan) -> Week | None:
    """The bound of one count; none where its past is too short for the plan or has no fit.

    Method: Farrington et al. 1996 (JRSS A 159:547), section 3, and Noufaily et al. 2013 (Stat. Med. 32:1206):
    (1) quasi-Poisson log-linear model of the past; (2) past outbreaks weighed down by Anscombe residuals;
    (3) the trend kept if significant, learned from three years or more, and not above all past counts;
    (4) a quantile of the next count, by a power transformation or the negative binomial.
    """
    past, level = reference(at, plan)
    if not len(past) or past[0] < 0:
        return None
    y = counts[past]
    if not y.any():
        return Week(0.0, 0.0, 1.0, False)
    when = (past - at) / plan.frequency
    if plan.trend and len(np.unique(when)) > 1:
        kept = _with_trend(y, when, level, plan)
        if kept is not None:
            return kept
    model = _model(y, _design(level), plan)
    return None if model is None else _told(model, _now(level), plan, trend=False)


def reference(at: int, plan: Plan) -> tuple[Ints, Ints]:
    """The past counts that are read, ascending, and the season of each: nought is that of the count itself.

    Method: one period: the windows of earlier years (Farrington); more: all counts since the first window,
    the rest of the year cut into parts as equal as may be (Noufaily); the last `left_out` counts are not
    read.
    """
    width = 2 * plan.half_window + 1
    first = at - plan.years * plan.frequency - plan.half_window
    index = np.arange(first, at - plan.left_out, dtype=np.int64)
    since = (index - at + plan.half_window) % plan.frequency
    if plan.periods == 1:
        index = index[(since < width) & (index <= at - plan.frequency + plan.half_window)]
        return index, np.zeros(len(index), dtype=np.int64)
    part = (since - width) * (plan.periods - 1) // (plan.frequency - width)
    return index, np.where(since < width, 0, part + 1)


class _Model(NamedTuple):
    fit: Fit
    phi: float
    raw_phi: float


def _with_trend(y: Floats, when: Floats, level: Ints, plan: Plan) -> Week | None:
    """The week with a trend, if the trend may stay."""
    model = _model(y, np.column_stack((_design(level), when)), plan)
    if model is None:
        return None
    spread = float(np.sqrt(model.raw_phi * model.fit.covariance[-1, -1]))
    slope, free = float(model.fit.beta[-1]), len(y) - len(model.fit.beta)
    p = 2.0 * float(stdtr(free, -abs(slope) / spread)) if spread > 0 else 0.0
    told = _told(model, np.append(_now(level), 0.0), plan, trend=True)
    stays = plan.years >= 3 and (p < plan.trend_p or plan.trend_p >= 1.0) and told.expected <= y.max()
    return told if stays else None


def _model(y: Floats, x: Floats, plan: Plan) -> _Model | None:
    flat, ones = np.zeros(len(y)), np.ones(len(y))
    fit = fitted(x, y, "poisson", offset=flat, prior=ones)
    if fit is not None and plan.reweight and (raw := fit.dispersion()) is not None:
        fit = fitted(x, y, "poisson", offset=flat, prior=_weights(y, fit, max(raw, 1.0), plan.weight_above))
    raw = fit.dispersion() if fit else None
    return None if fit is None or raw is None else _Model(fit, max(raw, 1.0), raw)


def _weights(y: Floats, fit: Fit, phi: float, above: float) -> Floats:
    """Weights of the counts: s^-2 where the standardised Anscombe residual s exceeds the limit; sum kept."""
    anscombe = 1.5 * (y ** (2.0 / 3.0) * fit.mu ** (-1.0 / 6.0) - np.sqrt(fit.mu))
    s = anscombe / np.sqrt(phi * np.maximum(1.0 - fit.leverage, 1e-12))
    shrunk = np.where(s > above, 1.0 / np.maximum(s, 1e-12) ** 2, 1.0)
    return np.asarray(shrunk * len(y) / shrunk.sum(), dtype=np.float64)


def _design(level: Ints) -> Floats:
    """A column for each season that was seen, the first one for all counts."""
    seen = [season for season in np.unique(level) if season]
    return np.column_stack([np.ones(len(level)), *((level == season) * 1.0 for season in seen)])


def _now(level: Ints) -> Floats:
    row = np.zeros(1 + len([season for season in np.unique(level) if season]))
    row[0] = 1.0
    return row


def _told(model: _Model, row: Floats, plan: Plan, *, trend: bool) -> Week:
    mean = float(np.exp(np.clip(row @ model.fit.beta, -700.0, 300.0)))
    se = float(np.sqrt(model.phi * (row @ model.fit.covariance @ row)))
    return Week(mean, _bound(mean, se, model.phi, plan), model.phi, trend)


def _bound(mean: float, se: float, phi: float, plan: Plan) -> float:
    """A quantile of the next count; `se` is that of the log of its mean."""
    z = float(ndtri(1.0 - plan.alpha / (2.0 if plan.two_sided else 1.0)))
    if plan.threshold == "delta":
        power = _POWERS[plan.power]
        tau = phi + mean * se**2
        spread = power * np.sqrt(mean ** (2.0 * power - 1.0) * tau)
        return float((mean**power + z * spread) ** (1.0 / power))
    if plan.threshold == "muan":
        mean *= float(np.exp(min(z * se, 300.0)))
    return _quantile(mean, phi, 1.0 - plan.alpha)


def _quantile(mean: float, phi: float, level: float) -> float:
    """The least count not exceeded so often, of the negative binomial of variance phi times its mean.

    Why: halving by the distribution function ends for counts of any size.
    """

    def reached(count: float) -> bool:
        if phi <= 1.0 + 1e-12:
            return bool(pdtr(count, mean) >= level)
        return bool(betainc(mean / (phi - 1.0), count + 1.0, 1.0 / phi) >= level)

    low, high = -1.0, max(1.0, np.ceil(mean))
    while not reached(high) and high < _COUNT_MAX:
        low, high = high, 2.0 * high
    while high - low > max(1.0, 1e-15 * high):
        middle = np.floor((low + high) / 2.0)
        if middle in (low, high):
            break
        low, high = (low, middle) if reached(middle) else (middle, high)
    return float(high)
