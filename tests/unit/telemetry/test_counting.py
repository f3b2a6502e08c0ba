# SPDX-License-Identifier: Apache-2.0
"""Facts counted by sorting are facts counted."""

from __future__ import annotations

from collections import Counter

import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from nadzor.telemetry.counting import Counted, count_facts, count_halves

FACTS = st.lists(
    st.lists(st.tuples(st.integers(0, 40), st.integers(-2, 3).filter(bool)), max_size=12), max_size=4
)


def told(counted: Counted) -> list[tuple[int, int]]:
    """Keys, put together of halves of three bits below, and their sums."""
    return list(zip((counted.high * 8 + counted.low).tolist(), counted.n.tolist(), strict=True))


@given(FACTS)
def test_every_way_of_counting_agrees(batches: list[list[tuple[int, int]]]) -> None:
    """Whole keys, keys in halves and a Counter give the same sums, in order, nothing left at zero."""
    sums: Counter[int] = Counter()
    for key, n in (fact for facts in batches for fact in facts):
        sums[key] += n
    expected = sorted((key, n) for key, n in sums.items() if n)
    keys = [pa.array([key for key, _ in facts], pa.int64()) for facts in batches]
    ns = [pa.array([n for _, n in facts], pa.int64()) for facts in batches]
    whole = [pa.record_batch({"key": key, "n": n}) for key, n in zip(keys, ns, strict=True)]
    halves = [
        pa.record_batch({
            "high": pa.array([key.as_py() >> 3 for key in some], pa.int64()),
            "low": pa.array([key.as_py() & 7 for key in some], pa.int64()),
            "n": n,
        })
        for some, n in zip(keys, ns, strict=True)
    ]  # fmt: skip
    assert told(count_facts(whole, low_bits=3)) == expected
    assert told(count_halves(halves)) == expected
