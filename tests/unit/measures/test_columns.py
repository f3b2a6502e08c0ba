# SPDX-License-Identifier: Apache-2.0
"""Columns say what rows say: the same rows back, the same digest."""

from __future__ import annotations

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from nadzor.measures.columns import Columns, columns_digest
from nadzor.measures.rollup import Row, add_up, rows_digest

DAY = date(2031, 5, 1)
days = st.integers(0, 3).map(lambda n: DAY + timedelta(days=n))
short = st.sampled_from(["", "a", "b", "ж"])
ROW = st.builds(
    Row, day=days, known=days, device=st.sampled_from(["d-1", "d-2"]), version=short, build=short, site=short,
    installation=short, dimension=st.sampled_from(["all", "sex"]), stratum=short,
    measure=st.sampled_from(["studies", "failed"]), finding=short,
    bin=st.integers(-1, 3), n=st.integers(-3, 9),
)  # fmt: skip


@given(st.lists(ROW, max_size=30))
def test_columns_have_the_digest_of_their_rows(rows):
    """Vectorised and plain digests agree on any rows, corrections that cancel included."""
    assert columns_digest(Columns.of_rows(rows)) == (rows_digest(rows), len(add_up(rows)))


@given(st.lists(ROW, max_size=30))
def test_columns_give_their_rows_back(rows):
    """Nothing is lost on the way into columns and out again."""
    assert sorted(map(repr, Columns.of_rows(rows).rows())) == sorted(map(repr, rows))


def test_only_some_blocks():
    """A measure that is not asked for is not there; one that was never counted is no error."""
    columns = Columns.of_rows(
        [Row(DAY, DAY, "d-1", measure="studies", n=1), Row(DAY, DAY, "d-1", measure="failed", n=2)]
    )
    some = columns.only({("failed", "all"), ("reviews", "all")})
    assert [(row.measure, row.n) for row in some.rows()] == [("failed", 2)]
