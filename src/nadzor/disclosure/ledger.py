# SPDX-License-Identifier: Apache-2.0
"""What stands behind public figures: how much each site contributed to each atom, and rows over the atoms.

An atom is the smallest thing a public figure may be cut into: a month, a device, a part (a stage of failure,
a seriousness, or nothing).  A published figure is a row: a set of atoms whose sum over all sites lies between
two edges.  All that the public learns of a quantity is its rows.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

Counts = NDArray[np.int64]
Flags = NDArray[np.bool_]


class Atom(NamedTuple):
    """The smallest cut of a quantity that any public figure is made of."""

    month: str
    device: str
    part: str = ""


class Ledger(Struct, frozen=True):
    """One quantity: `n` and `may` are atoms × sites; `may`: the site runs the device, so it could contribute.

    `spare` is how much of each count could be less for all that anybody knows: who is known to have counted
    has counted one at least.  `makers` numbers the maker of each atom's device: a maker knows its own
    devices' counts at every site.
    """

    atoms: tuple[Atom, ...]
    sites: tuple[str, ...]
    n: Counts
    may: Flags
    spare: Counts
    makers: Counts

    def total(self, atoms: Sequence[int]) -> int:
        """The sum over some atoms and all sites."""
        return int(self.n[list(atoms)].sum())

    def organisations(self, atoms: Sequence[int]) -> int:
        """How many sites contributed to some atoms."""
        return int((self.n[list(atoms)].sum(axis=0) > 0).sum())


Edges = tuple[int, int]


class Row(Struct, frozen=True, kw_only=True):
    """A figure as an equation: the atoms it adds up, and the least and the most their sum may be.

    `wider` are the next edges that a figure in a band may fall back to; `is_new`: not published yet, so that
    it may still be widened or hidden.
    """

    name: tuple[str, ...]
    atoms: tuple[int, ...]
    low: int
    high: int
    wider: tuple[Edges, ...] = ()
    is_new: bool = True


def ledger_of(
    counted: Mapping[tuple[Atom, str], int],
    *,
    may: Mapping[tuple[str, str], frozenset[str]] | None = None,
    makers: Mapping[str, str] | None = None,
) -> Ledger:
    """The ledger of counts by (atom, site).

    `may`: sites by (month, device) that could contribute; without it those that did, and are known to have
    done.  `makers`: the maker of each device; a device without one is its own maker.
    """
    named = makers or {}
    atoms = tuple(sorted({atom for atom, _ in counted}))
    sites = tuple(
        sorted({site for _, site in counted} | {s for found in (may or {}).values() for s in found})
    )
    at, of = {atom: k for k, atom in enumerate(atoms)}, {site: k for k, site in enumerate(sites)}
    n = np.zeros((len(atoms), len(sites)), np.int64)
    for (atom, site), count in counted.items():
        n[at[atom], of[site]] += count
    could = n > 0
    spare = np.maximum(n - 1, 0) if may is None else n
    for atom, k in at.items():
        could[k, [of[site] for site in (may or {}).get(atom[:2], ())]] = True
    numbers = {
        name: k for k, name in enumerate(sorted({named.get(atom.device, atom.device) for atom in atoms}))
    }
    who = np.array([numbers[named.get(atom.device, atom.device)] for atom in atoms], np.int64)
    return Ledger(atoms, sites, n, could, spare, who)
