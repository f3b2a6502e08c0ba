# SPDX-License-Identifier: Apache-2.0
"""Show an owner who read its data: counts at once, details when they may be told, readers by role number.

No name of anybody, and no number of an affair: an affair that an owner was not told of stays unknown to it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from typing import Final

from msgspec import Struct

from nadzor.actions.clinic_systems import site_of
from nadzor.actions.defer_access import AFFAIR, TERM, term_of
from nadzor.actions.owners_of import ended_at
from nadzor.base.home import Home
from nadzor.base.problems import Refusal
from nadzor.people.queries import Person, organisation
from nadzor.people.role_numbers import NOBODY, RoleNumber, account_numbers
from nadzor.people.roles import MAKERS, OVERSIGHT, Role
from nadzor.records import reads
from nadzor.records.deferrals import standing
from nadzor.records.openings import openings_of_site
from nadzor.records.reading import kind_of
from nadzor.records.reads import Owner, ReadCard
from nadzor.records.telling import Asked, Terms, is_told
from nadzor.register.models import Device

SPAN: Final = timedelta(weeks=13)
"""What a page shows; the log itself is kept by its own class."""
PAGE: Final = 50
LOOKED_AT: Final = 500  # rows that one page looks through
WIDE: Final = tuple(sorted({*(role.value for role in OVERSIGHT), Role.OPERATOR.value}))


class DayRow(Struct, frozen=True, kw_only=True):
    """Readings of one day by one reader on one kind of page; `rows`: lines of the owner that those showed."""

    day: date
    reader: RoleNumber
    kind: str
    times: int
    rows: int


class Detail(Struct, frozen=True, kw_only=True):
    """One reading.  `affair`: the kind of affair it was for, when that has ended.

    `device` empty: a list over everything, whose `rows` are told to nobody.
    """

    at: datetime
    reader: RoleNumber
    kind: str
    way: str
    rows: int
    device: str
    affair: str


class Unsealed(Struct, frozen=True, kw_only=True):
    """One look at who stands behind a site; while the opening runs only its day is told."""

    on: date
    at: datetime | None
    kind: str
    purpose: str
    people: tuple[RoleNumber, ...]
    because: str
    finding: str


class Deferred(Struct, frozen=True):
    """A deferral as the owner sees it: of what, until when.  Why and by whom is the head's."""

    device: str
    until: datetime


class OwnReadings(Struct, frozen=True, kw_only=True):
    """The whole page.  `held`: readings whose details are not told yet; `next`: where the list goes on."""

    since: datetime
    counts: tuple[DayRow, ...]
    details: tuple[Detail, ...]
    held: int
    deferrals: tuple[Deferred, ...]
    openings: tuple[Unsealed, ...]
    next: int | None


def show_readings(
    home: Home, person: Person | None, *, now: datetime, before: int | None = None
) -> OwnReadings:
    """What others read of a maker's devices or of a clinic's site.

    Raises: Refusal reads.owners-only, clinic.no-oid.
    """
    owner, since = owner_of(home, person), now - SPAN
    deferred = standing(devices=owner.devices, site=owner.site, now=now)
    rows = reads.counts_of(owner, since=since)
    page = reads.page_of(owner, since=since, before=before, limit=LOOKED_AT)
    openings = openings_of_site(owner.site, now=now) if owner.site else ()
    names = {*(row.by for row in rows), *(row.by for row in page)}
    numbers = account_numbers({*names, *(name for one in openings for name in one.people)})
    told, held, last = _details(page, {one.device or one.site for one in deferred}, numbers, now=now)
    return OwnReadings(
        since=since,
        counts=_counts(rows, numbers),
        details=told,
        held=held,
        deferrals=tuple(Deferred(one.device, one.until) for one in deferred),
        openings=tuple(
            Unsealed(
                on=one.on, at=one.at, kind=one.kind, purpose=one.purpose, because=one.because,
                finding=one.finding,
                people=tuple(
                    _number(role, name, numbers) for role, name in zip(one.roles, one.people, strict=False)
                ),
            )
            for one in openings
        ),
        next=last,
    )  # fmt: skip


def owner_of(home: Home, person: Person | None) -> Owner:
    """Whose data somebody may ask about: of its own devices, of the makers it stands for, of its own site.

    Raises: Refusal reads.owners-only, clinic.no-oid.
    """
    if person is not None and person.role is Role.CLINIC:
        site = site_of(home, person)
        return Owner(site=site, own=(site,), wide=WIDE)
    makers = _makers(person)
    if not makers:
        raise Refusal("reads.owners-only")
    devices = Device.objects.filter(maker__code__in=makers).values_list("code", flat=True)
    return Owner(devices=tuple(devices), own=tuple(sorted(makers | _sides(makers))), wide=WIDE)


def _makers(person: Person | None) -> set[str]:
    if person is None:
        return set()
    if person.role in MAKERS:
        return {person.organisation} if person.organisation else set()
    return set(person.represents) if person.role is Role.REPRESENTATIVE else set()


def _sides(makers: Iterable[str]) -> set[str]:
    """Those who stand for these makers: their readings are the owner's own."""
    found = [organisation(code) for code in makers]
    return {one.represented_by for one in found if one and one.represented_by}


def _counts(rows: Iterable[reads.DayCount], numbers: Mapping[str, int]) -> tuple[DayRow, ...]:
    """By day, reader and kind of page: several addresses are one kind."""
    added: dict[tuple[str, RoleNumber, str], tuple[int, int]] = {}
    for row in rows:
        key = (row.day, _number(row.role, row.by, numbers), kind_of(row.route))
        times, shown = added.get(key, (0, 0))
        added[key] = (times + row.times, shown + row.rows)
    return tuple(
        DayRow(day=date.fromisoformat(day), reader=reader, kind=kind, times=times, rows=shown)
        for (day, reader, kind), (times, shown) in added.items()
    )


def _details(
    page: list[ReadCard], deferred: set[str], numbers: Mapping[str, int], *, now: datetime
) -> tuple[tuple[Detail, ...], int, int | None]:
    """What may be told of a page of readings, how many are held back, and where the next page begins."""
    terms = Terms(term_of(TERM, now), term_of(AFFAIR, now))
    ended = {grounds: ended_at(grounds) for grounds in {row.grounds for row in page if row.grounds}}
    told: list[Detail] = []
    held = 0
    for row in page:
        asked = Asked(
            at=row.at,
            is_open=bool(row.grounds) and ended[row.grounds] is None,
            is_deferred=bool({row.device, row.site} & deferred),
        )
        if not is_told(asked, terms, now):
            held += 1
            continue
        told.append(_detail(row, numbers, is_over=bool(ended.get(row.grounds))))
        if len(told) == PAGE:
            return tuple(told), held, row.id
    return tuple(told), held, page[-1].id if len(page) == LOOKED_AT else None


def _detail(row: ReadCard, numbers: Mapping[str, int], *, is_over: bool) -> Detail:
    affair = row.grounds.partition(" ")[0] if is_over else ""
    return Detail(
        at=row.at, reader=_number(row.role, row.by, numbers), kind=kind_of(row.route), way=row.way,
        rows=row.rows if row.device or row.site else 0, device=row.device, affair=affair,
    )  # fmt: skip


def _number(role: str, by: str, numbers: Mapping[str, int]) -> RoleNumber:
    return RoleNumber(role, numbers.get(by, NOBODY))
