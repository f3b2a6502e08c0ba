# SPDX-License-Identifier: Apache-2.0
"""Counting facts into cells: mixed-radix keys, counted in a table where it is small, else by sorting."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from nadzor.simulate.levels import Ints

ROOMY = 8
"""A table of so many cells a fact is still cheaper than sorting the facts."""


def tally(keys: Sequence[tuple[Ints, int]]) -> tuple[list[Ints], Ints]:
    """Different combinations of keys, each key with the number of its values, and how often each occurs."""
    flat = np.zeros(len(keys[0][0]), np.int64)
    size = 1
    for values, count in keys:
        flat *= count
        flat += values
        size *= count
    at, n = _tabled(flat, size) if size <= ROOMY * len(flat) + 1024 else _sorted(flat)
    return _split(at, [count for _, count in keys]), n


def _tabled(flat: Ints, size: int) -> tuple[Ints, Ints]:
    counts = np.bincount(flat, minlength=size)
    at = np.flatnonzero(counts)
    return at, counts[at]


def _sorted(flat: Ints) -> tuple[Ints, Ints]:
    flat.sort()
    starts = np.flatnonzero(np.concatenate([[True], flat[1:] != flat[:-1]])[: len(flat)])
    return flat[starts], np.diff(starts, append=len(flat))


def _split(flat: Ints, counts: Sequence[int]) -> list[Ints]:
    parts = []
    for count in reversed(counts):
        flat, rest = np.divmod(flat, count)
        parts.append(rest)
    return parts[::-1]
