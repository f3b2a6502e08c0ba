# SPDX-License-Identifier: Apache-2.0
"""Funnel plots: how far from a target places of different sizes lie, when places are known to differ."""

from __future__ import annotations

from typing import Literal, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray
from scipy.special import betaincinv, gammaincinv, ndtri

Floats = NDArray[np.float64]
Pair: TypeAlias = tuple[Floats, Floats]
Scale: TypeAlias = Literal["sqrt", "log", "arcsine", "none"]
Robust: TypeAlias = Literal["winsorised", "truncated"]


class Deviations(NamedTuple):
    """On a scale where the spread is known: value minus target, and its standard error, a place each."""

    gap: Floats
    se: Floats


class OverDispersion(NamedTuple):
    """By what factor the variance exceeds chance, and how much variance between places that amounts to."""

    phi: float
    tau2: float


def poisson_limits(expected: Floats, target: float, level: float) -> Pair:
    """Limits of observed over expected for places on target.

    Method: Garwood 1936 limits of a count that equals its mean, target times expected, over expected.
    """
    mean, tail = target * expected, (1.0 - level) / 2.0
    low, high = gammaincinv(mean, tail), gammaincinv(mean + 1.0, 1.0 - tail)
    return _pair(np.where(mean > 0, low, 0.0) / expected, high / expected)


def binomial_limits(trials: Floats, target: float, level: float) -> Pair:
    """Limits of a share for places on target.

    Method: Clopper & Pearson 1934 limits of a count that equals its mean, target times trials.
    """
    mean, tail = target * trials, (1.0 - level) / 2.0
    low = betaincinv(mean, trials - mean + 1.0, tail) if target > 0.0 else np.zeros(len(trials))
    high = betaincinv(mean + 1.0, trials - mean, 1.0 - tail) if target < 1.0 else np.ones(len(trials))
    return _pair(low, high)


def ratio_deviations(events: Floats, expected: Floats, target: float, scale: Scale) -> Deviations:
    """Observed over expected against a target.

    Method: Spiegelhalter 2005 (Stat. Med. 24:1185), appendix: square root, logarithm or no transformation;
    the logarithm of no event at all takes half an event.
    """
    ratio = events / expected
    if scale == "log":
        held = np.where(events > 0, events, 0.5) / expected
        return Deviations(np.log(held / target), 1.0 / np.sqrt(target * expected))
    if scale == "none":
        return Deviations(ratio - target, np.sqrt(target / expected))
    return Deviations(np.sqrt(ratio) - np.sqrt(target), 0.5 / np.sqrt(expected))


def share_deviations(events: Floats, trials: Floats, target: float, scale: Scale) -> Deviations:
    """A share against a target: arcsine of the square root, or no transformation (Spiegelhalter 2005)."""
    share = events / trials
    if scale == "none":
        return Deviations(share - target, np.sqrt(target * (1.0 - target) / trials))
    return Deviations(np.arcsin(np.sqrt(share)) - np.arcsin(np.sqrt(target)), 0.5 / np.sqrt(trials))


def over_dispersion(told: Deviations, *, trim: float = 0.1, robust: Robust = "winsorised") -> OverDispersion:
    """How much more places differ than chance makes them.

    Method: Spiegelhalter 2005, section 5: phi, the mean square of z with the outer shares pulled in
    (winsorised) or left out (truncated); tau2 of DerSimonian & Laird 1986 from it, nought when phi is within
    chance, (I phi - (I - 1)) / (sum w - sum w^2 / sum w) with w = 1 / se^2.
    """
    z, w = told.gap / told.se, 1.0 / told.se**2
    low, high = (float(bound) for bound in np.quantile(z, (trim, 1.0 - trim)))
    if robust == "truncated":
        inside = (z > low) & (z < high)
        z, w = z[inside], w[inside]
    z = np.clip(z, low, high)
    if len(z) < 2:
        raise ValueError("over-dispersion needs at least two places within the trimmed range")
    phi, free = float(np.mean(z * z)), float(w.sum() - (w * w).sum() / w.sum())
    return OverDispersion(phi, max(0.0, (len(z) * phi - (len(z) - 1.0)) / free))


def wide_limits(target: float, se: Floats, tau2: float, *, level: float, scale: Scale) -> Pair:
    """Limits that allow places to differ by tau2 on the scale given, back on the scale of the figure."""
    half = float(ndtri(0.5 + level / 2.0)) * np.sqrt(se**2 + tau2)
    if scale == "log":
        return _pair(target * np.exp(-half), target * np.exp(half))
    if scale == "none":
        return _pair(np.maximum(0.0, target - half), target + half)
    if scale == "sqrt":
        root = np.sqrt(target)
        return _pair(np.maximum(0.0, root - half) ** 2, (root + half) ** 2)
    angle = np.arcsin(np.sqrt(target))
    low, high = np.maximum(0.0, angle - half), np.minimum(np.pi / 2.0, angle + half)
    return _pair(np.sin(low) ** 2, np.sin(high) ** 2)


def _pair(low: Floats, high: Floats) -> Pair:
    return np.asarray(low, dtype=np.float64), np.asarray(high, dtype=np.float64)
