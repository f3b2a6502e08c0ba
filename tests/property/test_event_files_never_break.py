# SPDX-License-Identifier: Apache-2.0
"""Whatever bytes a file holds, it is read row by row or refused by a code; no row is lost or told twice."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from nadzor.base.problems import Refusal, catalogue
from nadzor.vigilance.import_records import Broken, open_table
from nadzor.vigilance.import_rows import ReadRow, read_row
from nadzor.vigilance.import_scan import scan
from nadzor.vigilance.import_shapes import layout
from tests.event_files import BROKEN, HEAD, good

TODAY = date(2026, 11, 22)
SIGNS = st.text(st.sampled_from(list('a0;,"\t\n\r{}[]:я \\<')), max_size=200)
LINES = st.lists(
    st.sampled_from([good(1), good(2), *(each.format(id="B") for each in BROKEN.values())]), max_size=30
)


@contextmanager
def held(content: bytes) -> Iterator[Path]:
    """A file with these bytes."""
    with tempfile.NamedTemporaryFile() as file:
        file.write(content)
        file.flush()
        yield Path(file.name)


def fates(content: bytes) -> list[str]:
    """What becomes of each row of a file: "kept" or a code; one code for a file that is refused."""
    try:
        with held(content) as path, open_table(path, scan(path)) as table:
            laid = layout(table.headings)
            told = [read_row(record.cells, laid, today=TODAY) for record in table.records]
    except Refusal as refusal:
        return [refusal.code]
    return ["kept" if isinstance(each, ReadRow) else each.code for each in told]


@given(
    st.binary(max_size=400)
    | SIGNS.map(lambda text: ("report_id,device\n" + text).encode())
    | SIGNS.map(str.encode)
)
def test_any_bytes_have_a_fate(content: bytes) -> None:
    """Every fate is a kept row or a code of the catalogue; nothing is raised."""
    assert all(fate == "kept" or fate in catalogue() for fate in fates(content))


@given(LINES)
def test_good_rows_survive_any_neighbours(lines: list[str]) -> None:
    """As many rows are kept as good ones were written, in the presence of any broken ones."""
    content = "\n".join([HEAD, *lines, ""]).encode()
    told = fates(content)
    alone = sum(line.startswith("R-") for line in lines)
    assert told.count("kept") == alone or not lines
    assert len(told) == len(lines) or told == ["ae-file.empty"] or not lines


@given(st.text(max_size=120))
def test_any_cell_is_read_or_refused(text: str) -> None:
    """A cell alone never breaks the reading of a row, and no fact repeats it."""
    laid = layout(["report_id", "event_date", "problem_codes", "event_type", "device"])
    for column in laid.columns:
        told = read_row({"report_id": "1", column: text}, laid, today=TODAY)
        assert isinstance(told, ReadRow) or all(value != text for value in told.facts.values())
    assert not isinstance(read_row({"report_id": "1"}, laid, today=TODAY), Broken)
