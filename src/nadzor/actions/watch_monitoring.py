# SPDX-License-Identifier: Apache-2.0
"""Watch clinical monitoring: adopt plans, open reports, keep drafts fresh, warn, tell of missing ones.

Each is told once: the audit chain is the memory of warnings, a missed limit that of a missing report.  What
was due before this platform was there is nobody's miss here.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from typing import Final

import structlog
from django.db import transaction
from msgspec import Struct

from nadzor.actions.adopt_plan import adopt_registered
from nadzor.actions.draft_monitoring import Known, draft_by_house, newest_at, refresh_drafts
from nadzor.actions.move_monitoring import HOUSE, side_of, subject_of
from nadzor.actions.open_monitoring import opened
from nadzor.base.clock import moscow_date
from nadzor.base.home import Home
from nadzor.base.problems import Refusal, Text
from nadzor.law.load import norm
from nadzor.law.norm import NormMissing
from nadzor.law.terms import REPORT
from nadzor.people.roles import Role
from nadzor.procedures.monitoring import NOT_REQUIRED, ReportDay, report_days
from nadzor.records import audit, notices
from nadzor.register.cards import DeviceCard
from nadzor.vigilance.models import MissedLimit, MonitoringReport
from nadzor.vigilance.monitoring import began_on, is_missing, monitored_devices
from nadzor.vigilance.monitoring_words import due_words, told
from nadzor.workdays.spoken import spoken

STAGES: Final = ("first", "second", "last")
WARN: Final = "vigilance.monitoring.warn"
REMIND: Final = "vigilance.monitoring.remind"
log = structlog.get_logger()


class Watched(Struct, frozen=True, kw_only=True):
    """What one look did.  `uncalendared`: last days in a year whose calendar is not loaded."""

    adopted: int = 0
    opened: int = 0
    refreshed: int = 0
    warned: int = 0
    missing: int = 0
    reminded: int = 0
    uncalendared: int = 0

    @property
    def did(self) -> bool:
        """Whether anything was told or written."""
        return any((self.adopted, self.opened, self.refreshed, self.warned, self.missing, self.reminded))


class Awaited(Struct, frozen=True, kw_only=True):
    """One report of one device on a day of looking."""

    card: DeviceCard
    day: ReportDay
    state: str
    filed: bool

    @property
    def subject(self) -> str:
        """How audit, notices and missed limits name it."""
        return subject_of(self.card.code, self.day.year)


def watch_monitoring(home: Home, *, now: datetime) -> Watched:
    """One look at every device under clinical monitoring; a second look on the same day does nothing."""
    today, began = moscow_date(now), began_on()
    adopted = adopt_registered(now=now)
    known = _known(home, now)
    fresh = [one for one in _awaited() if _opens(one, began=began, today=today)]
    made = [_open(one, known=known, now=now) for one in fresh]
    refreshed = refresh_drafts(home, now=now) if known else 0
    waiting = [one for one in _awaited() if _waits(one, began=began)]
    return Watched(
        adopted=adopted, opened=sum(made), refreshed=refreshed,
        warned=sum(_warn(one, now=now) for one in waiting),
        missing=sum(_miss(one, began=began, now=now) for one in waiting),
        reminded=sum(_remind(one, began=began, now=now) for one in waiting),
        uncalendared=sum(one.day.due is not None and one.day.warn is None for one in waiting),
    )  # fmt: skip


def _known(home: Home, now: datetime) -> Known | None:
    """The rollup; none before anything was received: a report is opened all the same, and drawn later."""
    try:
        return newest_at(home, now)
    except Refusal as refusal:
        log.info("vigilance.monitoring.no_rollup", code=refusal.code)
        return None


def _awaited() -> Iterator[Awaited]:
    rows = {(row.device, row.year): row for row in MonitoringReport.objects.all().defer("body", "words")}
    for card in monitored_devices():
        for day in report_days(card.registered_on):
            row = rows.get((card.code, day.year))
            filed = row is not None and row.filed_on is not None
            yield Awaited(card=card, day=day, state=row.state if row else "", filed=filed)


def _opens(one: Awaited, *, began: date, today: date) -> bool:
    """Whether the house opens it now: its year is over, it is owed, and it was not due before us."""
    if one.state or one.day.open or one.card.status == "cancelled" or one.day.year >= today.year:
        return False
    return one.day.due is None or one.day.due >= began


def _waits(one: Awaited, *, began: date) -> bool:
    if one.filed or one.day.open or one.state == NOT_REQUIRED or one.day.due is None:
        return False
    return one.day.due >= began and (bool(one.state) or one.card.status != "cancelled")


@transaction.atomic
def _open(one: Awaited, *, known: Known | None, now: datetime) -> bool:
    row = opened(one.card, one.day.year, by=HOUSE, now=now)
    if known is not None:
        draft_by_house(row, known=known, now=now)
    text = told("opened", device=one.card.code, year=one.day.year, due=due_words(one.day.due))
    _to_makers(one, text, now=now)
    return True


@transaction.atomic
def _warn(one: Awaited, *, now: datetime) -> bool:
    """Tell of the nearest stage that has come, once."""
    today, due = moscow_date(now), one.day.due
    assert due is not None
    stage = _stage(one.day, today)
    if not stage or any(entry.facts.get("stage") == stage for entry in _entries(one, WARN)):
        return False
    key = "weekend" if stage == "weekend" else "before"
    text = told(key, device=one.card.code, year=one.day.year, day=spoken(due), left=(due - today).days)
    _to_makers(one, text, now=now)
    audit.record(WARN, one.subject, by=HOUSE, because=f"due {due}", now=now, stage=stage)
    return True


def _stage(day: ReportDay, today: date) -> str:
    """Which warning has come: the last working day before a day off, else the nearest of three."""
    due = day.due
    assert due is not None
    if today > due:
        return ""
    if day.warn is not None and day.warn <= today and day.warn < due:
        return "weekend"
    left = (due - today).days
    return next((stage for stage in reversed(STAGES) if left <= _house(f"warning_{stage}", today)), "")


def _miss(one: Awaited, *, began: date, now: datetime) -> bool:
    """Note a report that is not there after its last day: once, for inspectors, the head and the maker."""
    if not _is_missing(one, began=began, today=moscow_date(now)) or one.day.limit is None:
        return False
    due = one.day.due
    assert due is not None
    responsible = Role.REPRESENTATIVE if one.card.maker.represented_by else Role.MANUFACTURER_ADMIN
    with transaction.atomic():
        _, is_new = MissedLimit.objects.get_or_create(
            subject=one.subject, clock=REPORT, started=one.day.limit.since, due=due,
            defaults={"device": one.card.code, "responsible": responsible.value, "seen_at": now},
        )  # fmt: skip
        if is_new:
            text = told("missing", device=one.card.code, year=one.day.year, day=spoken(due))
            _to_makers(one, text, now=now)
            _to_desk(one, text, now=now)
            audit.record(
                "vigilance.monitoring.missing", one.subject, by=HOUSE, because=f"{REPORT} was due {due}",
                now=now, due=due.isoformat(), responsible=responsible.value,
            )  # fmt: skip
    return is_new


@transaction.atomic
def _remind(one: Awaited, *, began: date, now: datetime) -> bool:
    """Tell again each week that it is missing; a week in which nobody looked is not made up for."""
    today, due = moscow_date(now), one.day.due
    if not _is_missing(one, began=began, today=today):
        return False
    assert due is not None
    weeks = (today - due).days // max(1, _house("reminder_missing", today))
    last = max((int(entry.facts.get("weeks", 0)) for entry in _entries(one, REMIND)), default=0)
    if weeks <= last:
        return False
    facts = {"device": one.card.code, "year": one.day.year, "day": spoken(due), "weeks": weeks}
    _to_makers(one, told("still_missing", **facts), now=now)
    _to_desk(one, told("still_missing", **facts), now=now)
    audit.record(REMIND, one.subject, by=HOUSE, because=f"{REPORT} was due {due}", now=now, weeks=weeks)
    return True


def _is_missing(one: Awaited, *, began: date, today: date) -> bool:
    return is_missing(one.day, state=one.state, filed=one.filed, began=began, today=today)


def _house(stem: str, today: date) -> int:
    """A span of the house, in days; nothing is told early where it has no edition."""
    try:
        return norm(f"monitoring.{stem}", today).number
    except NormMissing:
        return 0


def _entries(one: Awaited, verb: str) -> list[audit.Link]:
    return audit.entries(object=one.subject, verb=verb)


def _to_makers(one: Awaited, text: Text, *, now: datetime) -> None:
    for code in side_of(one.card):
        notices.to_organisation(code, subject=one.subject, text=text, now=now)


def _to_desk(one: Awaited, text: Text, *, now: datetime) -> None:
    for role in (Role.INSPECTOR, Role.HEAD):
        notices.to_role(role.value, subject=one.subject, text=text, now=now)
