# SPDX-License-Identifier: Apache-2.0
"""Events like one, with rates per processed study, and what the telemetry says around it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date
from typing import Final

from django.db.models import Q
from msgspec import Struct

from nadzor.base.home import Home
from nadzor.base.problems import Refusal
from nadzor.people.queries import Person
from nadzor.procedures.adverse_event import DUPLICATE
from nadzor.register import queries as register
from nadzor.telemetry.store import Rollups
from nadzor.vigilance.cards import WayBack
from nadzor.vigilance.event_scope import Wanted, in_scope, sees_sites
from nadzor.vigilance.models import AdverseEvent, Signal
from nadzor.vigilance.similar import (
    AROUND,
    ONE_DAY,
    WINDOW,
    Around,
    DayAround,
    Group,
    Likeness,
    Rate,
    Scope,
    SignalNear,
    Similar,
    VersionRate,
    likeness,
    rate_of,
)

MEASURES: Final = ("processed", "failed", "faults", "changes")
NUMBERS_MAX: Final = 100  # events named; all are counted


class Like(Struct, frozen=True):
    """One event that is like another."""

    number: str
    device: str
    version: str
    day: date
    likeness: Likeness


class Studies(Struct, frozen=True):
    """Processed studies of the window by device and version, and the first day with any of each device.

    `by` is None where no rollup was made.
    """

    by: Counter[tuple[str, str]] | None
    since: Mapping[str, date] = {}

    def rate(self, events: Sequence[Like], studies: int | None) -> Rate:
        """Events against studies; those of days before any study are left out, if there are studies."""
        if not studies:
            return rate_of(len(events), studies)
        return rate_of(sum(each.day >= self.since.get(each.device, date.max) for each in events), studies)

    def of(self, devices: Collection[str], version: str | None = None, *, but: bool = False) -> int | None:
        """Those of some devices; of one version, or of all but it."""
        if self.by is None:
            return None
        return sum(
            n for (device, each), n in self.by.items()
            if device in devices and (version is None or (each == version) is not but)
        )  # fmt: skip


def similar(home: Home, number: str, *, by: Person | None, today: date) -> Similar:
    """Events like one over the last year, and the days around it.

    A maker's answer leaves out the devices of others, and where the event happened.
    Raises: Refusal vigilance.event-unknown, also for an event the asker may not see.
    """
    row = in_scope(by, Wanted()).filter(number=number).first()
    if row is None:
        raise Refusal("vigilance.event-unknown")
    first, after = today + ONE_DAY - WINDOW, today + ONE_DAY
    rollups = _rollups(home)
    codes = tuple(each["code"] for each in row.problems)
    others = _others(row) if sees_sites(by) else frozenset()
    studies = _studies(rollups, {row.device, *others} - {""}, first, after)
    alike = _alike(row, by, codes, {row.device, *others}, (first, after)) if row.device else []
    return Similar(
        number=number, codes=codes, first=first, after=after, groups=_groups(row, alike, others, studies),
        by_version=_by_version(row, alike, studies),
        numbers=tuple(each.number for each in alike if each.device == row.device)[:NUMBERS_MAX],
        around=_around(rollups, row, staff=sees_sites(by)),
    )  # fmt: skip


def _alike(
    row: AdverseEvent, by: Person | None, codes: Sequence[str], devices: Collection[str],
    days: tuple[date, date],
) -> list[Like]:  # fmt: skip
    """Other events of the window of one code or one branch; a duplicate counts with its leader."""
    rows = in_scope(by, Wanted()).filter(device__in=devices).exclude(state=DUPLICATE).exclude(pk=row.pk)
    found = []
    for each in rows.iterator():
        day = each.event_on or each.aware_on or each.received_on
        if day is None or not days[0] <= day < days[1]:
            continue
        if like := likeness(codes, (one["code"] for one in each.problems)):
            found.append(Like(each.number, each.device, each.version, day, like))
    return found


def _groups(
    row: AdverseEvent, alike: Sequence[Like], others: Collection[str], studies: Studies
) -> tuple[Group, ...]:
    """The scopes, nearest first; a report that names no version counts with the device alone."""
    own = {row.device}
    mine = [each for each in alike if each.device == row.device]
    scopes: list[tuple[Scope, Sequence[Like], int | None]] = []
    if row.version:
        same = [each for each in mine if each.version == row.version]
        rest = [each for each in mine if each.version not in ("", row.version)]
        scopes.append(("version", same, studies.of(own, row.version)))
        scopes.append(("other_versions", rest, studies.of(own, row.version, but=True)))
    scopes.append(("device", mine, studies.of(own)))
    if others:
        scopes.append(
            ("other_devices", [each for each in alike if each.device in others], studies.of(others))
        )
    return tuple(group for scope in scopes for group in _two(*scope, beside=studies))


def _two(scope: Scope, events: Sequence[Like], studies: int | None, *, beside: Studies) -> Iterable[Group]:
    """By the same code, and by the branch (in which the same code counts, too)."""
    kinds: dict[Likeness, Sequence[Like]]
    if events and all(each.likeness == "any" for each in events):
        kinds = {"any": events}
    else:
        kinds = {"code": [each for each in events if each.likeness == "code"], "kin": events}
    for kind, told in kinds.items():
        yield Group(scope=scope, likeness=kind, events=len(told), rate=beside.rate(told, studies))


def _by_version(row: AdverseEvent, alike: Sequence[Like], studies: Studies) -> tuple[VersionRate, ...]:
    mine = [each for each in alike if each.device == row.device]
    known = {version for device, version in studies.by or () if device == row.device}
    return tuple(
        VersionRate(
            version,
            studies.rate(
                [each for each in mine if each.version == version],
                studies.of({row.device}, version) if version else None,
            ),
        )
        for version in sorted({*known, *(each.version for each in mine)})
    )


def _others(row: AdverseEvent) -> frozenset[str]:
    """Devices of the same solution type."""
    cards = {card.code: card for card in register.devices()}
    if row.device not in cards:
        return frozenset()
    kind = cards[row.device].solution_type
    return frozenset(
        code for code, card in cards.items() if card.solution_type == kind and code != row.device
    )


def _studies(rollups: Rollups | None, devices: Collection[str], first: date, after: date) -> Studies:
    if rollups is None:
        return Studies(None)
    told: Counter[tuple[str, str]] = Counter()
    since: dict[str, date] = {}
    by = ("device", "version")
    for day, device, version, n in rollups.daily(
        "processed", by=by, device=devices, since=first, until=after
    ):
        told[device, version] += n
        since.setdefault(device, day)
    return Studies(told, since)


def _around(rollups: Rollups | None, row: AdverseEvent, *, staff: bool) -> Around | None:
    day = row.event_on or row.aware_on
    if day is None or not row.device:
        return None
    first, after = day - AROUND, day + AROUND + ONE_DAY
    return Around(
        first=first, after=after, days=_days(rollups, row, first, after),
        signals=tuple(_signals(row.device, first, after)),
        way_back=WayBack(measures=MEASURES, device=row.device, version=row.version,
                         site=row.site if staff else "", first=first, after=after),
    )  # fmt: skip


def _days(rollups: Rollups | None, row: AdverseEvent, first: date, after: date) -> tuple[DayAround, ...]:
    """The days of the event's device; a day of which nothing came is not there."""
    if rollups is None:
        return ()
    told: dict[date, Counter[str]] = {}
    for measure in MEASURES:
        for at, n in rollups.daily(measure, by=(), device=row.device, since=first, until=after):
            told.setdefault(at, Counter())[measure] = n
    return tuple(
        DayAround(day=day, **{name: n[name] for name in MEASURES}) for day, n in sorted(told.items())
    )


def _signals(device: str, first: date, after: date) -> Iterable[SignalNear]:
    stood = Q(closed_on=None) | Q(closed_on__gte=first)
    for row in Signal.objects.filter(stood, device=device, first_day__lt=after).order_by("first_day", "id"):
        yield SignalNear(row.pk, row.detector, row.kind, row.state, row.first_day)


def _rollups(home: Home) -> Rollups | None:
    try:
        return Rollups.open(home)
    except Refusal:
        return None
