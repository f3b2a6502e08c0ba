# SPDX-License-Identifier: Apache-2.0
"""The accounts of a year: every last day that a clock gave, and whether it was met, or escalated.

A last day is accounted for when it was met in time, when its passing was noted and told to whoever must act
and to whoever oversees, or when it still lies ahead.  A clock without a norm has no last day and says why.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import date
from typing import Literal

from msgspec import Struct

from nadzor.procedures.clocks import Run
from nadzor.procedures.monitoring import ReportDay, report_days
from nadzor.records.models import Notice
from nadzor.register import queries as register
from nadzor.register.filing_rows import runs_of
from nadzor.register.models import Breach, Filing
from nadzor.vigilance.event_rows import runs_of_event
from nadzor.vigilance.models import AdverseEvent, MissedLimit, MonitoringReport

Fate = Literal["met", "escalated_met_late", "escalated_open", "ahead", "undated", "unaccounted"]


class Account(Struct, frozen=True, kw_only=True):
    """One last day: of what, by which clock, and what became of it."""

    subject: str
    clock: str
    started: date
    due: date | None
    stopped: date | None
    fate: Fate


class Accounts(Struct, frozen=True, kw_only=True):
    """Every last day of a span, and how many ended how, by clock."""

    rows: tuple[Account, ...]

    @property
    def fates(self) -> dict[str, int]:
        """How many last days ended in each way."""
        return dict(sorted(Counter(row.fate for row in self.rows).items()))

    @property
    def by_clock(self) -> dict[str, dict[str, int]]:
        """The same by clock."""
        found: dict[str, Counter[str]] = {}
        for row in self.rows:
            found.setdefault(row.clock, Counter())[row.fate] += 1
        return {clock: dict(sorted(fates.items())) for clock, fates in sorted(found.items())}

    @property
    def unaccounted(self) -> tuple[Account, ...]:
        """Last days that passed and of which nobody was told: there must be none."""
        return tuple(row for row in self.rows if row.fate == "unaccounted")


def accounts(*, today: date, first: date) -> Accounts:
    """The accounts of all clocks that started in the span, as they stand on a day."""
    rows = [*_of_filings(today), *_of_events(today), *_of_monitoring(today, first)]
    return Accounts(rows=tuple(sorted(rows, key=lambda row: (row.started, row.subject, row.clock))))


def _of_filings(today: date) -> Iterator[Account]:
    told = _told("filing ")
    noted = {
        (row.filing_id, row.clock, row.started, row.due)  # type: ignore[attr-defined]
        for row in Breach.objects.all()
    }
    for row in Filing.objects.filter(filed_on__isnull=False).prefetch_related("steps"):
        subject = f"filing {row.number}"
        for run in runs_of(row, today):
            is_noted = (row.pk, run.key, run.started, run.due) in noted and subject in told
            yield _account(subject, run, today, is_noted=is_noted)


def _of_events(today: date) -> Iterator[Account]:
    noted, told = _noted(), _told("event ")
    for row in AdverseEvent.objects.exclude(way="import").prefetch_related("steps"):
        subject = f"event {row.number}"
        for run in runs_of_event(row, today):
            is_noted = (subject, run.key, run.due) in noted and subject in told
            yield _account(subject, run, today, is_noted=is_noted)


def _of_monitoring(today: date, first: date) -> Iterator[Account]:
    """Yearly reports whose last day lies after the first day of the span."""
    noted, told = _noted(), _told("monitoring ")
    filed = {(row.device, row.year): row.filed_on for row in MonitoringReport.objects.all()}
    for card in register.devices():
        for day in report_days(card.registered_on):
            if day.open or (day.due is not None and day.due < first):
                continue
            subject = f"monitoring {card.code} {day.year}"
            is_noted = (subject, "monitoring.report", day.due) in noted and subject in told
            began = max(card.registered_on, date(day.year, 1, 1))
            yield _yearly(subject, day, (began, filed.get((card.code, day.year)), today), is_noted=is_noted)


def _yearly(subject: str, day: ReportDay, days: tuple[date, date | None, date], *, is_noted: bool) -> Account:
    """A year's report; `days` are when its clock began, when it was filed if it was, and today."""
    started, stopped, today = days
    fate = _fate(day.due, stopped, today, is_noted=is_noted)
    return Account(
        subject=subject, clock="monitoring.report", started=started, due=day.due, stopped=stopped, fate=fate
    )


def _account(subject: str, run: Run, today: date, *, is_noted: bool) -> Account:
    return Account(
        subject=subject, clock=run.key, started=run.started, due=run.due, stopped=run.stopped,
        fate=_fate(run.due, run.stopped, today, is_noted=is_noted),
    )  # fmt: skip


def _fate(due: date | None, stopped: date | None, today: date, *, is_noted: bool) -> Fate:
    if due is None:
        return "undated"
    if (stopped or today) <= due:
        return "met" if stopped else "ahead"
    if not is_noted:
        return "unaccounted"
    return "escalated_met_late" if stopped else "escalated_open"


def _noted() -> set[tuple[str, str, date]]:
    return set(MissedLimit.objects.values_list("subject", "clock", "due"))


def _told(prefix: str) -> set[str]:
    """What the head was told of."""
    rows: Iterable[str] = Notice.objects.filter(role="head", subject__startswith=prefix).values_list(
        "subject", flat=True
    )
    return set(rows)
