# SPDX-License-Identifier: Apache-2.0
"""Funnel limits, and by how much places differ beyond chance."""

from __future__ import annotations

from typing import Annotated, TypeAlias

import numpy as np
from msgspec import Meta, Struct
from numpy.typing import NDArray

from nadzor.detect.calc.figures import Count, Figures, NonNegative, Positive, Statistic, Whole, paired
from nadzor.detect.stats import funnel as stats

Floats: TypeAlias = NDArray[np.float64]
Percent: TypeAlias = Annotated[float, Meta(gt=0, lt=100)]


class Funnel(Figures, frozen=True, kw_only=True):
    """Places by `expected` events (a ratio, Poisson) or by `denominators` (a share, binomial), one of the
    two.

    `events` may be left out where only limits are wanted; then a share needs its `target`.  The target of a
    ratio is 1, that of a share all events over all trials, unless told.  `levels` are in percent.
    """

    events: list[Count] = []
    expected: list[Positive] = []
    denominators: list[Whole] = []
    target: NonNegative | None = None
    levels: tuple[Percent, ...] = (95.0, 99.8)
    scale: stats.Scale | None = None
    robust: stats.Robust = "winsorised"
    trim: Annotated[float, Meta(ge=0, lt=0.5)] = 0.1


class Limits(Struct, frozen=True):
    """Limits at one level, a place each: exact ones, and wide ones that allow for the over-dispersion."""

    level: float
    lower: list[float]
    upper: list[float]
    wide_lower: list[float] | None = None
    wide_upper: list[float] | None = None


class FunnelAnswer(Struct, frozen=True):
    """The target, limits by level, and of events: ratio or share, z, phi, tau2 and z with tau2 allowed.

    phi and tau2 need three places.
    """

    target: float
    limits: list[Limits]
    scale: stats.Scale
    value: list[float] | None = None
    z: list[float] | None = None
    phi: float | None = None
    tau2: float | None = None
    z_adjusted: list[float] | None = None


def _funnel(figures: Funnel) -> FunnelAnswer:
    if bool(figures.expected) == bool(figures.denominators):
        raise ValueError("give expected (a ratio) or denominators (a share), one of the two")
    size = np.array(figures.expected or figures.denominators, dtype=np.float64)
    target, scale = _target(figures), _scale(figures)
    if not figures.events:
        return FunnelAnswer(target, _limits(figures, size, target), scale)
    paired(events=figures.events, sizes=figures.expected or figures.denominators)
    return _seen(figures, size, target=target, scale=scale)


def _seen(figures: Funnel, size: Floats, *, target: float, scale: stats.Scale) -> FunnelAnswer:
    events = np.array(figures.events, dtype=np.float64)
    if figures.denominators and np.any(events > size):
        raise ValueError("a place has more events than trials")
    value = (events / size).tolist()
    if target <= 0.0 or (figures.denominators and target >= 1.0):
        return FunnelAnswer(target, _limits(figures, size, target), scale, value)
    of = stats.share_deviations if figures.denominators else stats.ratio_deviations
    told = of(events, size, target, scale)
    z = (told.gap / told.se).tolist()
    if len(events) < 3:
        return FunnelAnswer(target, _limits(figures, size, target), scale, value, z)
    spread = stats.over_dispersion(told, trim=figures.trim, robust=figures.robust)
    limits = _limits(figures, size, target, wide=(told.se, spread.tau2, scale))
    adjusted = (told.gap / np.sqrt(told.se**2 + spread.tau2)).tolist()
    return FunnelAnswer(target, limits, scale, value, z, spread.phi, spread.tau2, adjusted)


def _limits(
    figures: Funnel, size: Floats, target: float, *, wide: tuple[Floats, float, stats.Scale] | None = None
) -> list[Limits]:
    of = stats.binomial_limits if figures.denominators else stats.poisson_limits
    found = []
    for percent in figures.levels:
        pairs = [of(size, target, percent / 100.0)]
        if wide is not None:
            pairs.append(stats.wide_limits(target, wide[0], wide[1], level=percent / 100.0, scale=wide[2]))
        found.append(Limits(percent, *(part.tolist() for pair in pairs for part in pair)))
    return found


def _target(figures: Funnel) -> float:
    if figures.target is not None:
        if figures.denominators and figures.target > 1.0:
            raise ValueError("the target of a share lies between 0 and 1")
        return figures.target
    if figures.expected:
        return 1.0
    if not figures.events:
        raise ValueError("limits of a share need a target when there are no events")
    return sum(figures.events) / sum(figures.denominators)


def _scale(figures: Funnel) -> stats.Scale:
    told = figures.scale or ("arcsine" if figures.denominators else "sqrt")
    if told not in (("arcsine", "none") if figures.denominators else ("sqrt", "log", "none")):
        raise ValueError("a share is looked at on the scale arcsine or none, a ratio on sqrt, log or none")
    return told


STATISTICS = (
    Statistic(
        name="funnel", what="Funnel limits, over-dispersion and z of places against a target",
        method="Spiegelhalter 2005 (Stat. Med. 24:1185): exact limits, winsorised phi, additive tau2 of "
        "DerSimonian & Laird 1986",
        equation="ratio: chi2(a/2; 2m) / 2E and chi2(1 - a/2; 2m + 2) / 2E with m = target E;  share: "
        "beta(a/2; m, n - m + 1) and beta(1 - a/2; m + 1, n - m) with m = target n;  z = (g(y) - "
        "g(target)) / s, g = sqrt or arcsin sqrt, s = 1 / 2 sqrt(E);  phi = mean z^2 winsorised;  tau2 = "
        "max(0, (I phi - (I - 1)) / (sum w - sum w^2 / sum w)), w = 1 / s^2;  wide limits: g(target) -/+ "
        "z_a sqrt(s^2 + tau2)",
        figures=Funnel, compute=_funnel,
        example={"events": [12, 30, 20, 60], "expected": [15, 20, 30, 40], "levels": [95]},
    ),
)  # fmt: skip
