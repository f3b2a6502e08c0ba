# SPDX-License-Identifier: Apache-2.0
"""Rows of a file into the tables of events, many at once; called inside the transaction of a chunk.

Imported reports are history: they start no clock and alert nobody.  One whose device the register knows is
reported, and its maker may see it; any other waits, received, for a person to link it.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from django.db.models import F
from msgspec import Struct

from nadzor.actions.event_steps import HOUSE, digest_of, next_number
from nadzor.base.clock import moscow_date
from nadzor.base.home import Home
from nadzor.base.identifiers import normalise_number
from nadzor.procedures.adverse_event import NOTICED, RECEIVED, REPORTED
from nadzor.procedures.rules.seriousness import seriousness
from nadzor.register.models import Device
from nadzor.vigilance.code_cards import own_list
from nadzor.vigilance.import_rows import ReadRow
from nadzor.vigilance.lateness import Days, contradictions
from nadzor.vigilance.models import AdverseEvent, Code, EventDocument, EventStep, Narrative
from nadzor.vigilance.narratives import narrative_row, opened
from nadzor.vigilance.plain_text import personal_in
from nadzor.vigilance.quality import rescored

CODE_UNKNOWN = "code_unknown"
UNDATED = "undated"
NAME_WITHHELD = "device_name_withheld"
_VERBS = {REPORTED: "note_reported", RECEIVED: "take_over"}


class Shelf(Struct, frozen=True):
    """What rows are laid beside: devices by code and number, editions by code, the file they come from."""

    devices: Mapping[str, str]
    editions: Mapping[str, str]
    file: str
    source: str
    by: str

    def device(self, told: str) -> str:
        """The register's code of a device told by code or number; empty when it has none."""
        return self.devices.get(told) or self.devices.get(normalise_number(told), "") if told else ""

    def source_id(self, row: ReadRow) -> str:
        """The sender's number as it is kept, under the name of the source where one is given."""
        return f"{self.source}:{row.report_id}" if self.source else row.report_id


class Numbered(Struct, frozen=True):
    """A row and its place in the file."""

    place: int
    row: ReadRow


class Entered(Struct, frozen=True):
    """What became of one row of a chunk."""

    row: Numbered
    linked: bool
    doubts: Collection[str]
    held: bool


def shelf(*, file: str, source: str, by: str) -> Shelf:
    """The register and the terminology as they stand."""
    devices: dict[str, str] = {}
    for code, number in Device.objects.values_list("code", "number"):
        devices[code] = code
        if number:
            devices[normalise_number(number)] = code
    ours = own_list()
    editions = dict.fromkeys(ours.codes, ours.edition)
    editions |= dict(
        Code.objects.order_by("edition__released", "edition__id").values_list("code", "edition__name")
    )
    return Shelf(devices, editions, file, source, by)


def known(rows: Sequence[Numbered], beside: Shelf) -> Mapping[str, str]:
    """Of these rows those that were imported before: the sender's number, and the digest of what was said."""
    ids = [beside.source_id(each.row) for each in rows]
    found = EventDocument.objects.filter(event__way="import", event__source_id__in=ids).order_by("-id")
    return dict(found.values_list("event__source_id", "digest"))


def narratives(home: Home, rows: Sequence[Numbered], beside: Shelf) -> Mapping[str, str]:
    """Of these rows the free text that was imported before, as it came, by the sender's number."""
    ids = [beside.source_id(each.row) for each in rows]
    found = Narrative.objects.filter(
        document__form="import", document__event__way="import", document__event__source_id__in=ids
    ).annotate(sender=F("document__event__source_id"))
    return {row.sender: opened(home, row) for row in found}


