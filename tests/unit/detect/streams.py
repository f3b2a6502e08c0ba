# SPDX-License-Identifier: Apache-2.0
"""Rows of invented devices, drawn by the numbers a test names."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta

import numpy as np

from nadzor.measures.rollup import NO_BIN, Row

FIRST = date(2031, 1, 6)
Pair = tuple[str, str]


def rows_of(counts: np.ndarray, pair: Pair, **cell: str) -> list[Row]:
    """The rows of one cell's daily counts; a second axis runs over bins."""
    measure, dimension = pair
    table = counts if counts.ndim == 2 else counts[:, None]
    return [
        Row(
            FIRST + timedelta(days=int(day)), FIRST + timedelta(days=int(day)), measure=measure,
            dimension=dimension, bin=int(bin) if counts.ndim == 2 else NO_BIN, n=int(table[day, bin]), **cell,
        )
        for day, bin in np.argwhere(table)
    ]  # fmt: skip


def share_rows(
    rng: np.random.Generator, share: np.ndarray, *, daily: float, pairs: tuple[Pair, Pair],
    rest: bool = True, **cell: str,
) -> list[Row]:  # fmt: skip
    """Events of the first pair by daily shares; the second pair counts the rest, or all."""
    trials = rng.poisson(daily, len(share))
    events = rng.binomial(trials, share)
    other: Mapping[bool, np.ndarray] = {True: trials - events, False: trials}
    return [*rows_of(events, pairs[0], **cell), *rows_of(other[rest], pairs[1], **cell)]
