# SPDX-License-Identifier: Apache-2.0
"""The maker's account: what waits for it and until when, its filings and devices, what it was told."""

from __future__ import annotations

from datetime import date
from typing import Final

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from msgspec import Struct

from nadzor.base import clock
from nadzor.base.problems import Refusal
from nadzor.people.queries import Person
from nadzor.portal.calendar_sheets import row_last
from nadzor.portal.dues import Due
from nadzor.portal.filings import entry
from nadzor.portal.frame import person_of
from nadzor.portal.law_marks import Link
from nadzor.portal.sheets import Cell, Line, Table, columns, line
from nadzor.portal.transmission_sheets import state_mark
from nadzor.portal.words import language, moment, said
from nadzor.records import notices
from nadzor.records.notices import NoticeCard
from nadzor.register import filings, gate
from nadzor.register import queries as register
from nadzor.register.cards import DeviceCard
from nadzor.register.filing_cards import DeadlineRow, TaskRow
from nadzor.register.filing_permissions import APPLICANTS, SIDE
from nadzor.vigilance.obligations import obligations, waiting

SHOWN: Final = 10
NEWEST: Final = 5
FILINGS_MAX: Final = 200
KINDS: Final = {"monitoring-report": "monitoring"}


class Task(Struct, frozen=True, kw_only=True):
    """One thing that waits: what it is, where it is done, until when."""

    title: str
    href: str
    due: Due | None


class Told(Struct, frozen=True):
    """One notice: its words, when it came, and where the last day it names is explained."""

    id: int
    text: str
    at: str
    clocks: str


def page(request: HttpRequest) -> HttpResponse:
    """The account of a maker or a representative."""
    who, today = _side(request), clock.today()
    rows = filings.filings(who, today=today, limit=FILINGS_MAX).rows
    unread = _unread(who)
    page = {
        "tasks": _tasks(who, today),
        "entries": [entry(row, today=today) for row in rows[:SHOWN]],
        "has_more": len(rows) > SHOWN,
        "devices": _devices(who, today),
        "notices": [_told(each) for each in unread[:NEWEST]],
        "unread": len(unread),
        "starts": _starts(who),
        "lede": _lede(who),
    }
    return render(request, "portal/account.html", page)


def read(request: HttpRequest, id: int) -> HttpResponse:
    """Note that a notice was read, and go where it leads."""
    who = _side(request)
    found = next((each for each in notices.of(who.role.value, who.organisation) if each.id == id), None)
    notices.mark_read(
        id, role=who.role.value, organisation=who.organisation, by=who.username, now=clock.now()
    )
    return redirect(_leads_to(found) if found else reverse("account"))


def read_all(request: HttpRequest) -> HttpResponse:
    """Note that every notice was read."""
    who = _side(request)
    for each in _unread(who):
        notices.mark_read(
            each.id, role=who.role.value, organisation=who.organisation, by=who.username, now=clock.now()
        )
    return redirect("account")


def _side(request: HttpRequest) -> Person:
    """Whoever has an account: a maker's people, or a representative.

    Raises: Refusal people.desk-of-others.
    """
    who = person_of(request)
    if who is None or who.role not in SIDE:
        raise Refusal("people.desk-of-others")
    return who


def _lede(who: Person) -> str:
    devices = register.readable(who)
    makers = {card.maker.name(language()) for card in devices}
    return ", ".join(sorted(makers))


def _tasks(who: Person, today: date) -> list[Task]:
    """What waits, each with the earliest last day of its affair."""
    dues: dict[tuple[str, str], DeadlineRow] = {}
    for row in obligations(who, first=date.min, after=date.max, today=today):
        dues.setdefault((row.kind, row.filing), row)
    return [
        _task(task, dues.get((KINDS.get(task.name, task.name), "/".join(task.args))))
        for task in waiting(who, today=today)
    ]


def _task(task: TaskRow, last: DeadlineRow | None) -> Task:
    due = row_last(last) if last else None
    return Task(title=said(task.title), href=reverse(task.name, args=task.args), due=due)


def _devices(who: Person, today: date) -> Table | None:
    found = register.readable(who)
    if not found:
        return None
    head = columns(_("Device"), _("Number"), _("State"), _("Transmission"), _("Reports"))
    return Table(_("Your devices"), head, [_device(card, today) for card in found])


def _device(card: DeviceCard, today: date) -> Line:
    state = gate.gate(card.code, today=today).state
    mark = state_mark(state)
    return line(
        Cell(card.name(language()), href=reverse("register-card", args=[card.code])),
        Cell(card.number),
        Cell(*_status(card)),
        Cell(mark.label, href=reverse("transmission", args=[card.code])),
        Cell(_("months"), href=reverse("device-months", args=[card.code])),
    )


def _status(card: DeviceCard) -> tuple[str, str, str]:
    words = {
        "draft": (_("draft"), "none"),
        "registered": (_("registered"), "good"),
        "suspended": (_("suspended"), "warn"),
        "cancelled": (_("cancelled"), "warn"),
    }
    label, tone = words.get(card.status, (card.status, "none"))
    return label, "", tone


def _unread(who: Person) -> list[NoticeCard]:
    return [each for each in notices.of(who.role.value, who.organisation) if each.read_at is None]


def _told(each: NoticeCard) -> Told:
    kind, _space, key = each.subject.partition(" ")
    clocks = reverse("filing", args=[key]) + "#clocks" if kind == "filing" and key else ""
    return Told(each.id, said(each.text), moment(each.created), clocks)


def _leads_to(notice: NoticeCard) -> str:
    kind, _space, key = notice.subject.partition(" ")
    return reverse("filing", args=[key]) if kind == "filing" and key else reverse("account")


def _starts(who: Person) -> list[Link]:
    ask = Link(_("Is it a medical device?"), reverse("qualify"), _("an interview, one question a page"))
    if who.role not in APPLICANTS:
        return [ask]
    new = reverse("filing-new")
    return [
        ask,
        Link(_("Register a product"), new + "#registration", _("choose the route, fill the form, hand in")),
        Link(_("Try it out"), reverse("drafts"), _("a draft device, a test bench, a first receipt")),
        Link(_("Amend an entry"), new + "#amendment", _("say what changes; the page names the procedure")),
        Link(_("End a registration"), new + "#cancellation", _("at your own request")),
    ]
