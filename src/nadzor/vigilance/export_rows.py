# SPDX-License-Identifier: Apache-2.0
"""Events as they are taken away: what each reader may have, one at a time.

A narrative that is held is never taken away; a site, an installation, a study and the sender's own number,
in which a site may stand, are the regulator's alone.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, datetime
from functools import cache
from importlib.resources import files
from typing import Any, Final

import msgspec
from msgspec import Struct

from nadzor.base import yaml_pages
from nadzor.base.problems import Text
from nadzor.people.queries import Person
from nadzor.register import queries as register
from nadzor.register.cards import DeviceCard
from nadzor.vigilance.event_cards import CodeOf
from nadzor.vigilance.event_scope import Wanted, in_scope, sees_sites
from nadzor.vigilance.lateness import Days, lag
from nadzor.vigilance.models import AdverseEvent

AT_ONCE: Final = 500
Cell = str | int | float | bool


class Column(Struct, frozen=True, forbid_unknown_fields=True):
    """One column: its heading, and whether the regulator alone takes it away."""

    label: Text
    staff: bool = False


class ExportRow(Struct, frozen=True, kw_only=True):
    """One event as it is taken away; what the reader may not have is empty."""

    number: str
    way: str
    source_id: str
    device: str
    registration_number: str
    device_name: Text
    device_told: str
    version: str
    installation: str
    site: str
    study: str
    event_on: date | None
    aware_on: date | None
    received_on: date | None
    lag_days: int | None
    event_type: str
    seriousness: str
    problems: tuple[CodeOf, ...]
    effects: tuple[CodeOf, ...]
    causes: tuple[CodeOf, ...]
    state: str
    reporter_role: str
    quality: float
    doubts: tuple[str, ...]
    leading: str
    narrative: str
    narrative_held: bool
    changed_at: datetime

    def cell(self, name: str, lang: str) -> Cell:
        """A column as one value: codes with their editions, an unknown day empty."""
        value: Any = getattr(self, name)
        if isinstance(value, Text):
            return value.in_language(lang)
        if isinstance(value, tuple):
            return "; ".join(map(_code, value))
        if isinstance(value, date | datetime):
            return value.isoformat()
        return "" if value is None else value


@cache
def columns() -> Mapping[str, Column]:
    """All columns in their order.

    Raises: ValueError when the page and the row do not name the same ones.
    """
    page = files(__package__).joinpath("export_columns.yaml").read_text("utf-8")
    found = msgspec.convert(yaml_pages.page(page), dict[str, Column])
    if tuple(found) != ExportRow.__struct_fields__:
        raise ValueError("export_columns.yaml")
    return found


def columns_for(person: Person | None) -> Mapping[str, Column]:
    """The columns somebody takes away."""
    staff = sees_sites(person)
    return {name: each for name, each in columns().items() if staff or not each.staff}


def export_rows(person: Person | None, wanted: Wanted) -> Iterator[ExportRow]:
    """The events a person may take away, in the order of their filing."""
    devices = {card.code: card for card in register.devices()}
    staff = sees_sites(person)
    rows = in_scope(person, wanted).select_related("leading").prefetch_related("documents__narrative")
    for row in rows.iterator(AT_ONCE):
        yield _row(row, devices.get(row.device), staff=staff)


def _row(row: AdverseEvent, device: DeviceCard | None, *, staff: bool) -> ExportRow:
    texts, held = _texts(row)
    near = staff or row.reporter_role != "clinic"
    return ExportRow(
        number=row.number, way=row.way, source_id=row.source_id if staff else "", device=row.device,
        registration_number=device.number if device else "",
        device_name=Text(ru=device.name_ru, en=device.name_en) if device else Text(ru="", en=""),
        device_told=row.device_told, version=row.version, installation=row.installation if staff else "",
        site=row.site if staff else "", study=row.study if staff else "", event_on=row.event_on,
        aware_on=row.aware_on, received_on=row.received_on,
        lag_days=lag(Days(row.event_on, row.aware_on, row.received_on)), event_type=row.event_type,
        seriousness=row.seriousness, problems=_codes(row.problems), effects=_codes(row.effects),
        causes=_codes(row.causes), state=row.state, reporter_role=row.reporter_role if near else "",
        quality=row.quality, doubts=tuple(row.doubts), leading=row.leading.number if row.leading else "",
        narrative=texts, narrative_held=held, changed_at=row.changed_at,
    )  # fmt: skip


def _texts(row: AdverseEvent) -> tuple[str, bool]:
    """The narratives of all documents in clear, and whether one is held."""
    told = [
        found for each in sorted(row.documents.all(), key=lambda each: each.pk)
        if (found := getattr(each, "narrative", None))
    ]  # fmt: skip
    return "\n\n".join(each.text for each in told if not each.held), any(each.held for each in told)


def _codes(kept: list[dict[str, str]]) -> tuple[CodeOf, ...]:
    return tuple(CodeOf(each["code"], each["edition"]) for each in kept)


def _code(value: CodeOf | str) -> str:
    if isinstance(value, str):
        return value
    return f"{value.code} ({value.edition})" if value.edition else value.code
