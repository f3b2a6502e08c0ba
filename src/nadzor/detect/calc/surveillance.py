# SPDX-License-Identifier: Apache-2.0
"""Outbreak charts of health authorities: counts by day or week against their own past."""

from __future__ import annotations

from typing import Annotated, Literal

import numpy as np
from msgspec import Meta, Struct

from nadzor.detect.calc.figures import Count, Figures, Level, NonNegative, Positive, Statistic
from nadzor.detect.stats.ears import Early, ears
from nadzor.detect.stats.farrington import Plan, Threshold, Week, watch_week

LONGEST = 20_000  # counts: fifty years of days


class Ears(Figures, frozen=True, kw_only=True):
    """Counts in order of time.  Without alpha: 0.001, of C3 0.025.  `min_sigma` is the least deviation."""

    counts: list[Count]
    method: Early = "C1"
    baseline: Annotated[int, Meta(ge=2)] = 7
    alpha: Level | None = None
    min_sigma: NonNegative = 0.0


class EarsAnswer(Struct, frozen=True):
    """A count each: mean of its baseline, upper bound, alarm (count above bound); none before the first."""

    method: Early
    expected: list[float | None]
    upper: list[float | None]
    alarm: list[bool | None]


class Farrington(Figures, frozen=True, kw_only=True):
    """Counts in order of time, so many a year; `first` is the index (from 0) of the first one watched.

    `method` farrington: two-sided alpha, weights above 1, trend kept at p < 0.05, delta rule.  `flexible`:
    one-sided alpha, ten seasons, last 26 counts left out, weights above 2.58, trend always, negative
    binomial. Whatever is told replaces that.  No alarm where fewer than limit54[0] came in the last
    limit54[1] counts.
    """

    counts: list[Count]
    method: Literal["farrington", "flexible"] = "farrington"
    freq: Annotated[int, Meta(ge=2)] = 52
    b: Annotated[int, Meta(ge=1)] = 5
    w: Annotated[int, Meta(ge=0)] = 3
    alpha: Level = 0.05
    first: Count | None = None
    trend: bool = True
    reweight: bool = True
    power: Literal["2/3", "1/2", "none"] = "2/3"
    limit54: tuple[Count, Annotated[int, Meta(ge=1)]] = (5, 4)
    periods: Annotated[int, Meta(ge=1)] | None = None
    past_not_included: Count | None = None
    weights_threshold: Positive | None = None
    trend_p: Annotated[float, Meta(gt=0, le=1)] | None = None
    threshold: Threshold | None = None


class FarringtonAnswer(Struct, frozen=True):
    """A count each: expected, upper bound, over-dispersion, whether a trend was kept, exceedance score,
    alarm.

    None before the first count watched, and where the past has no fit.  `enough` says whether the last counts
    are enough for an alarm at all.
    """

    method: str
    expected: list[float | None]
    upper: list[float | None]
    phi: list[float | None]
    trend: list[bool | None]
    score: list[float | None]
    enough: list[bool | None]
    alarm: list[bool | None]


def _ears(figures: Ears) -> EarsAnswer:
    counts = _checked(figures.counts)
    bounds = ears(
        counts, method=figures.method, baseline=figures.baseline, alpha=figures.alpha,
        least_sd=figures.min_sigma,
    )  # fmt: skip
    expected, upper = ([None if np.isnan(v) else float(v) for v in part] for part in bounds)
    alarm = [
        None if bound is None else count > bound for count, bound in zip(figures.counts, upper, strict=True)
    ]
    return EarsAnswer(figures.method, expected, upper, alarm)


