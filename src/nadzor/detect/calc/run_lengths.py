# SPDX-License-Identifier: Apache-2.0
"""Run lengths and limits of charts."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta, Struct, field

from nadzor.detect.calc.figures import Answer, Figures, NonNegative, Positive, Share, Statistic, Whole
from nadzor.detect.stats.cusum_arl import (
    Sided,
    binomial_cusum_arl,
    binomial_cusum_threshold,
    normal_cusum_arl,
    normal_cusum_threshold,
    poisson_cusum_arl,
    poisson_cusum_threshold,
)
from nadzor.detect.stats.ewma_arl import normal_ewma_arl

Headstart = NonNegative | Literal["h/2"]


class Chart(Figures, frozen=True, kw_only=True):
    """A CUSUM: S = max(0, S + X - k), alarm at h.  shift is the mean of normal X, mu that of counts.

    Binomial counts have p and n in place of mu.  Counts move on a lattice of step 1/scaling; without it the
    coarsest one that holds k and h is taken.
    """

    family: Literal["normal", "poisson", "binomial"] = "normal"
    k: float
    shift: float = 0.0
    mu: float = 0.0
    p: Share = 0.0
    n: Whole = 1
    sided: Sided = "one"
    scaling: Whole | None = None


class RunLength(Chart, frozen=True, kw_only=True):
    """A CUSUM with its limit h, started at zero or at the headstart."""

    h: Positive
    headstart: Headstart = 0.0


class Limit(Chart, frozen=True, kw_only=True):
    """A CUSUM and the run length without a change that its limit shall give."""

    arl0: Annotated[float, Meta(gt=1)]
    headstart: NonNegative = 0.0


class PoissonRunLength(Figures, frozen=True, kw_only=True):
    """A CUSUM of Poisson counts, S = max(0, S + X - k), alarm when S reaches h."""

    mean: Positive
    k: NonNegative
    h: Positive
    headstart: Headstart = 0.0
    scaling: Whole | None = None


class Ewma(Figures, frozen=True, kw_only=True):
    """An EWMA of normal values; limit, barrier and headstart in its own (steady) standard deviations."""

    weight: Annotated[float, Meta(gt=0, le=1)] = field(name="lambda")
    limit: Positive
    shift: float = 0.0
    sided: Sided = "two"
    barrier: float = 0.0
    headstart: float = 0.0


class Run(Struct, frozen=True):
    """Mean number of observations until an alarm, under both names it goes by."""

    arl: float
    value: float


def _run_length(c: RunLength) -> Run:
    start = _start(c.headstart, c.h)
    if c.family == "normal":
        return _run(normal_cusum_arl(c.k, c.h, mu=c.shift + c.mu, headstart=start, sided=c.sided))
    _one_sided(c)
    if c.family == "poisson":
        return _run(poisson_cusum_arl(c.mu, c.k, c.h, headstart=start, scaling=c.scaling))
    return _run(binomial_cusum_arl(c.p, c.n, c.k, c.h, headstart=start, scaling=c.scaling))


def _limit(c: Limit) -> Answer:
    if c.family == "normal":
        return Answer(normal_cusum_threshold(c.k, c.arl0, headstart=c.headstart, sided=c.sided))
    _one_sided(c)
    if c.headstart:
        raise ValueError("the limit of a chart of counts is sought without a headstart")
    if c.family == "poisson":
        return Answer(poisson_cusum_threshold(c.mu, c.k, c.arl0, scaling=c.scaling))
    return Answer(binomial_cusum_threshold(c.p, c.n, c.k, c.arl0, scaling=c.scaling))


def _poisson(c: PoissonRunLength) -> Run:
    return _run(poisson_cusum_arl(c.mean, c.k, c.h, headstart=_start(c.headstart, c.h), scaling=c.scaling))


def _ewma(c: Ewma) -> Run:
    return _run(
        normal_ewma_arl(
            c.weight, c.limit, mu=c.shift, sided=c.sided, barrier=c.barrier, headstart=c.headstart
        )
    )


def _one_sided(c: Chart) -> None:
    if c.sided == "two" or c.shift:
        raise ValueError("a chart of counts has one side, and its mean is told by mu, or p and n")


def _start(headstart: float | str, h: float) -> float:
    return h / 2.0 if isinstance(headstart, str) else headstart


def _run(arl: float) -> Run:
    return Run(arl=arl, value=arl)


MARKOV = "Brook & Evans 1972; normal charts by quadrature of the integral equation (Vance 1986)"
TWO_SIDES = "two sides joined as Lucas & Crosier 1982, eq. 2"
STATISTICS = (
    Statistic(
        name="cusum-arl", what="Run length of a CUSUM with a given limit", method=f"{MARKOV}; {TWO_SIDES}",
        equation="L(s) = 1 + L(0) P(X <= k - s) + integral of L(x) f(x + k - s) over 0 < x < h",
        figures=RunLength, compute=_run_length, example={"k": 0.5, "h": 3, "shift": 0},
    ),
    Statistic(
        name="cusum-threshold", what="Limit of a CUSUM with a given run length", method=MARKOV, figures=Limit,
        compute=_limit, example={"k": 0.5, "arl0": 335.3676},
    ),
    Statistic(
        name="poisson-cusum-arl", what="Run length of a CUSUM of Poisson counts",
        method="Lucas 1985 (Technometrics 27:129): exact Markov chain on the lattice that holds k and h",
        equation="L = (I - P)^-1 1", figures=PoissonRunLength, compute=_poisson, also={"mu": "mean"},
        example={"mean": 0.25, "k": 0.25, "h": 10, "headstart": "h/2"},
    ),
    Statistic(
        name="ewma-arl", what="Run length of an EWMA chart",
        method="Crowder 1987 (Technometrics 29:401), integral equation; one-sided as Waldmann 1986",
        equation="L(u) = 1 + integral of L(y) f((y - (1 - lambda) u) / lambda) / lambda within the limits",
        figures=Ewma, compute=_ewma, also={"weight": "lambda", "mu": "shift"},
        example={"lambda": 0.1, "limit": 2.814, "shift": 0},
    ),
)  # fmt: skip
