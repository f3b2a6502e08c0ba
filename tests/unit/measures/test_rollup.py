# SPDX-License-Identifier: Apache-2.0
"""Rows of the rollup and their digest."""

from __future__ import annotations

from datetime import date, timedelta
from hashlib import sha256
from struct import pack

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from nadzor.measures.rollup import CANONICAL, COLUMNS, Row, add_up, column_bytes, measure_seal, rows_digest

ROW = Row(date(2026, 10, 1), date(2026, 10, 2), "ai-001", measure="studies", n=3)
ROWS = st.lists(
    st.builds(
        Row,
        day=st.dates(date(2026, 1, 1), date(2026, 1, 3)),
        known=st.just(date(2026, 1, 5)),
        device=st.sampled_from(["ai-001", "ai-002"]),
        measure=st.sampled_from(["tp", "fp"]),
        n=st.integers(-2, 2),
    ),
    max_size=12,
)


def test_columns_are_the_fields_of_a_row() -> None:
    """The published list of columns is the row's own."""
    assert Row.__struct_fields__ == COLUMNS


def test_digest_is_sha256_of_a_sorted_list() -> None:
    """The digest of a rollup can be recomputed from its measures' digests with sort and sha256sum."""
    other = replace(ROW, measure="failed")
    seals = {"studies": measure_seal([ROW]), "failed": measure_seal([other])}
    lines = "".join(sorted(f"{name}\t1\t{seal.digest}\n" for name, seal in seals.items()))
    assert rows_digest([ROW, other]) == sha256(lines.encode()).hexdigest()


def test_column_bytes_by_hand() -> None:
    """Text is its distinct values and positions among them, days count from 1970, numbers are themselves."""
    assert column_bytes(["b", "a", "b"]) == b"a\nb\n" + pack("<3i", 1, 0, 1)
    assert column_bytes(["a", "a"]) == b"a\n"
    assert column_bytes([date(1970, 1, 3)]) == pack("<i", 2)
    assert column_bytes([-1, 5]) == pack("<2i", -1, 5)
    assert column_bytes([-1, 5], wide=True) == pack("<2q", -1, 5)


@pytest.mark.parametrize("column", CANONICAL)
def test_every_column_is_sealed(column: str) -> None:
    """A change of any column changes the digest."""
    value = getattr(ROW, column)
    changed = (
        value + "x" if isinstance(value, str) else value + (timedelta(1) if column in {"day", "known"} else 1)
    )
    assert rows_digest([replace(ROW, **{column: changed})]) != rows_digest([ROW])


def test_digest_of_nothing() -> None:
    """No rows have the digest of the empty string."""
    assert rows_digest([]) == sha256(b"").hexdigest()


@given(ROWS)
def test_digest_ignores_order_and_cancelled_rows(rows: list[Row]) -> None:
    """A fact and its correction leave no trace in the digest, whatever the order."""
    undone = [replace(ROW, n=5), *reversed(rows), replace(ROW, n=-5)]
    assert rows_digest(undone) == rows_digest(rows)


@given(ROWS)
def test_add_up_keeps_every_total(rows: list[Row]) -> None:
    """Adding rows up changes no sum and leaves one row a cell, none of them empty."""
    total = add_up(rows)
    assert sum(r.n for r in total) == sum(r.n for r in rows)
    assert len({replace(r, n=0) for r in total}) == len(total)
    assert all(r.n for r in total)
