# SPDX-License-Identifier: Apache-2.0
"""Records that tell of the same event: candidate pairs, their weights, and groups in which all agree.

Nothing is merged here: pairs and groups are proposals, and a person confirms them.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations
from typing import Final

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from nadzor.detect.stats.linkage_fields import LEVELS, Column, Ints

Floats = NDArray[np.float64]
ALL_PAIRS_TO: Final = 600
"""Up to so many records every pair is compared; beyond, those that share a value."""
BLOCK_MAX: Final = 60
"""A value shared by more records than this proposes no pairs by itself, only together with another."""
RANDOM_PAIRS: Final = 100_000
ROUNDS: Final = 60
EXPECTED_AGREEMENT: Final = 0.9
PSEUDO_PAIRS: Final = 5.0
"""How firmly EM holds to the agreement expected of true pairs before it has seen any."""


class Links(Struct, frozen=True):
    """Pairs of records by their places, the weight of each in bits, and its chance of being a true pair."""

    first: Ints
    second: Ints
    weight: Floats
    probability: Floats

    def above(self, chance: float) -> Links:
        """The pairs at least so likely, the surest first."""
        kept = np.flatnonzero(self.probability >= chance)
        order = kept[np.lexsort((self.second[kept], self.first[kept], -self.weight[kept]))]
        return Links(self.first[order], self.second[order], self.weight[order], self.probability[order])


def link(columns: Sequence[Column], *, seed: int = 1, among: tuple[Ints, Ints] | None = None) -> Links:
    """All candidate pairs with their chances; `among` are the candidates, where the caller knows better.

    Method: Fellegi & Sunter 1969 with degrees of agreement (Winkler 1990); u from random pairs, m and the
    share of true pairs by EM on the candidates; a missing value speaks neither for nor against.
    """
    size = len(columns[0].code) if columns else 0
    first, second = candidates(columns) if among is None else among
    if not len(first):
        nothing = np.array([])
        return Links(first, second, nothing, nothing)
    levels = np.stack([column.levels(first, second) for column in columns], axis=1)
    patterns, place, count = np.unique(levels, axis=0, return_inverse=True, return_counts=True)
    unlike = _by_chance(columns, seed=seed)
    weight, share = _em(patterns, count.astype(np.float64), unlike, all_pairs=size * (size - 1) / 2.0)
    odds = np.log2(share / (1.0 - share)) + weight
    chance = 1.0 / (1.0 + np.exp2(np.clip(-odds, -1000.0, 1000.0)))
    place = place.reshape(-1)
    return Links(first, second, weight[place], chance[place])


def candidates(columns: Sequence[Column]) -> tuple[Ints, Ints]:
    """Pairs worth a comparison: all of few records, else those that share a rare value or two common ones."""
    size = len(columns[0].code) if columns else 0
    if size <= ALL_PAIRS_TO:
        first, second = np.triu_indices(size, 1)
        return first.astype(np.int64), second.astype(np.int64)
    keys = [key for column in columns for key in _keys(column)]
    common = [key for key in keys if _largest(key) > BLOCK_MAX]
    keys += [_both(one, two) for one, two in combinations(common, 2)]
    found = np.unique(np.concatenate([_sharing(key) * np.array([size, 1]) for key in keys]).sum(axis=1))
    first, second = np.divmod(found, size)
    return first, second


def groups(links: Links) -> list[list[int]]:
    """Groups in which every two records are linked, surest links first.

    Method: complete linkage: two groups join only where all pairs between them are links.
    """
    near: dict[int, set[int]] = {}
    for a, b in zip(links.first.tolist(), links.second.tolist(), strict=True):
        near.setdefault(a, set()).add(b)
        near.setdefault(b, set()).add(a)
    of = {record: [record] for record in near}
    for a, b in zip(links.first.tolist(), links.second.tolist(), strict=True):
        one, two = of[a], of[b]
        if one is not two and all(near[x].issuperset(two) for x in one):
            one += two
            of.update(dict.fromkeys(two, one))
    return sorted({id(group): sorted(group) for group in of.values() if len(group) > 1}.values())


def _keys(column: Column) -> list[Ints]:
    """What records may share in a field: the value; of a text also how it begins; of a date also the week."""
    keys = [column.code]
    if column.field.kind == "text":
        keys.append(_relabelled(column, [word[:4] for word in column.words]))
    if column.field.kind == "date":
        days = np.nan_to_num(column.shape[:, 8], nan=-1.0)
        width = 2.0 * max(column.field.tolerance, 1.0)
        for shift in (0.0, 0.5):
            keys.append(_relabelled(column, [str(x) for x in np.floor(days / width + shift)]))
    return keys


def _relabelled(column: Column, labels: Sequence[str]) -> Ints:
    place = {label: i for i, label in enumerate(sorted(set(labels)))}
    table = np.array([*(place[label] for label in labels), -1], np.int64)
    return np.asarray(table[column.code])


def _both(one: Ints, two: Ints) -> Ints:
    joined = one * (int(two.max()) + 2) + two
    return np.asarray(np.where((one < 0) | (two < 0), -1, np.unique(joined, return_inverse=True)[1]))


def _largest(key: Ints) -> int:
    held = key[key >= 0]
    return int(np.bincount(held).max()) if len(held) else 0


def _sharing(key: Ints) -> Ints:
    """Pairs of records with the same key, where not too many have it; shape (pairs, 2), lower place first."""
    order = np.argsort(key, kind="stable")
    order = order[key[order] >= 0]
    held = key[order]
    size = np.bincount(held)[held] if len(held) else held
    order, held = order[size <= BLOCK_MAX], held[size <= BLOCK_MAX]
    pairs = [np.empty((0, 2), np.int64)]
    for lag in range(1, BLOCK_MAX):
        same = np.flatnonzero(held[lag:] == held[:-lag])
        if not len(same):
            break
        pairs.append(np.sort(np.stack((order[same], order[same + lag]), axis=1), axis=1))
    return np.concatenate(pairs)


def _by_chance(columns: Sequence[Column], *, seed: int) -> list[Floats]:
    """How often two records picked at random agree in each degree, field by field."""
    size = len(columns[0].code)
    rng = np.random.default_rng(seed)
    first = rng.integers(0, size, RANDOM_PAIRS)
    second = (first + rng.integers(1, size, RANDOM_PAIRS)) % size
    return [_shares(column.levels(first, second), LEVELS[column.field.kind]) for column in columns]


def _shares(levels: NDArray[np.int8], degrees: int) -> Floats:
    held = np.bincount(levels[levels >= 0], minlength=degrees) + 0.5
    return np.asarray(held / held.sum())


def _em(
    patterns: NDArray[np.int8], count: Floats, unlike: list[Floats], *, all_pairs: float
) -> tuple[Floats, float]:
    """The weight in bits of each pattern, and the share of true pairs among all.

    Pairs that are no candidates count as not true; u stays as chance gives it.
    """
    alike = [_expected(len(one)) for one in unlike]
    hold = [PSEUDO_PAIRS * one for one in alike]
    share = 1.0 / np.sqrt(2.0 * all_pairs)  # about one true pair a record to begin with
    for _ in range(ROUNDS):
        weight = _weights(patterns, alike, unlike)
        odds = share / (1.0 - share) * np.exp2(np.clip(weight, -500.0, 500.0))
        true = count * odds / (1.0 + odds)
        before, share = share, float(np.clip(true.sum() / all_pairs, 0.01 / all_pairs, 0.5))
        alike = [_updated(patterns[:, field], true, held) for field, held in enumerate(hold)]
        if abs(share - before) <= 1e-7 * before:
            break
    return _weights(patterns, alike, unlike), share


def _expected(degrees: int) -> Floats:
    """Mostly full agreement, the rest spread over the lower degrees."""
    return np.append(np.full(degrees - 1, (1.0 - EXPECTED_AGREEMENT) / (degrees - 1)), EXPECTED_AGREEMENT)


def _updated(levels: NDArray[np.int8], true: Floats, held: Floats) -> Floats:
    told = levels >= 0
    grown = np.bincount(levels[told], true[told], minlength=len(held)) + held
    return np.asarray(grown / grown.sum())


def _weights(patterns: NDArray[np.int8], alike: list[Floats], unlike: list[Floats]) -> Floats:
    weight = np.zeros(len(patterns))
    for field, (m, u) in enumerate(zip(alike, unlike, strict=True)):
        weight += np.append(np.log2(m / u), 0.0)[patterns[:, field]]
    return weight
