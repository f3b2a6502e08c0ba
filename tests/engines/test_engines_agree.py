# SPDX-License-Identifier: Apache-2.0
"""Whatever happened, the SQL on DuckDB and the plain Python give the same digest."""

from __future__ import annotations

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from nadzor.measures.rollup import Row, rows_digest
from tests.engines.engine import by_duckdb, by_plain_python
from tests.engines.journals import BINS, journals
from tests.engines.twin import TwinJournal

SLOW = settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))


@SLOW
@given(journals(), st.sampled_from([1, 5, 1000]))
def test_engines_agree(journal: TwinJournal, step: int) -> None:
    """Duplicates, corrections, superseding labels, labels before studies, values on edges: equal rows.

    One row a cell, none of them empty.
    """
    fast, plain = by_duckdb(journal, BINS, step=step), by_plain_python(journal, BINS)
    assert set(fast) == set(plain)
    assert rows_digest(fast) == rows_digest(plain)
    assert len({_cell(row) for row in fast}) == len(fast)
    assert all(row.n for row in fast)


def _cell(row: Row) -> tuple[object, ...]:
    return tuple(getattr(row, name) for name in Row.__struct_fields__ if name != "n")
