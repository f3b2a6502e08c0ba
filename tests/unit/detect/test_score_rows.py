# SPDX-License-Identifier: Apache-2.0
"""Score rows placed by line and counted in pieces: the same as counted one after another."""

from __future__ import annotations

from collections import Counter

import numpy as np

from nadzor.detect.score_rows import KEYS, PAIR, PIECE, score_rows, tally
from nadzor.detect.series import Days
from nadzor.measures.columns import Block, Columns

NAMES = {"device": ["a", "b", "c"], "finding": ["f"], "stratum": ["x", "y"], "version": ["1", "2"]}


def _days(size: int) -> Days:
    rng = np.random.default_rng(3)
    some = {name: rng.integers(0, len(NAMES.get(name, [""])), size) for name in Block.__struct_fields__}
    some |= {"day": 730000 + rng.integers(0, 40, size), "bin": rng.integers(-1, 5, size)}
    some["n"] = rng.integers(-1, 9, size)
    return Days(Columns(NAMES, {PAIR: Block(**some)}), {PAIR})


def test_counts_lines_as_one_after_another() -> None:
    """Rows of several pieces, in no order: days of each line hold what a dictionary says; bin -1 is none."""
    days = _days(2 * PIECE + 7)
    told = score_rows(days)
    assert told is not None
    block, seen = days.block(*PAIR), Counter[tuple[int, ...]]()
    for *key, day, bin_, n in zip(
        *(getattr(block, name).tolist() for name in (*KEYS, "day", "bin", "n")), strict=True
    ):
        seen[(*key, day)] += n if bin_ >= 0 else 0
    lines = list(zip(*(told.code[name].tolist() for name in KEYS), strict=True))
    assert lines == sorted({key[:-1] for key in seen})
    assert [[seen[(*line, told.first + i)] for i in range(40)] for line in lines] == told.count.tolist()
    assert score_rows(days) is told


def test_nothing_where_no_row_is_in_a_bin() -> None:
    """No rows, no lines; and a tally of nothing is zeros."""
    assert score_rows(Days([], {PAIR})) is None
    assert tally([], 2).tolist() == [0.0, 0.0]
