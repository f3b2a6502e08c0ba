# SPDX-License-Identifier: Apache-2.0
"""Files of adverse events for tests: good rows, and rows broken in every way that has a name."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Final

HEAD: Final = "report_id,device,event_date,aware_date,received_date,event_type,problem_codes,narrative"
FIRST: Final = date(2026, 1, 1)
LAST_DAY: Final = 200

BROKEN: Final = {
    "ae-row.report-id": ",ai-901,2026-01-01,2026-01-02,2026-01-03,death,A09,text",
    "ae-row.cells": "{id},ai-901,2026-01-01",
    "ae-row.date": "{id},ai-901,2026-13-41,2026-01-02,2026-01-03,death,A09,text",
    "ae-row.future": "{id},ai-901,2031-01-01,2026-01-02,2026-01-03,death,A09,text",
    "ae-row.event-type": "{id},ai-901,2026-01-01,2026-01-02,2026-01-03,explosion,A09,text",
    "ae-row.code": "{id},ai-901,2026-01-01,2026-01-02,2026-01-03,death,Z1,text",
    "ae-row.codes-many": "{id},ai-901,2026-01-01,2026-01-02,2026-01-03,death,"
    + ";".join(f"A{n:02}" for n in range(33))
    + ",text",
    "ae-row.too-long": "{id}," + "x" * 301 + ",2026-01-01,2026-01-02,2026-01-03,death,A09,text",
    "ae-row.repeated": "R-0,ai-901,2026-01-01,2026-01-02,2026-01-03,death,A09,text",
    "ae-row.quotes": '{id},ai-901,2026-01-01,2026-01-02,2026-01-03,death,A09,"never closed',
}


def good(place: int) -> str:
    """One good row; each differs from the others."""
    day = FIRST + timedelta(days=place % LAST_DAY)
    aware, received = day + timedelta(days=2), day + timedelta(days=2 + place % 40)
    return f'R-{place},ai-901,{day},{aware},{received},M,A090803;F13,"row {place}, missed"'


def with_broken(rows: int, broken: int) -> tuple[str, list[tuple[int, str]]]:
    """A file of so many rows, evenly spread broken ones among them, and where each stands and its code."""
    every, codes = rows // broken, list(BROKEN)
    lines, told = [HEAD], []
    for place in range(rows):
        if place % every == every - 1 and len(told) < broken:
            code = codes[len(told) % len(codes)]
            lines.append(BROKEN[code].format(id=f"B-{place}"))
            told.append((place + 1, code))
        else:
            lines.append(good(place))
    return "\n".join(lines) + "\n", told


def written(directory: Path, text: str | bytes, name: str = "events.csv") -> Path:
    """A file with these bytes."""
    path = directory / name
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return path


def rows_of(*rows: Sequence[str]) -> str:
    """A CSV of the usual columns."""
    return "\n".join([HEAD, *(",".join(row) for row in rows)]) + "\n"
