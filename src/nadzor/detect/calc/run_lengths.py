# SPDX-License-Identifier: Apache-2.0
"""Run lengths and limits of charts."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta

from nadzor.detect.calc.figures import Answer, Figures, Positive, Share, Statistic
from nadzor.detect.stats.cusum_arl import (
    Sided,
    binomial_cusum_arl,
    binomial_cusum_threshold,
    normal_cusum_arl,
    normal_cusum_threshold,
    normal_ewma_arl,
    poisson_cusum_arl,
    poisson_cusum_threshold,
)


class Chart(Figures, frozen=True, kw_only=True):
    """A CUSUM: S = max(0, S + X - k), alarm at h.  mu is the mean of X; for binomial counts p and n.

    Counts move on a lattice of step 1/scaling; without it the coarsest one that holds k and h is taken.
    """

    family: Literal["normal", "poisson", "binomial"] = "normal"
    k: float
    mu: float = 0.0
    p: Share = 0.0
    n: Annotated[int, Meta(gt=0)] = 1
    headstart: Annotated[float, Meta(ge=0)] = 0.0
    sided: Sided = "one"
    scaling: Annotated[int, Meta(gt=0)] | None = None


class RunLength(Chart, frozen=True, kw_only=True):
    """A CUSUM with its limit h."""

    h: Positive


class Limit(Chart, frozen=True, kw_only=True):
    """A CUSUM and the run length without a change that its limit shall give."""

    arl0: Annotated[float, Meta(gt=1)]


class Ewma(Figures, frozen=True, kw_only=True):
    """An EWMA of standard normal values; limit and barrier in its own standard deviations."""

    weight: Annotated[float, Meta(gt=0, le=1)]
    limit: Positive
    mu: float = 0.0
    sided: Sided = "two"
    barrier: float = 0.0


def _run_length(c: RunLength) -> Answer:
    if c.family == "normal":
        return Answer(normal_cusum_arl(c.k, c.h, mu=c.mu, headstart=c.headstart, sided=c.sided))
    if c.family == "poisson":
        return Answer(poisson_cusum_arl(c.mu, c.k, c.h, headstart=c.headstart, scaling=c.scaling))
    return Answer(binomial_cusum_arl(c.p, c.n, c.k, c.h, scaling=c.scaling))


def _limit(c: Limit) -> Answer:
    if c.family == "normal":
        return Answer(normal_cusum_threshold(c.k, c.arl0, headstart=c.headstart, sided=c.sided))
    if c.family == "poisson":
        return Answer(poisson_cusum_threshold(c.mu, c.k, c.arl0, scaling=c.scaling))
    return Answer(binomial_cusum_threshold(c.p, c.n, c.k, c.arl0, scaling=c.scaling))


def _ewma(figures: Ewma) -> Answer:
    arl = normal_ewma_arl(
        figures.weight, figures.limit, mu=figures.mu, sided=figures.sided, barrier=figures.barrier
    )
    return Answer(arl)


MARKOV = "Brook & Evans 1972; normal charts by quadrature of the integral equation (Vance 1986)"
STATISTICS = (
    Statistic(
        name="cusum-arl", what="Run length of a CUSUM with a given limit", method=MARKOV, figures=RunLength,
        compute=_run_length, example={"k": 0.5, "h": 3},
    ),
    Statistic(
        name="cusum-threshold", what="Limit of a CUSUM with a given run length", method=MARKOV, figures=Limit,
        compute=_limit, example={"k": 0.5, "arl0": 335.3676},
    ),
    Statistic(
        name="ewma-arl", what="Run length of an EWMA chart", method="Crowder 1987: integral equation",
        figures=Ewma, compute=_ewma, example={"weight": 0.1, "limit": 2.814},
    ),
)  # fmt: skip
