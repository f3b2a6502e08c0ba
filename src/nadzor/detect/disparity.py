# SPDX-License-Identifier: Apache-2.0
"""Sites, or groups of patients, for which a device does otherwise than for the rest: found at monthly looks.

A unit is odd when it lies beyond the usual heterogeneity of the whole nation in two looks running, and in
each of the two latest months by itself: one odd month is no disparity.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cached_property

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from nadzor.detect.monthly import Cells, Looks, Units
from nadzor.detect.series import Days, Floats
from nadzor.detect.stats.peers import (
    against_peers,
    heterogeneity,
    moved,
    named,
    shrunk_gap,
    standardised,
    upper_tail,
    usual_spread,
)

CELL_MIN = 50.0
"""Fewer trials than this make no cell: neither tested nor shown."""
GATE = 0.05
"""A group whose units differ no more than usual names none of them."""
MONTH_Z = 1.0
"""Each of the two latest months must point the same way by at least its own error."""

Mask = NDArray[np.bool_]


class Comparison(Struct, frozen=True, kw_only=True):
    """A share that is compared between units: `events` among `others` (or among all, where `whole`).

    Units: prior is the variance between units, in log odds, believed before any is seen; tails is the degrees
    of freedom of Student's law that usual differences follow at most; months is the length of the window.
    """

    name: str
    events: tuple[str, ...]
    others: tuple[str, ...]
    whole: bool = False
    both_sides: bool = False
    prior: float = 0.1
    tails: float = 40.0
    months: int = 3
    dimension: str = "all"

    def pairs(self) -> list[tuple[str, str]]:
        """The measures read, each in the dimension compared."""
        return [(measure, self.dimension) for measure in (*self.events, *self.others)]


class Odd(Struct, frozen=True, kw_only=True):
    """A unit that stands out at a look, with everything a finding says of it.

    Units: shares 0..1; gap and its limits are differences of shares, shrunk; spread is in log odds squared.
    """

    comparison: Comparison
    device: int
    finding: int
    part: int
    look: int
    z: float
    limit: float
    p: float
    share: float
    rest: float
    gap: tuple[float, float, float]
    trials: int
    events: int
    rest_trials: int
    spread: float
    i_squared: float
    heterogeneity_p: float
    units: int


def odd_units(
    days: Days, comparisons: Sequence[Comparison], *, at: Looks, budget: float, units_min: int = 2,
    spoken_for: Callable[[Comparison, Cells], Mask] | None = None,
) -> list[Odd]:  # fmt: skip
    """Every unit that begins to stand out at a look.

    Method: funnel with additive over-dispersion learned from all groups (Spiegelhalter 2005); a group is
    opened when Cochran's Q says that it is more heterogeneous than usual; within it Benjamini & Hochberg
    1995 at the share of the budget that falls to the group.  `spoken_for` says which cells may be compared.
    """
    made = [_Compared(days, one, at=at, units_min=units_min) for one in comparisons]
    for one in made:
        one.compare(spoken_for(one.comparison, one.cells) if spoken_for else one.cells.trials >= 0)
    groups = _groups_of_device(made, devices=len(days.columns.names["device"]), looks=at.count)
    return [
        odd
        for one in made
        for odd in one.odd(budget / np.maximum(groups[one.cells.device], 1.0))
        if odd.heterogeneity_p <= GATE
    ]


class _Compared:
    """One comparison over all devices and looks."""

    def __init__(self, days: Days, comparison: Comparison, *, at: Looks, units_min: int) -> None:
        self.comparison = comparison
        pairs, cut = comparison.pairs(), len(comparison.events)
        self._units = Units(days, events=pairs[:cut], others=pairs[cut:], at=at)
        self.cells = self._units.cells(comparison.months, whole=comparison.whole)
        self._units_min = units_min

    def compare(self, wanted: Mask) -> None:
        """Compare the wanted cells alone, units by looks."""
        cells, trials = self.cells, np.where(wanted, self.cells.trials, 0.0)
        events = np.where(wanted, cells.events, 0.0)
        peers = against_peers(events, trials, cells.group, least=CELL_MIN)
        self.peers = peers._replace(usable=peers.usable & (peers.peers + 1 >= self._units_min))
        self.spread, freedom = usual_spread(self.peers, prior=self.comparison.prior)
        self.freedom = np.minimum(freedom, self.comparison.tails)
        self.z = standardised(self.peers, self.spread)

    @cached_property
    def month(self) -> Cells:
        """The same units, each month alone; asked only where something stands out."""
        return self._units.cells(1, whole=self.comparison.whole)

    def odd(self, q: Floats) -> list[Odd]:
        """The units that begin to stand out."""
        side = np.abs(self.z) if self.comparison.both_sides else self.z
        p = upper_tail(side, self.freedom) * (2.0 if self.comparison.both_sides else 1.0)
        beyond = named(p, self.cells.group, self.peers.usable, q=q)
        lasting = _lasting(beyond, np.sign(self.z))
        for unit, look in np.argwhere(lasting).tolist():
            lasting[unit, look] = self._in_both_months(unit, look)
        starts = lasting & ~np.pad(lasting, ((0, 0), (1, 0)))[:, :-1]
        return [
            self._said(unit, look, float(p[unit, look]), float(q[unit, look]))
            for unit, look in np.argwhere(starts).tolist()
        ]

    def _in_both_months(self, unit: int, look: int) -> bool:
        """Whether each of the two latest months points the same way by itself."""
        rest, sign = float(self.peers.rest[unit, look]), np.sign(self.z[unit, look])
        x, n = (part[unit, look - 1 : look + 1] for part in (self.month.events, self.month.trials))
        error = np.sqrt(np.maximum(n, 1.0) * rest * (1.0 - rest))
        return bool((sign * (x - n * rest) >= MONTH_Z * error).all())

    def _said(self, unit: int, look: int, p: float, q: float) -> Odd:
        cells, peers, spread = self.cells, self.peers, float(self.spread[look])
        group = cells.group == cells.group[unit]
        i_squared, gate = heterogeneity(self.z[group, look], peers.usable[group, look])
        rest, sampling = float(peers.rest[unit, look]), float(peers.sampling[unit, look])
        gap = shrunk_gap(float(peers.gap[unit, look]), sampling=sampling, spread=max(spread, sampling))
        middle, low, high = (moved(rest, part) - rest for part in gap)
        x, n = float(cells.events[unit, look]), float(cells.trials[unit, look])
        others = group & peers.usable[:, look]
        rest_n = float(cells.trials[others, look].sum()) - n
        return Odd(
            comparison=self.comparison, device=int(cells.device[unit]), finding=int(cells.finding[unit]),
            part=int(cells.part[unit]), look=look, z=float(self.z[unit, look]), limit=q, p=p, share=x / n,
            rest=rest, gap=(middle, low, high), trials=int(n), events=int(x), rest_trials=round(rest_n),
            spread=spread, i_squared=i_squared, heterogeneity_p=gate,
            units=int(peers.peers[unit, look]) + 1,
        )  # fmt: skip


def _groups_of_device(made: Sequence[_Compared], *, devices: int, looks: int) -> Floats:
    """How many groups of each device are compared at a look: they share its budget."""
    count = np.zeros((devices, looks))
    for one in made:
        if len(one.cells.group):
            first = np.flatnonzero(np.diff(one.cells.group, prepend=-1))
            compared = np.logical_or.reduceat(one.peers.usable, first, axis=0)
            np.add.at(count, one.cells.device[first], compared)
    return count


def _lasting(beyond: Mask, sign: Floats) -> Mask:
    """Beyond the limit at a look and at the one before, on the same side."""
    lasting = np.zeros_like(beyond)
    lasting[:, 1:] = beyond[:, 1:] & beyond[:, :-1] & (sign[:, 1:] == sign[:, :-1])
    return lasting
