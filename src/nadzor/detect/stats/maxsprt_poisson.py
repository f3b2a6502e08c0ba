# SPDX-License-Identifier: Apache-2.0
"""The Poisson maximised sequential probability ratio test, exact: events against the number expected.

Time is counted in events expected under the null, so that volumes do not matter.  The test rejects at the
first look at which the log likelihood ratio of the events seen passes a flat limit, the critical value.
Without groups it looks continuously; then a signal falls on an event, and the n-th event signals exactly if
it comes early enough.  Both forms become a walk past checkpoints, each with the most events that still pass.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Final, NamedTuple

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray
from scipy.optimize import brentq
from scipy.special import gammaln, lambertw, pdtrc, xlogy

Floats = NDArray[np.float64]

HORIZON_MAX: Final = 5000.0
"""The longest horizon that is still computed in seconds."""
LOOKS_MAX: Final = 5000
LIMIT_MAX: Final = 700.0
RISK_MAX: Final = 1000.0
SAME: Final = 1e-10
"""Log likelihood ratios this close are one and the same number."""
FORGOTTEN: Final = 1e-22
"""States less likely than that are forgotten."""


class Design(Struct, frozen=True, kw_only=True):
    """A test: horizon and delayed start in events expected, sizes of its groups (none: continuous)."""

    horizon: float
    min_events: int = 1
    delayed_start: float = 0.0
    groups: tuple[float, ...] = ()


class Performance(Struct, frozen=True, kw_only=True):
    """Chance of a signal, mean time to a signal that comes, and mean length of surveillance."""

    power: float
    expected_signal_time: float | None
    expected_sample_size: float


class Walk(Struct, frozen=True):
    """Checkpoints, the most events that pass each, and whether an event before it can signal at once."""

    times: Floats
    most: NDArray[np.int64]
    immediate: NDArray[np.bool_]


def equal_groups(horizon: float, count: int) -> tuple[float, ...]:
    """The sizes of so many looks at equal distance; none for a count of zero, which looks continuously."""
    if not 0 <= count <= LOOKS_MAX:
        raise ValueError(f"a test has at most {LOOKS_MAX} looks")
    return (horizon / count,) * count if count else ()


def poisson_llr(events: Floats, expected: Floats) -> Floats:
    """The log of the likelihood ratio, its alternative maximised above the null.

    Method: Kulldorff et al. 2011, Poisson statistic: (mu - n) + n ln(n / mu) for n > mu, else 0.
    """
    ratio = expected - events + xlogy(events, events / expected)
    return np.where(events > expected, ratio, 0.0)


def poisson_critical_value(design: Design, alpha: float) -> float | None:
    """The smallest limit that keeps the chance of a false signal within alpha; None if every limit does.

    Method: Kulldorff et al. 2011 (Seq. Anal. 30:58); minimum events and delayed start, Kulldorff & Silva 2017
    (REVSTAT 15:373); groups, Silva & Kulldorff 2015 (Biometrics 71:851).  Where the chance of a signal jumps
    over alpha, the limit lies at the jump; the test rejects above it.
    Units: nats; alpha 0..1.
    """
    check_design(design)
    if not 0.0 < alpha < 1.0:
        raise ValueError("alpha lies strictly between 0 and 1")
    return smallest_limit(lambda limit: sum(leg.lost for leg in _legs(_walk_of(design, limit), 1.0)), alpha)


def smallest_limit(chance: Callable[[float], float], alpha: float) -> float | None:
    """Where a chance that falls with its limit passes alpha, from the side that keeps it."""
    if chance(SAME) < alpha:
        return None
    high = 4.0
    while chance(high) > alpha:
        high *= 2.0
    found = brentq(lambda limit: chance(limit) - alpha, SAME, high, xtol=1e-12, rtol=1e-14, maxiter=200)
    steps = (found + step for step in (0.0, 1e-11, 1e-9, 1e-7))
    return float(next(limit for limit in steps if chance(limit) <= alpha * (1.0 + 1e-9)))


def poisson_performance(design: Design, limit: float, *, rr: float) -> Performance:
    """What the test does when events come rr times as often as under the null.

    Method: Kulldorff & Silva 2017: power, time to signal and length of surveillance as exact means.
    Units: times in events expected under the null.
    """
    check_design(design)
    check_alternative(limit, rr)
    walk = _walk_of(design, limit)
    legs, gaps = list(_legs(walk, rr)), np.diff(walk.times, prepend=0.0)
    spent = [
        _lived(leg, gap, rr) if at_once else float(gap * leg.alive.sum())
        for leg, gap, at_once in zip(legs, gaps, walk.immediate, strict=True)
    ]
    return performance(min(1.0, sum(leg.lost for leg in legs)), sum(spent), design.horizon)


def performance(power: float, lived: float, horizon: float) -> Performance:
    """What follows from the chance of a signal and the mean length of surveillance."""
    late = lived - horizon * (1.0 - power)
    return Performance(
        power=power, expected_signal_time=late / power if power else None, expected_sample_size=lived
    )


def check_design(design: Design) -> None:
    """Raise for a test that cannot be carried out, or not in reasonable time."""
    if not 0.0 < design.horizon <= HORIZON_MAX:
        raise ValueError(f"a horizon lies in 0..{HORIZON_MAX:g} expected events")
    if design.min_events < 1 or not 0.0 <= design.delayed_start <= design.horizon:
        raise ValueError("a test needs an event, and starts before its horizon")
    if len(design.groups) > LOOKS_MAX or any(size <= 0.0 for size in design.groups):
        raise ValueError(f"at most {LOOKS_MAX} groups, each of a positive size")
    if design.groups and abs(sum(design.groups) - design.horizon) > 1e-9 * design.horizon:
        raise ValueError("the groups add up to the horizon")


def check_alternative(limit: float, rr: float) -> None:
    """Raise for a limit that nothing passes, and a relative risk that nobody needs a test for."""
    if not (0.0 < rr <= RISK_MAX and 0.0 < limit <= LIMIT_MAX):
        raise ValueError(f"a relative risk lies in 0..{RISK_MAX:g} and a limit in 0..{LIMIT_MAX:g} nats")


def signal_time(events: Floats, limit: float) -> Floats:
    """The latest time at which so many events still signal.

    Method: n ln(n / t) - (n - t) = limit for t below n, by the principal branch of Lambert's W.
    """
    return np.asarray(-events * lambertw(-np.exp(-1.0 - limit / events)).real, dtype=np.float64)


def _walk_of(design: Design, limit: float) -> Walk:
    return _grouped(design, limit) if design.groups else _continuous(design, limit)


def _grouped(design: Design, limit: float) -> Walk:
    times = np.cumsum(design.groups)
    times[-1] = design.horizon
    times = times[times >= design.delayed_start * (1.0 - 1e-12)]
    return Walk(times, _most(times, limit, design.min_events), np.zeros(len(times), dtype=bool))


def _continuous(design: Design, limit: float) -> Walk:
    start, least = design.delayed_start, design.min_events
    last = max(least, int(_most(np.array([design.horizon]), limit, least)[0]) + 1)
    events = np.arange(least, last + 1, dtype=np.float64)
    latest = np.minimum(signal_time(events, limit), design.horizon)
    latest[-1] = design.horizon
    if not start:
        return Walk(latest, np.arange(least - 1, last), np.ones(len(events), dtype=bool))
    first = int(_most(np.array([start]), limit, least)[0])
    later = events > first
    times = np.concatenate(([start], np.maximum(latest[later], start)))
    most = np.concatenate(([first], events[later].astype(np.int64) - 1))
    return Walk(times, most, np.arange(len(times)) > 0)


def _most(times: Floats, limit: float, least: int) -> NDArray[np.int64]:
    """The most events at each time that do not signal."""
    low = np.floor(times)
    high = np.ceil(times + np.sqrt(2.0 * limit * times) + limit + 2.0)
    while (high - low).max() > 1.0:
        middle = np.floor((low + high) / 2.0)
        above = poisson_llr(middle, times) > limit + SAME * 0.5
        low, high = np.where(above, low, middle), np.where(above, middle, high)
    return np.maximum(low.astype(np.int64), least - 1)


class Leg(NamedTuple):
    """A gap between checkpoints: who is under way, how many more events pass, who fails at its end."""

    alive: Floats
    room: int
    lost: float


def _legs(walk: Walk, rr: float) -> Iterator[Leg]:
    alive, lowest = np.ones(1), 0
    kernels = _kernels(rr * np.diff(walk.times, prepend=0.0))
    for most, kernel in zip(walk.most, kernels, strict=True):
        room = int(most) - lowest
        moved = np.convolve(alive, kernel) if len(alive) else alive
        yield Leg(alive, room, float(moved[room + 1 :].sum()))
        gone = int(np.searchsorted(np.cumsum(moved[: room + 1]), FORGOTTEN))
        alive, lowest = moved[gone : room + 1], lowest + gone


def _lived(leg: Leg, gap: float, rr: float) -> float:
    """The mean time without a signal within a gap in which the event after `room` more signals at once.

    Method: the time that a Poisson process spends below its (m + 1)-th event within (0, gap) is on average
    the sum over i = 0..m of P(more than i events) / rate.
    """
    if gap <= 0.0 or not len(leg.alive):
        return 0.0
    spans = np.cumsum(pdtrc(np.arange(leg.room + 1), rr * gap)) / rr
    return float(leg.alive @ spans[leg.room - np.arange(len(leg.alive))])


def _kernels(means: Floats) -> Sequence[Floats]:
    """Chances of 0, 1, 2, … events, one row a mean, cut where they no longer matter."""
    reach = np.ceil(means + 12.0 * np.sqrt(means) + 24.0).astype(np.int64)
    counts = np.arange(int(reach.max()) + 1)
    constants = gammaln(counts + 1.0)
    return [
        np.exp(xlogy(counts[: n + 1], mean) - mean - constants[: n + 1])
        for mean, n in zip(means, reach, strict=True)
    ]
