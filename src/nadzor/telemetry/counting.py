# SPDX-License-Identifier: Apache-2.0
"""Facts become counts: equal keys are brought together by sorting numbers.

Why not GROUP BY: millions of facts fall into nearly as many cells, and sorting plain integers costs a tenth
of what a hash table of that size does; the counts then stand in the order in which they are written.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
import pyarrow as pa
from msgspec import Struct

Ints = np.ndarray[Any, np.dtype[np.int64]]


class Counted(Struct, frozen=True):
    """Distinct keys in order, and what the facts of each came to, never nothing.

    `high` and `low` are the two halves of a key.
    """

    high: Ints
    low: Ints
    n: Ints


def count_facts(batches: Iterable[pa.RecordBatch], *, low_bits: int) -> Counted:
    """Facts as they come from the engine: whole keys in one column, or halves in two where they do not fit.

    Method: facts of one are most; their keys are sorted bare, the others are added to what that gives.
    """
    ones: list[Ints] = []
    others: list[tuple[Ints, Ints]] = []
    for batch in batches:
        n = batch.column("n").to_numpy()
        key = batch.column("key").to_numpy()
        one = n == 1
        ones.append(key[one])
        others.append((key[~one], n[~one]))
    keys, sums = counted_keys(
        _whole(ones), _whole([key for key, _ in others]), _whole([n for _, n in others])
    )
    return Counted(keys >> low_bits, keys & ((1 << low_bits) - 1), sums)


def count_halves(batches: Iterable[pa.RecordBatch]) -> Counted:
    """The same where a key needs two numbers: slower, and only when days lie centuries apart."""
    told = list(batches)
    high, low, n = (
        _whole([batch.column(name).to_numpy() for batch in told]) for name in ("high", "low", "n")
    )
    order = np.lexsort((low, high))
    high, low, n = high[order], low[order], n[order]
    first = np.flatnonzero(np.concatenate(([True], (np.diff(high) != 0) | (np.diff(low) != 0)))[: len(n)])
    sums = np.add.reduceat(n, first) if len(first) else n
    kept = sums != 0
    return Counted(high[first][kept], low[first][kept], sums[kept])


def counted_keys(ones: Ints, keys: Ints, n: Ints) -> tuple[Ints, Ints]:
    """Distinct keys in order and their sums: of facts that count one each, and of facts with their own n.

    >>> keys, sums = counted_keys(np.array([7, 3, 7]), np.array([3, 5, 5]), np.array([-1, 2, 2]))
    >>> keys.tolist(), sums.tolist()
    ([5, 7], [4, 2])
    """
    ones.sort()
    first = _starts(ones)
    found, sums = ones[first], np.diff(first, append=len(ones))
    if len(keys):
        found, sums = _merged((found, sums), _summed(keys, n))
    kept = sums != 0
    return (found, sums) if kept.all() else (found[kept], sums[kept])


def _summed(keys: Ints, n: Ints) -> tuple[Ints, Ints]:
    order = np.argsort(keys)
    keys = keys[order]
    first = _starts(keys)
    return keys[first], np.add.reduceat(n[order], first)


def _merged(one: tuple[Ints, Ints], other: tuple[Ints, Ints]) -> tuple[Ints, Ints]:
    """Two sets of distinct keys as one, the smaller worked into the larger."""
    (keys, sums), (more, added) = sorted((one, other), key=lambda pair: -len(pair[0]))
    place = np.searchsorted(keys, more)
    same = np.zeros(len(more), bool)
    inside = place < len(keys)
    same[inside] = keys[place[inside]] == more[inside]
    sums[place[same]] += added[same]
    new = ~same
    return np.insert(keys, place[new], more[new]), np.insert(sums, place[new], added[new])


def _starts(ordered: Ints) -> Ints:
    """Where a new value begins."""
    return np.flatnonzero(np.concatenate(([True], ordered[1:] != ordered[:-1]))[: len(ordered)])


def _whole(pieces: list[Ints]) -> Ints:
    return np.concatenate(pieces) if pieces else np.array([], np.int64)
