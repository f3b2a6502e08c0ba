# SPDX-License-Identifier: Apache-2.0
"""The morning of the regulator's staff: what is new, what goes overdue next, what changed, what waits."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from typing import Final

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _
from msgspec import Struct

from nadzor.actions.mark_read_up import mark_read_up
from nadzor.base import clock
from nadzor.portal.calendar_sheets import listing, row_last
from nadzor.portal.counts import Counts
from nadzor.portal.desks import asker
from nadzor.portal.dues import Due
from nadzor.portal.frame import house
from nadzor.portal.scope import Scope, scope_of
from nadzor.portal.sheets import Cell, Count, Line, Table, columns, line
from nadzor.portal.words import day, language, moment, number, said
from nadzor.register import queries as register
from nadzor.register.filing_cards import DeadlineRow, TaskRow
from nadzor.vigilance.morning import Morning, News, morning
from nadzor.vigilance.obligations import obligations, waiting
from nadzor.workdays.arithmetic import add_workdays
from nadzor.workdays.calendar import CalendarMissing

AHEAD: Final = 5  # working days that a week's plan looks ahead
OVERDUE_MAX: Final = 30
TASKS: Final = 20
OF_A_KIND: Final = 12  # the lists have the rest
WEEK: Final = timedelta(weeks=1)


class New(Struct, frozen=True, kw_only=True):
    """One new thing as the page prints it."""

    said: str
    href: str
    at: str
    grave: bool


class Kind(Struct, frozen=True):
    """News of one kind: its heading, the newest of it, and how many more there are."""

    title: str
    items: Sequence[New]
    more: str


class Waits(Struct, frozen=True, kw_only=True):
    """One thing that waits for the reader."""

    title: str
    href: str
    due: Due | None


def page(request: HttpRequest) -> HttpResponse:
    """The three questions of a morning."""
    who, today, now = asker(request), clock.today(), clock.now()
    found = morning(who, now=now, today=today)
    last_days = obligations(who, first=date.min, after=_horizon(today), today=today)
    over = [row for row in last_days if row.day < today]
    shown = {
        "counts": _tally(found, over, [row for row in last_days if row.day >= today]),
        "kinds": _kinds(found),
        "more": _beyond(found),
        "since": moment(found.since),
        "is_first": found.is_first,
        "up_to": now.isoformat(),
        "overdue": listing(over[:OVERDUE_MAX]),
        "overdue_more": number(len(over) - OVERDUE_MAX) if len(over) > OVERDUE_MAX else "",
        "ahead": listing(row for row in last_days if row.day >= today),
        "changed": _changed(scope_of(request), found.since, today),
        "waits": _waits(last_days, waiting(who, today=today)[:TASKS]),
    }
    return render(request, "portal/morning.html", shown)


def read(request: HttpRequest) -> HttpResponse:
    """Note that everything up to the moment the page was made has been read."""
    now = clock.now()
    try:
        up_to = datetime.fromisoformat(request.POST.get("up_to", "")[:40])
    except ValueError:
        up_to = now
    mark_read_up(up_to if up_to.tzinfo else now, by=asker(request), now=now)
    return redirect("morning")


def _horizon(today: date) -> date:
    """The day after the last one shown: five working days, or a week where our calendar ends."""
    try:
        return add_workdays(today, AHEAD) + timedelta(days=1)
    except CalendarMissing:
        return today + WEEK


def _tally(found: Morning, over: Sequence[DeadlineRow], ahead: Sequence[DeadlineRow]) -> list[Count]:
    grave = sum(each.grave for each in found.news)
    return [
        Count(_("New since you last read"), number(sum(found.counts.values())), href="#new"),
        Count(_("Death or threat"), number(grave), href="#new", is_alarm=grave > 0),
        Count(_("Overdue"), number(len(over)), href="#overdue", is_alarm=bool(over)),
        Count(_("Last days within five working days"), number(len(ahead)), href="#ahead"),
    ]


def _kinds(found: Morning) -> list[Kind]:
    """The news by what they are about, the urgent first: a reader looks for events, not for minutes."""
    headings = {
        "grave": _("Death or threat"), "event": _("Adverse events"), "limit": _("Limits passed unmet"),
        "signal": _("Signals"), "filing": _("Filings"), "warning": _("Warnings"),
        "monitoring": _("Clinical monitoring"), "clinic": _("What clinics say"),
    }  # fmt: skip
    by_kind: dict[str, list[New]] = {}
    for each in found.news:
        kind = "grave" if each.grave else each.kind.partition("_")[0]
        by_kind.setdefault(kind, []).append(_new(each))
    return [
        Kind(heading, by_kind[kind][:OF_A_KIND], _more(by_kind[kind])) for kind, heading in headings.items()
        if kind in by_kind
    ]  # fmt: skip


def _more(items: Sequence[New]) -> str:
    return number(len(items) - OF_A_KIND) if len(items) > OF_A_KIND else ""


def _new(each: News) -> New:
    return New(said=said(each.said), href=_address(each), at=moment(each.at), grave=each.grave)


def _address(each: News) -> str:
    try:
        return reverse(each.name, args=each.args)
    except NoReverseMatch:  # a subject whose page has other arguments leads nowhere rather than astray
        return ""


def _beyond(found: Morning) -> str:
    hidden = sum(found.counts.values()) - len(found.news)
    return number(hidden) if hidden > 0 else ""


def _waits(last_days: Iterable[DeadlineRow], tasks: Iterable[TaskRow]) -> list[Waits]:
    dues: dict[str, DeadlineRow] = {}
    for row in last_days:
        dues.setdefault(row.filing, row)
    return [_waiting(task, dues) for task in tasks]


def _waiting(task: TaskRow, dues: dict[str, DeadlineRow]) -> Waits:
    last = dues.get("/".join(task.args))
    return Waits(
        title=said(task.title),
        href=reverse(task.name, args=task.args),
        due=row_last(last) if last else None,
    )


def _changed(scope: Scope, since: datetime, today: date) -> Table | None:
    """Versions first seen at work since then, and whether the register knows them."""
    first = since.date()
    counts = Counts(house())
    begun: dict[tuple[str, str], date] = {}
    for on, device, version, _n in counts.daily("studies", by=("device", "version"), device=scope.codes):
        begun.setdefault((device, version), on)
    fresh = sorted((on, *key) for key, on in begun.items() if first <= on <= today and key[1])
    if not fresh:
        return None
    head = columns(_("Device"), _("Version first at work"), _("Since"), _("Is this version registered?"))
    return Table(_("Versions that began to work"), head, [_version(scope, *row) for row in fresh])


def _version(scope: Scope, on: date, device: str, version: str) -> Line:
    known = {each.version for each in register.versions(device) if each.registered_on}
    is_known = version in known
    return line(
        Cell(scope.name(device, language()), href=reverse("device", args=[device])),
        Cell(version, href=reverse("versions", args=[device])),
        day(on),
        Cell(_("yes") if is_known else _("no"), state="good" if is_known else "alarm"),
    )
