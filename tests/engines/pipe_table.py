# SPDX-License-Identifier: Apache-2.0
"""Journals written as pipe tables, one event a row and a batch, and rollups read back the same way.

    known | kind  | study | finding | positive | score
    02    | study | a     | edema   | 1        | 7000

Days are days of October 2026.  A row repeats the id in its `id` column, or has one of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date, datetime, time
from hashlib import sha256
from typing import Any
from uuid import UUID

from nadzor.base.clock import MOSCOW
from nadzor.measures.rollup import Row
from nadzor_wire import event as wire
from tests.engines.twin import TwinJournal

BUILD = "ab" * 32
Cells = dict[str, str]


def table(text: str) -> list[Cells]:
    """Rows of a pipe table by the names in its first line."""
    lines = [[cell.strip() for cell in line.split("|")] for line in text.strip().splitlines()]
    return [dict(zip(lines[0], line, strict=True)) for line in lines[1:]]


def october(text: str, hour: int = 12) -> datetime:
    """A moment on a day of October, Moscow time."""
    return datetime.combine(date(2026, 10, int(text)), time(hour), MOSCOW)


def event_id(name: str) -> str:
    """A UUIDv7 for a name."""
    digits = sha256(name.encode()).hexdigest()
    return str(UUID(f"{digits[:12]}7{digits[13:16]}8{digits[17:32]}"))


def journal(text: str) -> TwinJournal:
    """A journal with a batch for every row."""
    found = TwinJournal()
    for number, cells in enumerate(table(text)):
        shared = {
            "id": event_id(cells.get("id") or f"row {number}"),
            "at": october(cells.get("day") or "1"),
            "purpose": cells.get("purpose") or "clinical",
        }
        found.append(
            [KINDS[cells["kind"]](cells, shared)],
            received_at=october(cells["known"]),
            installation=f"i-00000000000{cells.get('inst') or 'a'}",
            first=int(cells["first"]) if cells.get("first") else None,
            rejected=[(0, cells["rejected"])] if cells.get("rejected") else (),
        )
    return found


def shown(rows: Iterable[Row], columns: str, **only: Any) -> list[Cells]:
    """Rows as a pipe table would show them, those of the asked values only."""
    names = [name.strip() for name in columns.split("|")]
    kept = [row for row in rows if all(getattr(row, name) == value for name, value in only.items())]
    return sorted(({name: _cell(getattr(row, name)) for name in names} for row in kept), key=str)


def _cell(value: Any) -> str:
    return f"{value.day:02d}" if isinstance(value, date) else str(value)


def _key(cells: Cells) -> str:
    return sha256(cells["study"].encode()).hexdigest()[:32]


def _number(text: str | None) -> int | None:
    return int(text) if text else None


def _flag(text: str | None) -> bool | None:
    return bool(int(text)) if text else None


def _study(cells: Cells, shared: Cells) -> wire.Study:
    score, positive = _number(cells.get("score")), _flag(cells.get("positive"))
    finding = wire.Finding(code=cells.get("finding") or "edema", score=score, positive=positive)
    failed = cells.get("outcome") == "failed"
    return wire.Study(
        **shared,
        study=_key(cells),
        version=cells.get("version") or "1.0",
        build=BUILD,
        outcome="failed" if failed else "processed",
        failure=wire.Failure(stage=cells.get("stage") or "network", code="NET001") if failed else None,
        duration_ms=_number(cells.get("duration")),
        modality="DX",
        equipment=cells.get("equipment") or "ge",
        age_band=cells.get("age_band") or "50-59",
        sex=cells.get("sex") or "f",
        findings=() if failed else (finding,),
    )


def _review(cells: Cells, shared: Cells) -> wire.Review:
    return wire.Review(
        **shared,
        study=_key(cells),
        study_day=date(2026, 10, 1),
        version="1.0",
        reader="0" * 16,
        ai_seen_first=True,
        verdict=cells.get("verdict") or "accepted",
        findings=_presences(cells),
    )


def _truth(cells: Cells, shared: Cells) -> wire.Truth:
    return wire.Truth(
        **shared,
        study=_key(cells),
        study_day=date(2026, 10, 1),
        version="1.0",
        findings=_presences(cells),
        source="panel",
        selection=cells.get("selection") or "all",
    )


def _presences(cells: Cells) -> tuple[wire.Presence, ...]:
    return (wire.Presence(code=cells.get("finding") or "edema", present=cells["present"] == "1"),)


def _correct(cells: Cells, shared: Cells) -> wire.Correct:
    return wire.Correct(**shared, corrects=event_id(cells["corrects"]), reason="other")


def _fault(_: Cells, shared: Cells) -> wire.Fault:
    return wire.Fault(**shared, stage="network", code="NET001", severity="major")


def _heartbeat(cells: Cells, shared: Cells) -> wire.Heartbeat:
    return wire.Heartbeat(**shared, sdk="1.0", clock_offset_ms=int(cells.get("offset") or 0))


def _lost(_: Cells, shared: Cells) -> wire.Lost:
    return wire.Lost(**shared, first=3, last=7, code="event.malformed")


def _withheld(_: Cells, shared: Cells) -> wire.Withheld:
    return wire.Withheld(**shared, code="event.personal", field="$.study")


KINDS: dict[str, Callable[[Cells, Any], Any]] = {
    "study": _study, "review": _review, "truth": _truth, "correct": _correct, "fault": _fault,
    "heartbeat": _heartbeat, "lost": _lost, "withheld": _withheld,
}  # fmt: skip
