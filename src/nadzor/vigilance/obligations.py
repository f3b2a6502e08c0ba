# SPDX-License-Identifier: Apache-2.0
"""Every last day of the law a person has to do with, and everything that waits for that person.

Why here: filings, adverse events and yearly reports each keep their own clocks; a maker has one calendar.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Final

import msgspec
import yaml
from msgspec.structs import replace

from nadzor.base.problems import Text
from nadzor.law.terms import REPORT
from nadzor.people.queries import Person
from nadzor.people.roles import MAKERS, Role
from nadzor.procedures import adverse_event, monitoring
from nadzor.procedures.run import Run
from nadzor.procedures.signal import MAKER_ASKED
from nadzor.register import filings
from nadzor.register import queries as register
from nadzor.register.cards import DeviceCard
from nadzor.register.filing_cards import DeadlineRow, TaskRow
from nadzor.vigilance.event_rows import runs_of_event
from nadzor.vigilance.events import visible
from nadzor.vigilance.models import AdverseEvent, MonitoringReport, Signal
from nadzor.vigilance.monitoring import began_on, monitored

SIDE: Final = frozenset({*MAKERS, Role.REPRESENTATIVE})
DESK: Final = frozenset({Role.INSPECTOR, Role.HEAD})
OWN_STATES: Final = {adverse_event.AWAITING: "event_report", adverse_event.QUESTIONED: "event_question"}
DESK_STATES: Final = {
    adverse_event.REPORTED: "event_review",
    adverse_event.RECEIVED: "event_unplaced",
    adverse_event.UNCONFIRMED: "event_unconfirmed",
}
AT_THE_MAKER: Final = frozenset(
    {monitoring.DUE, monitoring.DRAFTING, monitoring.SIGNING, monitoring.SIGNED, monitoring.RETURNED,
     monitoring.CORRECTING}
)  # fmt: skip
TASKS_MAX: Final = 200  # more than a person reads; the lists have the rest


@cache
def obligation_words() -> dict[str, Text]:
    """The names of what waits, as obligations.yaml keeps them."""
    page = files("nadzor.vigilance").joinpath("obligations.yaml").read_text("utf-8")
    return msgspec.convert(yaml.safe_load(page), dict[str, Text])


def obligations(person: Person | None, *, first: date, after: date, today: date) -> tuple[DeadlineRow, ...]:
    """Last days of open clocks in [first, after), in their order: of filings, events and yearly reports."""
    if person is None:
        return ()
    found = [*filings.deadlines(person, first=first, after=after, today=today)]
    found += [row for row in _of_events(person, today) if first <= row.day < after]
    found += [row for row in _of_monitoring(person, today) if first <= row.day < after]
    return tuple(sorted(found, key=lambda row: (row.day, row.kind, row.filing, row.clock)))


def waiting(person: Person | None, *, today: date) -> tuple[TaskRow, ...]:
    """What waits for a person, what is due first on top: moves of filings, reports, questions, reviews."""
    if person is None:
        return ()
    found = [*filings.tasks(person, today=today), *_event_tasks(person, today)]
    found += [*_signal_tasks(person), *_monitoring_tasks(person, today)]
    return tuple(sorted(found, key=lambda task: (task.due is None, task.due or today, task.args)))[:TASKS_MAX]


def _of_events(person: Person, today: date) -> Iterator[DeadlineRow]:
    for row in _open_events(person):
        title = _said("event", number=row.number, device=row.device or row.device_told)
        for index, run in enumerate(runs_of_event(row, today)):
            if run.due is not None and run.stopped is None:
                yield _last_day(run, row.number, title, index)


def _last_day(run: Run, number: str, title: Text, index: int) -> DeadlineRow:
    assert run.due is not None
    return DeadlineRow(
        day=run.due, filing=number, title=title, clock=run.key, index=index, started=run.started,
        whose=run.responsible, state=run.state, kind="event",
    )  # fmt: skip


def _open_events(person: Person) -> Iterable[AdverseEvent]:
    """Events in whose states a clock may run: of tens of thousands a few."""
    rows = visible(person).filter(state__in=(adverse_event.NOTICED, adverse_event.AWAITING))
    return rows.prefetch_related("steps")


def _of_monitoring(person: Person, today: date) -> Iterator[DeadlineRow]:
    """Yearly reports not filed, of devices this person may read; what was due before us is not known here."""
    began = began_on()
    done = set(MonitoringReport.objects.exclude(state__in=AT_THE_MAKER).values_list("device", "year"))
    for card, day in _report_days(person):
        if day.due is None or day.due < began or day.open or (card.code, day.year) in done:
            continue
        yield DeadlineRow(
            day=day.due, filing=f"{card.code}/{day.year}", title=_yearly("monitoring", card.code, day.year),
            clock=REPORT, index=0, started=_begins(card, day), whose="manufacturer_admin",
            state="running" if today <= day.due else "breached", kind="monitoring",
        )  # fmt: skip


def _report_days(person: Person) -> Iterator[tuple[DeviceCard, monitoring.ReportDay]]:
    if person.role not in SIDE | DESK:
        return
    for card in register.readable(person):
        if monitored(card) and card.status != "cancelled":
            yield from ((card, day) for day in monitoring.report_days(card.registered_on))


def _begins(card: DeviceCard, day: monitoring.ReportDay) -> date:
    return max(card.registered_on, date(day.year, 1, 1))


def _event_tasks(person: Person, today: date) -> Iterator[TaskRow]:
    names = OWN_STATES if person.role in SIDE else DESK_STATES if person.role in DESK else {}
    if not names:
        return
    rows = visible(person).filter(state__in=names).exclude(way="import")  # history waits for nobody
    for row in rows.order_by("id").prefetch_related("steps")[:TASKS_MAX]:
        open_runs = [run.due for run in runs_of_event(row, today) if run.stopped is None and run.due]
        due = min(open_runs, default=None)
        yield TaskRow(
            kind=names[row.state], name="event", args=(row.number,), due=due,
            title=_said(names[row.state], number=row.number, device=row.device or row.device_told),
            state="late" if due is not None and due < today else "waits",
        )  # fmt: skip


def _signal_tasks(person: Person) -> Iterator[TaskRow]:
    if person.role not in SIDE:
        return
    own = [card.code for card in register.readable(person)]
    for row in Signal.objects.filter(device__in=own, state=MAKER_ASKED).order_by("id"):
        title = _said("signal_question", number=row.pk, device=row.device)
        yield TaskRow(
            kind="signal_question", title=title, name="signal", args=(str(row.pk),), due=None, state="waits"
        )


def _monitoring_tasks(person: Person, today: date) -> Iterator[TaskRow]:
    """Of the maker: reports of years that are over and not filed; of the desk: filed ones not reviewed."""
    if person.role in DESK:
        for row in MonitoringReport.objects.filter(state=monitoring.FILED):
            title = _yearly("monitoring_review", row.device, row.year)
            yield _monitoring_task("monitoring_review", (row.device, str(row.year)), title, None, today)
    if person.role in SIDE:
        for each in _of_monitoring(person, today):
            device, _slash, year = each.filing.partition("/")
            if int(year) < today.year:
                yield _monitoring_task("monitoring", (device, year), each.title, each.day, today)


def _monitoring_task(kind: str, args: tuple[str, ...], title: Text, due: date | None, today: date) -> TaskRow:
    state = "late" if due is not None and due < today else "waits"
    return TaskRow(kind=kind, title=title, name="monitoring-report", args=args, due=due, state=state)


def _yearly(key: str, device: str, year: int) -> Text:
    return _said(key, device=device, year=year)


def _said(key: str, **facts: object) -> Text:
    words = obligation_words()[key]
    return replace(words, ru=words.ru.format(**facts), en=words.en.format(**facts))