def _farrington(figures: Farrington) -> FarringtonAnswer:
    counts, plan = _checked(figures.counts), _plan(figures)
    first = max(figures.first or 0, plan.years * plan.frequency + plan.half_window)
    weeks = [watch_week(counts, at, plan) if at >= first else None for at in range(len(counts))]
    least, last = figures.limit54
    enough = [
        week and bool(counts[max(0, at - last + 1) : at + 1].sum() >= least) for at, week in enumerate(weeks)
    ]
    told = list(zip(figures.counts, weeks, enough, strict=True))
    return FarringtonAnswer(
        method=figures.method, expected=[week and week.expected for week in weeks],
        upper=[week and week.upper for week in weeks], phi=[week and week.phi for week in weeks],
        trend=[week and week.trend for week in weeks], score=[_score(count, week) for count, week, _ in told],
        enough=[None if week is None else bool(some) for _, week, some in told],
        alarm=[None if week is None else bool(some) and count > week.upper for count, week, some in told],
    )  # fmt: skip


def _plan(figures: Farrington) -> Plan:
    flexible = figures.method == "flexible"
    periods = figures.periods or (10 if flexible else 1)
    if 2 * figures.w + 1 + periods - 1 > figures.freq:
        raise ValueError("a year must hold the window and one count for each other period")
    left_out = figures.past_not_included
    return Plan(
        frequency=figures.freq, years=figures.b, half_window=figures.w, periods=periods,
        left_out=(min(26, figures.freq // 2) if flexible else 0) if left_out is None else left_out,
        alpha=figures.alpha, two_sided=not flexible, reweight=figures.reweight,
        weight_above=figures.weights_threshold or (2.58 if flexible else 1.0), trend=figures.trend,
        trend_p=figures.trend_p or (1.0 if flexible else 0.05),
        threshold=figures.threshold or ("nb" if flexible else "delta"), power=figures.power,
    )  # fmt: skip


def _score(count: int, week: Week | None) -> float | None:
    """The exceedance score: one at the bound, nought at what is expected."""
    if week is None or week.upper <= week.expected:
        return None
    return (count - week.expected) / (week.upper - week.expected)


def _checked(counts: list[int]) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    if not counts:
        raise ValueError("there are no counts")
    if len(counts) > LONGEST:
        raise ValueError(f"{len(counts)} counts are more than {LONGEST}")
    return np.array(counts, dtype=np.float64)


STATISTICS = (
    Statistic(
        name="ears", what="EARS C1, C2, C3: counts against the few before them",
        method="Hutwagner et al. 2003; Fricker, Hegler & Dunfee 2008 (Stat. Med. 27:3407); as `earsC` of the "
        "R package surveillance",
        equation="upper_t = m_t + z_(1-alpha) s_t, mean and deviation of counts t-baseline..t-1 (C1) or "
        "t-baseline-2..t-3 (C2);  C3: m_t + s_t (z_(1-alpha) - sum over i = t-1, t-2 of "
        "max(0, (y_i - m_i) / s_i - 1)) with m, s of C2;  alarm: y_t > upper_t",
        figures=Ears, compute=_ears, example={"counts": [3, 2, 4, 3, 2, 3, 4, 3, 12], "method": "C1"},
    ),
    Statistic(
        name="farrington", what="Farrington: counts against the same season of earlier years",
        method="Farrington et al. 1996 (JRSS A 159:547); flexible: Noufaily et al. 2013 (Stat. Med. "
        "32:1206), in the terms of `farrington` and `farringtonFlexible` of the R package surveillance, "
        "on counts numbered from the one watched rather than by calendar date",
        equation="log mu = a + b t (+ season), quasi-Poisson with phi = max(1, Pearson / df), refitted "
        "with weights proportional to s^-2 where the Anscombe residual s exceeds the limit.  delta: upper "
        "= (mu^q + z q sqrt(mu^(2q-1) (phi + mu se^2)))^(1/q), q = 2/3, 1/2 or 1, se of log mu;  nb: "
        "quantile 1 - alpha of the negative binomial of mean mu and variance phi mu;  muan: the same of "
        "mean mu exp(z se);  score = (y - mu) / (upper - mu)",
        figures=Farrington, compute=_farrington,
        example={"counts": [2, 4, 3, 1, 3, 5, 2, 2, 3, 4, 4, 1, 2, 5, 9], "freq": 4, "b": 3, "w": 1},
    ),
)  # fmt: skip
