# SPDX-License-Identifier: Apache-2.0
"""The binomial maximised sequential probability ratio test, exact: cases among cases and matched controls."""

from __future__ import annotations

from typing import Final

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray
from scipy.special import xlogy

from nadzor.detect.stats.maxsprt_poisson import SAME, Performance, check_alternative, performance

Floats = NDArray[np.float64]

EVENTS_MAX: Final = 3000
"""The longest test that is still computed in seconds."""
RATIO_MAX: Final = 1e6


class Matched(Struct, frozen=True, kw_only=True):
    """A test of n events, cases and controls together; z controls are expected for each case."""

    n: int
    z: float
    min_events: int = 1


class BinomialLimit(Struct, frozen=True):
    """A critical value, and the chance of a false signal that it leaves."""

    critical_value: float
    attained_alpha: float


def binomial_llr(cases: Floats, events: Floats, z: float) -> Floats:
    """The log of the likelihood ratio, its alternative maximised above the null.

    Method: Kulldorff et al. 2011, binomial statistic: c ln(c / (n p)) + (n - c) ln((n - c) / (n (1 - p)))
    for c > n p, with p = 1 / (1 + z), else 0.
    """
    controls, null = events - cases, 1.0 / (1.0 + z)
    ratio = xlogy(cases, cases / (events * null)) + xlogy(controls, controls / (events * (1.0 - null)))
    return np.where(cases > events * null, ratio, 0.0)


def binomial_critical_value(design: Matched, alpha: float) -> BinomialLimit | None:
    """The smallest limit that keeps the chance of a false signal within alpha; None where none can.

    Method: Kulldorff et al. 2011 (Seq. Anal. 30:58): exact walk over the events.  The chance is a step
    function of the limit; it stands at the step, on a value the ratio can take, and the test rejects above.
    Units: nats; alpha 0..1.
    """
    check_matched(design)
    if not 0.0 < alpha < 1.0:
        raise ValueError("alpha lies strictly between 0 and 1")
    low, high = SAME, float(design.n * np.log1p(design.z)) + 1.0
    if _chance(design, low) < alpha:
        return None
    while high - low > SAME:
        middle = (low + high) / 2.0
        low, high = (middle, high) if _chance(design, middle) > alpha else (low, middle)
    limit = _step(design, high)
    if limit >= design.n * np.log1p(design.z) - SAME:
        return None
    return BinomialLimit(limit, _chance(design, limit))


def binomial_performance(design: Matched, limit: float, *, rr: float) -> Performance:
    """What the test does when cases come rr times as often as under the null.

    Method: Kulldorff et al. 2011, with a chance rr / (rr + z) that an event is a case.
    Units: times in events, cases and controls together.
    """
    check_matched(design)
    check_alternative(limit, rr)
    alive = 1.0 - np.cumsum(_lost(design, limit, rr))
    return performance(float(1.0 - alive[-1]), float(1.0 + alive[:-1].sum()), design.n)


def check_matched(design: Matched) -> None:
    """Raise for a test that cannot be carried out, or not in reasonable time."""
    if not 1 <= design.n <= EVENTS_MAX:
        raise ValueError(f"a test has 1..{EVENTS_MAX} events")
    if not 1.0 / RATIO_MAX <= design.z <= RATIO_MAX:
        raise ValueError(f"a matching ratio lies in {1 / RATIO_MAX:g}..{RATIO_MAX:g}")
    if design.min_events < 1:
        raise ValueError("a test needs an event")


def _chance(design: Matched, limit: float) -> float:
    return float(_lost(design, limit, 1.0).sum())


def _lost(design: Matched, limit: float, rr: float) -> Floats:
    """The chance of a signal at each event."""
    most = _most(design, limit)
    share = rr / (rr + design.z)
    alive = np.zeros(design.n + 2)
    alive[0] = 1.0
    lost = np.zeros(design.n)
    for i, passes in enumerate(most):
        moved = alive[: i + 1] * share
        alive[: i + 1] *= 1.0 - share
        alive[1 : i + 2] += moved
        lost[i] = alive[passes + 1 : i + 2].sum()
        alive[passes + 1 : i + 2] = 0.0
    return lost


def _most(design: Matched, limit: float) -> NDArray[np.int64]:
    """The most cases among 1, 2, …, n events that do not signal."""
    events = np.arange(1.0, design.n + 1.0)
    low, high = np.floor(events / (1.0 + design.z)), events + 1.0
    while (high - low).max() > 1.0:
        middle = np.floor((low + high) / 2.0)
        above = binomial_llr(np.minimum(middle, events), events, design.z) > limit + SAME / 2.0
        low, high = np.where(above, low, middle), np.where(above, middle, high)
    return np.maximum(low.astype(np.int64), design.min_events - 1)


def _step(design: Matched, limit: float) -> float:
    """The largest value of the ratio, not above the limit, at which the test does not signal."""
    events = np.arange(1.0, design.n + 1.0)
    cases = np.minimum(_most(design, limit).astype(np.float64), events)
    values = binomial_llr(cases, events, design.z)
    return float(values[cases >= design.min_events].max(initial=0.0))
