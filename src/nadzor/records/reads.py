# SPDX-License-Identifier: Apache-2.0
"""What was read of whom: one row a reading, written before the answer leaves the house."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Final

from django.db import transaction
from django.db.models import Count, Q, QuerySet, Sum
from django.db.models.functions import TruncDate
from msgspec import Struct

from nadzor.records.models import ReadEntry
from nadzor_wire.canonical import canonical

REFUSED: Final = "refused"  # the way of an attempt that was turned away: nothing was shown
LIMIT_MAX: Final = 1000
EVERYTHING: Final = "all devices"
"""The subject of a list over everybody's data: one entry that counts for every owner."""


class Reading(Struct, frozen=True, kw_only=True):
    """One reading: who, by which door, of what and whose; no value that was read."""

    by: str
    role: str
    way: str
    route: str
    subject: str
    organisation: str = ""
    device: str = ""
    site: str = ""
    rows: int = 1
    grounds: str = ""


class ReadCard(Reading, frozen=True, kw_only=True):
    """A reading as it is kept."""

    id: int
    at: datetime


def record_read(reading: Reading, *, now: datetime) -> None:
    """Write one reading: one INSERT, no lock of the chain.

    Raises: django.db.DatabaseError; the caller then shows nothing.
    """
    record_reads([reading], now=now)


def record_reads(readings: Sequence[Reading], *, now: datetime) -> None:
    """Write what one answer shows of several owners, all or none."""
    rows = [_row(one, now) for one in readings]
    if len(rows) == 1:
        rows[0].save(force_insert=True)
        return
    with transaction.atomic():
        ReadEntry.objects.bulk_create(rows)


def refusals_of(by: str, since: datetime) -> int:
    """How often somebody was turned away from what is not theirs, from a moment on."""
    return int(ReadEntry.objects.filter(by=by, at__gte=since, way=REFUSED).count())


class Sought(Struct, frozen=True, kw_only=True):
    """What a search of readings asks for; empty fields ask for nothing.  `people`: any of these."""

    people: tuple[str, ...] | None = None
    role: str = ""
    route: str = ""
    subject: str = ""
    device: str = ""
    site: str = ""
    way: str = ""
    since: datetime | None = None
    until: datetime | None = None
    without: tuple[str, ...] = ()  # roles whose readings are left out


def find(sought: Sought, *, before: int | None = None, limit: int = 100) -> list[ReadCard]:
    """Readings, newest first, before an id."""
    rows = _sought(sought).order_by("-id")
    if before:
        rows = rows.filter(id__lt=before)
    return [card_of(row) for row in rows[: min(limit, LIMIT_MAX)]]


def count_reads(sought: Sought) -> int:
    """How many there are."""
    return int(_sought(sought).count())


class DayCount(Struct, frozen=True):
    """Readings of one day by one account on one page: how often, and rows of the owner shown."""

    day: str
    by: str
    role: str
    route: str
    times: int
    rows: int


class Owner(Struct, frozen=True, kw_only=True):
    """Whose data are asked for: devices or a site.  `own`: organisations whose readings are no news."""

    devices: tuple[str, ...] = ()
    site: str = ""
    own: tuple[str, ...] = ()
    wide: tuple[str, ...] = ()  # roles whose lists over everything count as readings of these data, too


def counts_of(owner: Owner, *, since: datetime) -> list[DayCount]:
    """Foreign readings by day of Moscow, account and page."""
    found = (
        of_owner(owner)
        .filter(at__gte=since)
        .annotate(day=TruncDate("at"))
        .values("day", "by", "role", "route")
        .annotate(times=Count("id"), shown=Sum("rows", filter=_theirs(owner), default=0))
        .order_by("-day", "role", "by", "route")
    )
    return [
        DayCount(
            each["day"].isoformat(), each["by"], each["role"], each["route"], each["times"], each["shown"]
        )
        for each in found
    ]


def page_of(owner: Owner, *, since: datetime, before: int | None = None, limit: int = 50) -> list[ReadCard]:
    """Foreign readings one by one, newest first."""
    rows = of_owner(owner).filter(at__gte=since).order_by("-id")
    if before:
        rows = rows.filter(id__lt=before)
    return [card_of(row) for row in rows[: min(limit, LIMIT_MAX)]]


def of_owner(owner: Owner) -> QuerySet[ReadEntry]:
    """Readings of an owner's data by others, refused attempts left out."""
    wide = Q(device="", site="", role__in=owner.wide, subject=EVERYTHING)
    rows = ReadEntry.objects.filter(_theirs(owner) | wide).exclude(way=REFUSED)
    return rows.exclude(organisation__in=owner.own) if owner.own else rows


def text_of(row: ReadEntry) -> str:
    """The one spelling of a reading, for its leaf."""
    said = {
        "id": row.pk, "at": row.at.astimezone(UTC).isoformat(timespec="microseconds"), "by": row.by,
        "role": row.role, "organisation": row.organisation, "way": row.way, "route": row.route,
        "subject": row.subject, "device": row.device, "site": row.site, "rows": row.rows,
        "grounds": row.grounds,
    }  # fmt: skip
    return canonical(said).decode()


def card_of(row: ReadEntry) -> ReadCard:
    """The struct of a row."""
    return ReadCard(
        id=row.pk, at=row.at, by=row.by, role=row.role, organisation=row.organisation, way=row.way,
        route=row.route, subject=row.subject, device=row.device, site=row.site, rows=row.rows,
        grounds=row.grounds,
    )  # fmt: skip


def _theirs(owner: Owner) -> Q:
    """Readings whose rows are this owner's; of a list over everything it is not known how many were."""
    theirs = Q(device__in=owner.devices) if owner.devices else Q(pk__in=[])
    return theirs | (Q(site=owner.site) if owner.site else Q(pk__in=[]))


def _row(one: Reading, now: datetime) -> ReadEntry:
    return ReadEntry(
        at=now, by=one.by[:200], role=one.role, organisation=one.organisation, way=one.way,
        route=one.route[:80], subject=one.subject[:120], device=one.device[:64], site=one.site[:40],
        rows=max(one.rows, 0), grounds=one.grounds[:120],
    )  # fmt: skip


def _sought(sought: Sought) -> QuerySet[ReadEntry]:
    exact = {
        "role": sought.role,
        "route": sought.route,
        "device": sought.device,
        "site": sought.site,
        "way": sought.way,
    }
    rows = ReadEntry.objects.filter(**{name: text for name, text in exact.items() if text})
    if sought.people is not None:
        rows = rows.filter(by__in=sought.people)
    if sought.subject:
        rows = rows.filter(subject__startswith=sought.subject)
    if sought.since:
        rows = rows.filter(at__gte=sought.since)
    if sought.until:
        rows = rows.filter(at__lt=sought.until)
    return rows.exclude(role__in=sought.without) if sought.without else rows
