# SPDX-License-Identifier: Apache-2.0
"""What a public figure covers: the quantity it is made of, its rows, the atoms of each, and its bands."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Final

import numpy as np
from msgspec import Struct

from nadzor.base.interval import Month
from nadzor.base.quarter import Quarter
from nadzor.disclosure.ledger import Atom, Edges, Ledger, ledger_of
from nadzor.disclosure.series import NATION, days_of, grid, series
from nadzor.disclosure.tables import Band

WHOLE: Final = 10_000  # hundredths of a percent
ENDLESS: Final = 10**9  # the upper edge of a band that has none


class Facts(Struct, frozen=True, kw_only=True):
    """What a release is made of.

    `counted`: counts of each rollup measure by (atom, site); `groups` and `makers`: modality and maker of
    every device of the register, which are its rows; `running`: the sites of each (month, device), known to
    anybody who reads procurement notices.
    """

    counted: Mapping[str, Mapping[tuple[Atom, str], int]]
    groups: Mapping[str, str]
    makers: Mapping[str, str]
    running: Mapping[tuple[str, str], frozenset[str]]

    def ledger(self, quantity: str) -> Ledger:
        """One quantity; a study is counted where it was made, everything else may come from any who runs."""
        may = None if quantity == "studies" else self.running
        return ledger_of(self.counted.get(quantity, {}), may=may, makers=self.makers)


@cache
def months_of(name: str, period: str) -> tuple[str, ...]:
    """The months of a period of a series."""
    days = days_of(series(name).every, period)
    return tuple(dict.fromkeys(str(Month.of(day)) for day in days))


def quarter_months(months: Sequence[str]) -> tuple[str, ...]:
    """Every month of the quarters that some months lie in: what a table of either length may share."""
    quarters = dict.fromkeys(str(Quarter.of(Month.parse(month).first)) for month in months)
    return tuple(month for quarter in quarters for month in months_of("use-quarter", quarter))


def rows_of(name: str, facts: Facts, parts: Sequence[str]) -> tuple[tuple[str, ...], ...]:
    """The fixed rows of a series; `parts`: the strata of its dimension that is no device and no modality."""
    devices = sorted(facts.groups)
    match series(name).dimensions:
        case ("nation",):
            return ((NATION,),)
        case ("modality",):
            return tuple((group,) for group in sorted({*facts.groups.values()}))
        case ("device", _):
            return tuple((device, part) for device in devices for part in parts)
        case ("device",):
            return tuple((device,) for device in devices)
        case _:
            return tuple((part,) for part in parts)


class Index:
    """The atoms of one ledger, found by row."""

    def __init__(self, ledger: Ledger, groups: Mapping[str, str]) -> None:
        self.ledger = ledger
        self._groups = groups
        self._found: dict[tuple[str, str, tuple[str, ...]], tuple[int, ...]] = {}
        self._by: dict[tuple[str, str], list[int]] = defaultdict(list)
        for number, atom in enumerate(ledger.atoms):
            for key in ("", *(f"{kind} {text}" for kind, text in self._strata(atom))):
                self._by[atom.month, key].append(number)

    def _strata(self, atom: Atom) -> tuple[tuple[str, str], ...]:
        group = self._groups.get(atom.device, "")
        return ("device", atom.device), ("modality", group), ("stage", atom.part)

    def atoms(self, name: str, period: str, row: tuple[str, ...]) -> tuple[int, ...]:
        """The atoms that a row of a series adds up; a second text of a row is a part."""
        if (key := (name, period, row)) not in self._found:
            dimension = series(name).dimensions[0]
            stratum = "" if dimension == "nation" else f"{dimension} {row[0]}"
            found = [number for month in months_of(name, period) for number in self._by[month, stratum]]
            part = row[1] if len(row) > 1 else None
            self._found[key] = tuple(n for n in found if part is None or self.ledger.atoms[n].part == part)
        return self._found[key]

    def by_site(self, atoms: Sequence[int]) -> Counter[str]:
        """What each site contributed to some atoms."""
        sums = self.ledger.n[list(atoms)].sum(axis=0)
        at = np.flatnonzero(sums)
        return Counter(dict(zip((self.ledger.sites[k] for k in at), sums[at].tolist(), strict=True)))


def bands(ladder: str, value: int) -> tuple[Band, ...]:
    """The bands a value lies in, the finest first.

    Units: counts, whose bands do not touch, or hundredths of a percent, whose bands share their edges.
    """
    return tuple(_band(edges, value, touching=edges[-1] == WHOLE) for edges in grid().bands[ladder])


def _band(edges: Sequence[int], value: int, *, touching: bool) -> Band:
    at = max(1, bisect_left(edges, value))
    low = edges[at - 1] + (0 if touching or at == 1 else 1)
    return Band(low, edges[at] if at < len(edges) else None)


def edges_of(band: Band, whole: int | None, *, other: bool = False) -> Edges:
    """The least and the most a sum may be for a band to be told of it.

    `whole`: what a share is a share of; `other`: of two answers the one that the share does not count.
    """
    if whole is None:
        return band.low, ENDLESS if band.high is None else band.high
    low, high = -(-band.low * whole // WHOLE), (band.high or 0) * whole // WHOLE
    return (whole - high, whole - low) if other else (low, high)
