# SPDX-License-Identifier: Apache-2.0
"""The narrowest interval of a sum that linear equations with non-negative unknowns leave open."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

import numpy as np
from msgspec import Struct
from scipy.optimize import linprog
from scipy.sparse import csr_array, vstack

from nadzor.disclosure.equations import Equation, Key


class Target(Struct, frozen=True, kw_only=True):
    """What is looked for: the sum over `keys` at one site, or over all sites where `site` is empty.

    `friends` are the sites and `makers` the makers whose counts are known to the opponents.
    """

    keys: frozenset[Key]
    site: str
    friends: frozenset[str]
    makers: frozenset[str]


class Field:
    """Where targets stand: the equations, the counts by key and site, the maker of each device.

    `least` is what a site that stands in the counts of a key is known to have at least.
    """

    def __init__(
        self,
        equations: Sequence[Equation],
        counts: Mapping[Key, Mapping[str, int]],
        makers: Mapping[str, str],
        *,
        least: int = 0,
    ) -> None:
        self.counts, self.makers, self.least = counts, makers, least
        self.sums = {key: sum(at.values()) for key, at in counts.items()}
        self._group: dict[Key, list[Equation]] = {}
        for one in equations:
            joined = {id(group): group for key in one.keys if (group := self._group.get(key))}
            merged = [one, *(other for group in joined.values() for other in group)]
            self._group |= dict.fromkeys((key for other in merged for key in other.keys), merged)

    def connected(self, keys: frozenset[Key]) -> list[Equation]:
        """The equations that share unknowns with some keys, directly or through others."""
        groups = {id(group): group for key in keys if (group := self._group.get(key))}
        return [one for group in groups.values() for one in group]


def bounds(field: Field, target: Target) -> tuple[float, float]:
    """The least and the most a target may be; the most is infinite where nothing bounds it.

    Method: keys that the same equations hold are one unknown for the target and one for everybody else, which
    is exact for sums of non-negative unknowns; solved by HiGHS (Huangfu and Hall, 2018).
    """
    equations = field.connected(target.keys)
    columns, unknown = _columns(equations, target, field)
    if not columns:
        known = sum(_known(field, key, target, wanted=True) for key in target.keys)
        return float(known), float(known)
    cost = np.array([1.0 if wanted else 0.0 for wanted, _ in columns])
    least = np.array([*columns.values()], float)
    matrix = _matrix([*columns], len(equations))
    given = np.array([sum(unknown[key] for key in one.keys) for one in equations], float) + matrix @ least
    low = np.array([one.low for one in equations]) - given
    high = np.array([one.high for one in equations]) - given
    ends = [_solve(sign * cost, matrix, low, high) for sign in (1.0, -1.0)]
    return ends[0] + float(cost @ least), -ends[1] + float(cost @ least)


def _columns(
    equations: Sequence[Equation], target: Target, field: Field
) -> tuple[dict[tuple[bool, frozenset[int]], int], dict[Key, int]]:
    """The unknowns, as (is of the target, equations that hold it), each with the least it can be.

    Second: what opponents know of each key.
    """
    held: dict[Key, set[int]] = defaultdict(set)
    for number, one in enumerate(equations):
        for key in one.keys:
            held[key].add(number)
    columns: dict[tuple[bool, frozenset[int]], int] = defaultdict(int)
    for key, numbers in held.items():
        for wanted, sites in _open(field.counts.get(key, {}), key, target, field):
            columns[wanted, frozenset(numbers)] += sites * field.least
    return columns, {key: _known(field, key, target, wanted=False) for key in held}


def _open(counts: Mapping[str, int], key: Key, target: Target, field: Field) -> Iterator[tuple[bool, int]]:
    """How many sites of a key are unknown, of the target (True) and of others (False)."""
    if field.makers.get(key[1], key[1]) in target.makers:
        return
    unknown, mine = len(counts) - sum(friend in counts for friend in target.friends), 0
    if key in target.keys:
        mine = int(target.site in counts) if target.site else unknown
    for wanted, sites in ((False, unknown - mine), (True, mine)):
        if sites:
            yield wanted, sites


def _known(field: Field, key: Key, target: Target, *, wanted: bool) -> int:
    """What the opponents know of a key themselves."""
    counts = field.counts.get(key, {})
    if field.makers.get(key[1], key[1]) in target.makers:
        return counts.get(target.site, 0) if wanted else field.sums.get(key, 0)
    return 0 if wanted else sum(counts.get(friend, 0) for friend in target.friends)


def _matrix(columns: Sequence[tuple[bool, frozenset[int]]], height: int) -> csr_array:
    places = [(row, column) for column, (_, rows) in enumerate(columns) for row in rows]
    rows, cols = zip(*places, strict=True)
    return csr_array((np.ones(len(places)), (rows, cols)), shape=(height, len(columns)))


def _solve(cost: np.ndarray, matrix: csr_array, low: np.ndarray, high: np.ndarray) -> float:
    exact = low == high
    solved = linprog(
        cost,
        A_eq=matrix[exact] if exact.any() else None,
        b_eq=low[exact] if exact.any() else None,
        A_ub=_both(matrix[~exact]) if (~exact).any() else None,
        b_ub=np.concatenate([high[~exact], -low[~exact]]) if (~exact).any() else None,
        method="highs",
    )
    return float(solved.fun) if solved.status == 0 else float("-inf")


def _both(matrix: csr_array) -> csr_array:
    return vstack([matrix, -matrix]).tocsr()
