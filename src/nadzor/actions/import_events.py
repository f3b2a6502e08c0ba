# SPDX-License-Identifier: Apache-2.0
"""Import adverse events from a file: good rows are kept, bad ones named, a second import adds nothing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Any, Final

from django.db import transaction
from msgspec import Struct

from nadzor.actions.enter_events import (
    CODE_UNKNOWN,
    Entered,
    Numbered,
    Shelf,
    enter_events,
    fields_of,
    known,
    narratives,
    shelf,
)
from nadzor.actions.event_steps import digest_of
from nadzor.base.clock import moscow_date
from nadzor.base.home import Home
from nadzor.base.problems import Refusal, title
from nadzor.people.permissions import must_hear_clinics
from nadzor.people.queries import Person
from nadzor.records import audit
from nadzor.vigilance.import_records import Record, open_table
from nadzor.vigilance.import_rows import Fault, ReadRow, read_row
from nadzor.vigilance.import_scan import Scanned, scan
from nadzor.vigilance.import_shapes import Layout, layout
from nadzor.vigilance.lateness import CONTRADICTIONS
from nadzor.vigilance.models import EventImport
from nadzor.vigilance.plain_text import personal_in, plain

CHUNK: Final = 1_000  # rows written in one transaction: the portal waits no longer than that
ROWS_MAX: Final = 1_000_000
SHOWN_MAX: Final = 10_000  # faults and notes each that a report names; all are counted
KEPT_FAULTS: Final = 1_000
SOURCE_MAX: Final = 16


class Told(Struct, frozen=True):
    """What is said of one row: its place among the rows (from 1), its line in the file, what and where."""

    row: int
    line: int
    report_id: str
    code: str
    at: str
    ru: str
    en: str


class ImportReport(Struct, frozen=True, kw_only=True):
    """How a file fared: rows = kept + known + refused.

    `unlinked` are kept rows without a device of the register; `undated` those without the day of the event,
    of becoming aware or of receipt; `differing` are known ones whose content is not what was kept.
    """

    file: str
    digest: str
    shape: str
    encoding: str
    delimiter: str
    ignored_columns: tuple[str, ...]
    missing_columns: tuple[str, ...]
    rows: int
    kept: int
    known: int
    differing: int
    refused: int
    linked: int
    unlinked: int
    undated: int
    contradictory: int
    codes_unknown: int
    held: int
    errors: tuple[Told, ...]
    errors_left_off: int
    notes: tuple[Told, ...]
    notes_left_off: int


@dataclass
class _Tally:
    """Counts and words of an import while it runs."""

    counts: dict[str, int] = field(default_factory=lambda: dict.fromkeys(_COUNTED, 0))
    errors: list[Told] = field(default_factory=list)
    notes: list[Told] = field(default_factory=list)
    left_off: list[int] = field(default_factory=lambda: [0, 0])

    def refuse(self, record: Record, fault: Fault) -> None:
        """Name a row that is not kept."""
        self.counts["refused"] += 1
        self._say(0, self.errors, _told(record.row, record.line, fault))

    def note(self, each: Numbered, line: int, code: str, at: str) -> None:
        """Say something of a row that is kept."""
        self._say(1, self.notes, _told(each.place, line, Fault(code, at, {}, each.row.report_id)))

    def _say(self, place: int, words: list[Told], told: Told) -> None:
        if len(words) < SHOWN_MAX:
            words.append(told)
        else:
            self.left_off[place] += 1


_COUNTED: Final = (
    "rows", "kept", "known", "differing", "refused", "linked", "unlinked", "undated", "contradictory",
    "codes_unknown", "held",
)  # fmt: skip


def import_events(
    home: Home, path: Path, *, by: Person | None, now: datetime, source: str = "", name: str = ""
) -> ImportReport:
    """Keep the good rows of a file, a chunk a transaction, and say of each other row why it was refused.

    `source` parts senders who number their reports alike.
    Raises: Refusal people.inspector-only, ae-file.* when nothing of the file can be read.
    """
    must_hear_clinics(by)
    assert by is not None
    scanned = scan(path)
    beside = shelf(file=scanned.digest[:16], source=_source(source), by=by.username)
    tally = _Tally()
    with open_table(path, scanned) as table:
        laid = layout(table.headings)
        rows = _good(table.records, laid, tally, now=now)
        while chunk := list(islice(rows, CHUNK)):
            _enter(home, chunk, beside, tally, now)
    _record(scanned, tally, by=by, name=name or path.name, now=now)
    return ImportReport(
        file=name or path.name, digest=scanned.digest, shape=laid.shape, encoding=scanned.encoding,
        delimiter=table.delimiter, ignored_columns=laid.ignored, missing_columns=laid.missing,
        errors=tuple(tally.errors), notes=tuple(tally.notes), errors_left_off=tally.left_off[0],
        notes_left_off=tally.left_off[1], **tally.counts,
    )  # fmt: skip


def _good(
    records: Iterator[Record], laid: Layout, tally: _Tally, *, now: datetime
) -> Iterator[tuple[Numbered, int]]:
    """The rows that may be kept, each once; the others are named."""
    seen: dict[str, int] = {}
    today = moscow_date(now)
    for record in records:
        tally.counts["rows"] += 1
        if record.row > ROWS_MAX:
            tally.refuse(record, Fault("ae-row.too-many", facts={"limit": ROWS_MAX}))
            return
        row = read_row(record.cells, laid, today=today)
        if isinstance(row, ReadRow):
            first = seen.setdefault(row.report_id, record.row)
            if first == record.row:
                yield Numbered(record.row, row), record.line
                continue
            row = Fault("ae-row.repeated", "report_id", {"first": first}, row.report_id)
        tally.refuse(record, row)


@transaction.atomic
def _enter(
    home: Home, chunk: Sequence[tuple[Numbered, int]], beside: Shelf, tally: _Tally, now: datetime
) -> None:
    lines = {each.place: line for each, line in chunk}
    before = known([each for each, _ in chunk], beside)
    again = [each for each, _ in chunk if beside.source_id(each.row) in before]
    texts = narratives(home, again, beside) if again else {}
    fresh = []
    for each, line in chunk:
        digest = before.get(beside.source_id(each.row))
        if digest is None:
            fresh.append(each)
            continue
        tally.counts["known"] += 1
        if digest != digest_of(fields_of(each.row)) or _retold(each, beside, texts):
            tally.counts["differing"] += 1
            tally.note(each, line, "ae-note.differs", "report_id")
    for entered in enter_events(home, fresh, beside, now=now):
        _count(entered, lines[entered.row.place], tally)


def _retold(each: Numbered, beside: Shelf, texts: Mapping[str, str]) -> bool:
    """Whether the narrative is another one than was kept."""
    return texts.get(beside.source_id(each.row), "") != plain(each.row.narrative).strip()


def _count(entered: Entered, line: int, tally: _Tally) -> None:
    """Count a row that was kept, and say what a person should look at."""
    row = entered.row.row
    contradicts = any(doubt in CONTRADICTIONS for doubt in entered.doubts)
    notes = {
        ("ae-note.device-unknown", "device"): bool(row.device) and not entered.linked,
        ("ae-note.dates", "received_date"): contradicts,
        ("ae-note.code-unknown", "problem_codes"): CODE_UNKNOWN in entered.doubts,
        ("ae-note.held", "narrative"): entered.held,
    }
    for (code, at), true in notes.items():
        if true:
            tally.note(entered.row, line, code, at)
    counted = {
        "kept": True, "linked": entered.linked, "unlinked": not entered.linked,
        "undated": not (row.event_on and row.aware_on and row.received_on), "contradictory": contradicts,
        "codes_unknown": CODE_UNKNOWN in entered.doubts, "held": entered.held,
    }  # fmt: skip
    for name, true in counted.items():
        tally.counts[name] += true


@transaction.atomic
def _record(scanned: Scanned, tally: _Tally, *, by: Person, name: str, now: datetime) -> None:
    counts = {key: tally.counts[key] for key in ("rows", "kept", "known", "refused")}
    faults: list[dict[str, Any]] = [
        {"row": each.row, "code": each.code, "at": each.at} for each in tally.errors[:KEPT_FAULTS]
    ]
    EventImport.objects.create(
        digest=scanned.digest,
        name="" if personal_in(name) else name[:255],
        at=now,
        by=by.username,
        faults=faults,
        **counts,
    )
    audit.record(
        "vigilance.events.import", f"file {scanned.digest[:16]}", by=by.username, because="file of events",
        now=now, **counts,
    )  # fmt: skip


def _told(row: int, line: int, fault: Fault) -> Told:
    refusal = Refusal(fault.code, at=fault.at, **fault.facts)
    return Told(row, line, fault.report_id, fault.code, fault.at, title(refusal, "ru"), title(refusal, "en"))


def _source(text: str) -> str:
    if text and not (
        text.isascii()
        and text.replace("-", "").isalnum()
        and len(text) <= SOURCE_MAX
        and not personal_in(text)
    ):
        raise Refusal("ae-file.source", limit=SOURCE_MAX)
    return text
