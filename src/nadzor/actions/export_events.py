# SPDX-License-Identifier: Apache-2.0
"""Take adverse events away as a file: who took what is on record before the first part is given."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Final

from django.db import transaction
from msgspec import Struct

from nadzor.base.clock import moscow_date
from nadzor.base.problems import Refusal
from nadzor.people.queries import Person
from nadzor.records import audit
from nadzor.vigilance.event_permissions import SIDE
from nadzor.vigilance.event_scope import Wanted, sees_sites
from nadzor.vigilance.export_fhir import as_bundle, as_lines
from nadzor.vigilance.export_mir import as_mir
from nadzor.vigilance.export_rows import columns_for, export_rows
from nadzor.vigilance.export_tables import as_csv, as_json, as_xlsx

EVERYTHING: Final = Wanted()


class Kind(Struct, frozen=True):
    """A format: its extension and media type."""

    extension: str
    media_type: str


KINDS: Final = {
    "json": Kind("json", "application/json; charset=utf-8"),
    "csv": Kind("csv", "text/csv; charset=utf-8"),
    "xlsx": Kind("xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    "fhir": Kind("fhir.json", "application/fhir+json; charset=utf-8"),
    "fhir-ndjson": Kind("fhir.ndjson", "application/fhir+ndjson; charset=utf-8"),
    "mir": Kind("mir.xml", "application/xml; charset=utf-8"),
}


class Export(Struct, frozen=True):
    """A file on its way: its name, its media type, its parts."""

    name: str
    media_type: str
    chunks: Iterator[bytes]


def export_events(
    person: Person | None, wanted: Wanted = EVERYTHING, kind: str = "csv", lang: str = "ru", *, now: datetime
) -> Export:
    """Events as a file: all for the regulator's people, those of its own devices for a maker.

    Raises: Refusal people.not-yours for anybody else, ae-export.kind.
    """
    if person is None or not (sees_sites(person) or person.role in SIDE):
        raise Refusal("people.not-yours")
    if kind not in KINDS:
        raise Refusal("ae-export.kind", kinds=", ".join(KINDS))
    with transaction.atomic():
        audit.record(
            "vigilance.events.export", "events", by=person.username, because="export", now=now, kind=kind,
            device=wanted.device, since=wanted.since,
        )  # fmt: skip
    name = f"adverse-events-{moscow_date(now)}.{KINDS[kind].extension}"
    return Export(name, KINDS[kind].media_type, _parts(person, wanted, kind, lang, now=now))


def _parts(person: Person, wanted: Wanted, kind: str, lang: str, *, now: datetime) -> Iterator[bytes]:
    rows, columns = export_rows(person, wanted), columns_for(person)
    made: dict[str, Callable[[], Iterator[bytes]]] = {
        "json": lambda: as_json(rows, columns, now=now),
        "csv": lambda: as_csv(rows, columns, lang),
        "xlsx": lambda: as_xlsx(rows, columns, lang, now=now),
        "fhir": lambda: as_bundle(rows, lang, now=now),
        "fhir-ndjson": lambda: as_lines(rows, lang),
        "mir": lambda: as_mir(rows, lang),
    }
    return made[kind]()
