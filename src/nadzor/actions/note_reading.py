# SPDX-License-Identifier: Apache-2.0
"""Keep who read whose data, before they see it; and who was turned away from what is not theirs."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

import structlog
from django.db import transaction
from msgspec import Struct

from nadzor.actions.clinic_systems import site_of
from nadzor.actions.owners_of import Whose, whose
from nadzor.base.clock import MOSCOW, moscow_date
from nadzor.base.home import Home
from nadzor.base.problems import Refusal, Text
from nadzor.law.load import norm
from nadzor.law.norm import NormMissing
from nadzor.people.queries import Person
from nadzor.people.roles import Role
from nadzor.records import audit, notices, vault
from nadzor.records.reading import Shown
from nadzor.records.reads import EVERYTHING, REFUSED, Reading, record_reads, refusals_of
from nadzor.vigilance.plain_text import personal_in

log = structlog.get_logger()

PROBING: Final = "access.probing"
KEPT_MAX: Final = 1000  # refused attempts of one account in a day that are kept one by one
UNNAMED: Final = "?"  # an address that names nothing of ours
_CODE: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:/-]*")
OWNERS_MAX: Final = 50  # entries of one answer; more is a list over everything


class Showed(Struct, frozen=True):
    """What only a view knows: whose data it showed, how many rows, for which affair."""

    device: str = ""
    site: str = ""
    rows: int = 1
    grounds: str = ""


class Look(Struct, frozen=True, kw_only=True):
    """One answer: its door, its address, what the table says of it, the names in the question."""

    way: str
    route: str
    shown: Shown
    given: Mapping[str, str]
    showed: Sequence[Showed] = ()


class Reader(Struct, frozen=True):
    """How a reader is kept: a clinic's people by pseudonym and site, everybody else by account and code."""

    by: str
    role: str
    organisation: str


def note_reading(home: Home, look: Look, *, by: Person, now: datetime) -> None:
    """Keep a reading; one row an owner, bounded.

    Raises: django.db.DatabaseError: then nothing may be shown.
    """
    reader = reader_of(home, by)
    subject, owners = _owners(home, look, reader)
    if len(owners) > OWNERS_MAX:
        subject, owners = EVERYTHING, [Showed(rows=sum(one.rows for one in owners))]
    record_reads([_entry(look, reader, subject, one) for one in owners], now=now)


def note_refused(home: Home, look: Look, *, by: Person, now: datetime) -> None:
    """Keep an attempt that was turned away; the auditor is told once a day of somebody who probes."""
    reader = reader_of(home, by)
    today = datetime.combine(moscow_date(now), datetime.min.time(), MOSCOW)
    before = refusals_of(reader.by, today)
    if before >= KEPT_MAX:
        return
    subject = _named(look)
    refused = Look(way=REFUSED, route=look.route, shown=look.shown, given=look.given)
    record_reads([_entry(refused, reader, subject, Showed(rows=0))], now=now)
    limit = _limit(now)
    if limit is not None and before == limit:
        _tell(reader, limit, now=now)


def reader_of(home: Home, by: Person) -> Reader:
    """How somebody stands in the log of readings.

    Why: the account of a clinic beside its site would open the vault from the side.
    """
    if by.role is not Role.CLINIC:
        return Reader(by.username, by.role.value, by.organisation or "")
    try:
        site = site_of(home, by)
    except Refusal:
        site = ""
    return Reader(vault.speaker(by.username, home=home), by.role.value, site)


def _owners(home: Home, look: Look, reader: Reader) -> tuple[str, list[Showed]]:
    """The subject and whose data were shown: as the view said, as the address says, or everybody's."""
    subject, found = _named(look), _found(home, look, reader)
    if look.showed:
        kept = [_joined(one, found) for one in look.showed]
        return subject, kept
    return subject, [Showed(found.device, found.site, grounds=found.grounds)]


def _joined(one: Showed, found: Whose) -> Showed:
    return Showed(one.device or found.device, one.site or found.site, one.rows, one.grounds or found.grounds)


def _found(home: Home, look: Look, reader: Reader) -> Whose:
    if look.shown.of == "own":
        return Whose(site=reader.organisation)
    kind = "device" if look.shown.of == "all" else look.shown.of
    found = whose(home, kind, _value(look))
    site = look.given.get(look.shown.site, "") if look.shown.site else ""
    return Whose(found.device, found.site or site[:40], found.grounds)


def _named(look: Look) -> str:
    """The subject of an entry: the kind of thing and its name in the address."""
    value = _value(look)
    if look.shown.of == "own":
        return "own site"
    if look.shown.of == "house":
        return f"log of {look.shown.shows}"
    if look.shown.of == "all":
        return f"device {value}" if value else EVERYTHING
    return f"{look.shown.of} {value}"[:120]


def _value(look: Look) -> str:
    """What the address names, where it looks like a name of ours.

    Why: an address is typed by anybody; the log of readings is sealed for good and must not hold a person.
    """
    said = look.given.get(look.shown.by, "").strip()[:60] if look.shown.by else ""
    return said if _CODE.fullmatch(said) and not personal_in(said) else UNNAMED if said else ""


def _entry(look: Look, reader: Reader, subject: str, one: Showed) -> Reading:
    return Reading(
        by=reader.by, role=reader.role, organisation=reader.organisation, way=look.way, route=look.route,
        subject=subject, device=one.device, site=one.site, rows=one.rows, grounds=one.grounds,
    )  # fmt: skip


def _limit(now: datetime) -> int | None:
    """How many refusals a day are nobody's concern; without a norm nobody is told."""
    try:
        return int(norm(PROBING, moscow_date(now)).number)
    except NormMissing:
        return None


@transaction.atomic
def _tell(reader: Reader, limit: int, *, now: datetime) -> None:
    """Why here: the number is reached once a day, whatever follows."""
    log.warning("reading.probing", role=reader.role)
    audit.record(
        "records.reading.probe", f"account {reader.by}"[:200], by="house", now=now,
        because="more refused attempts in a day than the norm allows", limit=limit, role=reader.role,
    )  # fmt: skip
    notices.to_role("auditor", subject=f"account {reader.by}"[:200], text=_words(reader, limit), now=now)


def _words(reader: Reader, limit: int) -> Text:
    return Text(
        ru=f"Запись {reader.by} сегодня больше {limit} раз обратилась к данным, которые ей не открыты.",
        en=f"Account {reader.by} asked today more than {limit} times for data that are not open to it.",
    )
