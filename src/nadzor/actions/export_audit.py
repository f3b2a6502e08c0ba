# SPDX-License-Identifier: Apache-2.0
"""Take deeds or readings away as a file: CSV, JSON, a workbook, or a bundle whose every row is proved."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from io import BytesIO, StringIO
from typing import Any, Final

import msgspec
from django.db import transaction
from msgspec import Struct

from nadzor.actions.seal_audit import AuditLog, audit_log
from nadzor.actions.search_audit import AuditAsk, sought_deeds, sought_reads
from nadzor.actions.show_audit_log import read_checkpoint
from nadzor.base.clock import moscow_date
from nadzor.base.home import Home
from nadzor.base.problems import Refusal
from nadzor.journal.nodes import Proofs
from nadzor.people.queries import Person
from nadzor.receipts.audit_bundle import AuditBundle, ProvedRow, write_audit_bundle
from nadzor.receipts.audit_leaf import AuditRow, salted
from nadzor.receipts.tiles import tile_reader
from nadzor.records import audit, audit_search, reads, seals
from nadzor.statutory.table import inert
from nadzor_wire.note import Checkpoint, note_text

ROWS_MAX: Final = 5_000  # a file that is cut without saying so proves less than none
CELL_MAX: Final = 32_767  # what a cell of a workbook can hold
Row = Mapping[str, Any]


class Kind(Struct, frozen=True):
    """A format: its extension and media type."""

    extension: str
    media_type: str


KINDS: Final = {
    "csv": Kind("csv", "text/csv; charset=utf-8"),
    "json": Kind("json", "application/json; charset=utf-8"),
    "xlsx": Kind("xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    "bundle": Kind("audit.json", "application/json; charset=utf-8"),
}


class AuditFile(Struct, frozen=True):
    """A finished file."""

    name: str
    media_type: str
    content: bytes


def export_audit(home: Home, ask: AuditAsk, kind: str, *, by: Person | None, now: datetime) -> AuditFile:
    """The rows that fit, whole; who took them is on record before they are given.

    Raises: Refusal people.auditor-only, audit.kind, audit.too-many, audit.unsealed.
    """
    rows = _rows(by, ask)
    if kind not in KINDS:
        raise Refusal("audit.kind", kinds=", ".join(KINDS))
    with transaction.atomic():
        audit.record(
            "records.audit.export", ask.what, by=by.username if by else "", because="export", now=now,
            kind=kind, rows=len(rows), asked=ask.told(),
        )  # fmt: skip
    made: dict[str, Callable[[], bytes]] = {
        "csv": lambda: _csv(rows),
        "json": lambda: msgspec.json.encode({"v": 1, "what": ask.what, "as_of": now, "rows": rows}) + b"\n",
        "xlsx": lambda: _xlsx(rows, ask.what, now=now),
        "bundle": lambda: _bundle(home, ask, rows, now=now),
    }
    name = f"audit-{ask.what}-{moscow_date(now)}.{KINDS[kind].extension}"
    return AuditFile(name, KINDS[kind].media_type, made[kind]())


def prove_deeds(home: Home, places: Sequence[int], *, now: datetime) -> bytes:
    """The bundle of some deeds by their numbers, for a file that tells of them in its own words.

    Raises: Refusal audit.unsealed.
    """
    return _bundle(home, AuditAsk(what="deeds"), [{"seq": place} for place in places], now=now)


def _rows(by: Person | None, ask: AuditAsk) -> list[dict[str, Any]]:
    """Oldest first, all that fit."""
    if ask.what == "deeds":
        deeds = sought_deeds(by, ask)
        _must_fit(audit_search.count_deeds(deeds))
        return [msgspec.structs.asdict(row) for row in _pages(audit_search.find_deeds, deeds, "seq")]
    readings = sought_reads(by, ask)
    _must_fit(reads.count_reads(readings))
    return [msgspec.structs.asdict(row) for row in _pages(reads.find, readings, "id")]


def _must_fit(count: int) -> None:
    if count > ROWS_MAX:
        raise Refusal("audit.too-many", rows=count, limit=ROWS_MAX)


def _pages(find: Callable[..., list[Any]], sought: Any, key: str) -> list[Any]:
    found: list[Any] = []
    before: int | None = None
    while page := find(sought, before=before, limit=1000):
        found += page
        before = getattr(page[-1], key)
    return found[::-1]


def _csv(rows: Sequence[Row]) -> bytes:
    """RFC 4180, UTF-8; no cell reads as a formula."""
    page = StringIO()
    writer = csv.writer(page)
    writer.writerow(_heads(rows))
    writer.writerows([inert(_cell(value)) for value in row.values()] for row in rows)
    return page.getvalue().encode()


def _xlsx(rows: Sequence[Row], title: str, *, now: datetime) -> bytes:
    from xlsxwriter import Workbook

    page = BytesIO()
    plain = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    book = Workbook(page, {"in_memory": True, **plain})
    book.set_properties({"created": now.replace(tzinfo=None), "title": title})
    sheet = book.add_worksheet(title)
    sheet.freeze_panes(1, 1)
    for at, line in enumerate([_heads(rows), *([_cell(value) for value in row.values()] for row in rows)]):
        for place, text in enumerate(line):
            sheet.write_string(at, place, str(inert(text))[:CELL_MAX])
    book.close()
    return page.getvalue()


def _heads(rows: Sequence[Row]) -> list[str]:
    return list(rows[0]) if rows else ["nothing"]


def _cell(value: Any) -> str:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    return value if isinstance(value, str) else msgspec.json.encode(value).decode()


def _bundle(home: Home, ask: AuditAsk, rows: Sequence[Row], *, now: datetime) -> bytes:
    """Every sealed row with its leaf and proof; those that wait for the next seal are counted."""
    log = audit_log(home)
    note = read_checkpoint(home)
    size = Checkpoint.parse(note_text(note)).size
    proofs = Proofs(size, tile_reader(size, lambda tile: log.files.get(tile) or b""))
    proved = tuple(_proved(log, ask, rows, proofs, size))
    return write_audit_bundle(
        AuditBundle(
            made_at=now.astimezone(UTC).isoformat(), asked=ask.told(), checkpoint=note, rows=proved,
            waiting=len(rows) - len(proved),
        )
    )  # fmt: skip


def _proved(
    log: AuditLog, ask: AuditAsk, rows: Sequence[Row], proofs: Proofs, size: int
) -> Iterator[ProvedRow]:
    key = "seq" if ask.what == "deeds" else "id"
    for index, row in seals.placed("deed" if ask.what == "deeds" else "read", [each[key] for each in rows]):
        if index < size:
            yield _row(log, row, index, proofs)


def _row(log: AuditLog, row: AuditRow, index: int, proofs: Proofs) -> ProvedRow:
    return ProvedRow(index=index, leaf=salted(row, log.secret), proof=tuple(proofs.of(index)))