def fields_of(row: ReadRow) -> dict[str, Any]:
    """What a row said, as the fields of its document: no narrative, and no person in any other cell."""
    return {
        "report_id": row.report_id, "device": _nobody(row.device), "version": _nobody(row.version),
        "event_date": row.event_on, "aware_date": row.aware_on, "received_date": row.received_on,
        "event_type": row.event_type, "problem_codes": list(row.codes),
        "kept": {name: _nobody(text) for name, text in row.kept.items()},
    }  # fmt: skip


def enter_events(home: Home, rows: Sequence[Numbered], beside: Shelf, *, now: datetime) -> list[Entered]:
    """Write rows that are new: event, document, narrative, step."""
    if not rows:
        return []
    year, _, first = next_number(now).rpartition("-")
    events = AdverseEvent.objects.bulk_create(
        _event(each.row, beside, f"{year}-{int(first) + place:06d}", now) for place, each in enumerate(rows)
    )
    documents = EventDocument.objects.bulk_create(
        _document(event, each, beside, now) for event, each in zip(events, rows, strict=True)
    )
    told = [
        narrative_row(home, document, each.row.narrative)
        for document, each in zip(documents, rows, strict=True)
    ]
    Narrative.objects.bulk_create([one for one in told if one])
    EventStep.objects.bulk_create(_step(event, beside, now) for event in events)
    return [
        Entered(each, bool(event.device), event.doubts, bool(text and text.held))
        for each, event, text in zip(rows, events, told, strict=True)
    ]


def _event(row: ReadRow, beside: Shelf, number: str, now: datetime) -> AdverseEvent:
    device, name = beside.device(row.device), row.device
    codes = [{"code": code, "edition": beside.editions.get(code, "")} for code in row.codes]
    doubts = _doubts(row, codes)
    if name and not _nobody(name):
        name, doubts = "", [*doubts, NAME_WITHHELD]
    event = AdverseEvent(
        number=number, way="import", source_id=beside.source_id(row), device=device,
        device_told="" if device else name, version=_nobody(row.version), event_on=row.event_on,
        aware_on=row.aware_on, received_on=row.received_on, received_at=now, event_type=row.event_type,
        seriousness=seriousness(row.event_type, row.codes).value, problems=_of(codes, "A"),
        effects=_of(codes, "EF"), causes=_of(codes, "BCDG"), state=REPORTED if device else RECEIVED,
        reporter_role=HOUSE, doubts=doubts, changed_at=now,
    )  # fmt: skip
    event.quality = rescored(event, narrative=bool(row.narrative))
    return event


def _nobody(text: str) -> str:
    """A cell as it is kept: not at all when it holds a detail of a person."""
    return "" if personal_in(text) else text


def _doubts(row: ReadRow, codes: Sequence[Mapping[str, str]]) -> list[str]:
    found = list(contradictions(Days(row.event_on, row.aware_on, row.received_on)))
    undated = [UNDATED] * (row.event_on is None)
    return found + undated + [CODE_UNKNOWN] * any(not each["edition"] for each in codes)


def _of(codes: Sequence[dict[str, str]], annexes: str) -> list[dict[str, str]]:
    return [each for each in codes if each["code"][0] in annexes]


def _document(event: AdverseEvent, each: Numbered, beside: Shelf, now: datetime) -> EventDocument:
    fields = fields_of(each.row)
    return EventDocument(
        event=event, kind="report", form="import", at=now, on=_day(event, now), by=beside.by, role=HOUSE,
        fields={**_plain(fields), "file": beside.file, "row": each.place}, digest=digest_of(fields),
    )  # fmt: skip


def _plain(fields: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value.isoformat() if isinstance(value, date) else value for name, value in fields.items()}


def _step(event: AdverseEvent, beside: Shelf, now: datetime) -> EventStep:
    return EventStep(
        event=event, at=now, on=_day(event, now), verb=_VERBS[event.state], start=NOTICED, to=event.state,
        by=HOUSE, role=HOUSE, because=f"file {beside.file}",
    )  # fmt: skip


def _day(event: AdverseEvent, now: datetime) -> date:
    return event.received_on or moscow_date(now)
