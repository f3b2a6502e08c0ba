# SPDX-License-Identifier: Apache-2.0
"""Rows of the rollup and their digest."""

from __future__ import annotations

from datetime import date
from hashlib import sha256

from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from nadzor.measures.rollup import COLUMNS, Row, add_up, row_text, rows_digest

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


def test_row_text_has_a_field_for_every_column() -> None:
    """A canonical line keeps empty columns."""
    assert row_text(ROW).count("\t") == len(COLUMNS) - 1
    assert row_text(ROW).endswith("\t-1\t3\n")


def test_digest_is_sha256_of_sorted_lines() -> None:
    """Anyone can recompute the digest with a sort and sha256sum."""
    other = replace(ROW, day=date(2026, 9, 30))
    assert rows_digest([ROW, other]) == sha256((row_text(other) + row_text(ROW)).encode()).hexdigest()


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
