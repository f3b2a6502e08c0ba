# SPDX-License-Identifier: Apache-2.0
"""The duty roster: who is told of a death or a threat on which day, weekends and holidays included."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any, Final

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from msgspec import Struct

from nadzor.actions.set_duty import set_duty
from nadzor.base import clock
from nadzor.base.problems import Refusal, problem
from nadzor.people.permissions import may_decide
from nadzor.people.roles import Role
from nadzor.people.staff import staff
from nadzor.portal.desks import asker
from nadzor.portal.event_fields import as_day
from nadzor.portal.event_morning import alert_lines
from nadzor.portal.filing_deeds import told
from nadzor.portal.inputs import Input, select, summary
from nadzor.portal.inputs import day as day_field
from nadzor.portal.words import day, said
from nadzor.vigilance import duty
from nadzor.workdays.arithmetic import is_workday
from nadzor.workdays.calendar import CalendarMissing
from nadzor.workdays.spoken import WEEKDAYS

WEEKS: Final = timedelta(weeks=4)
ONE: Final = timedelta(days=1)
NOBODY: Final = ""


class Row(Struct, frozen=True, kw_only=True):
    """One day of the roster."""

    day: str
    weekday: str
    who: str
    is_off: bool
    is_today: bool


def page(request: HttpRequest) -> HttpResponse:
    """The next four weeks, day by day; the head sets a day."""
    return _page(request)


def set_day(request: HttpRequest) -> HttpResponse:
    """Put somebody on duty for a day."""
    given = request.POST
    chosen = as_day(given.get("day", "")[:10])
    if chosen is None:
        return _page(request, error={"day": _("Write a day that exists.")}, status=422)
    try:
        set_duty(chosen, given.get("who", "")[:150], by=asker(request), now=clock.now())
    except Refusal as refusal:
        if refusal.at is None:
            raise
        name = {"$.day": "day", "$.username": "who"}[refusal.at]
        return _page(request, error={name: told(refusal)}, status=problem(refusal.code).status)
    messages.success(request, _("The roster is changed."))
    return redirect("duty")


def _page(request: HttpRequest, *, error: dict[str, str] | None = None, status: int = 200) -> HttpResponse:
    who, today = asker(request), clock.today()
    sets = may_decide(who)
    fields = _fields(request, error or {}) if sets else []
    shown: dict[str, Any] = {
        "rows": _rows(today),
        "alerts": alert_lines(who),
        "target": _target(today),
        "fields": fields,
        "errors": summary(fields),
    }
    return render(request, "portal/duty.html", shown, status=status)


def _rows(today: date) -> Sequence[Row]:
    kept = {card.day: card.username for card in duty.roster(today, today + WEEKS)}
    days = [today + n * ONE for n in range(WEEKS // ONE + 1)]
    return [
        Row(day=day(each), weekday=said(WEEKDAYS[each.weekday()]), who=kept.get(each, NOBODY),
            is_off=_is_off(each), is_today=each == today)
        for each in days
    ]  # fmt: skip


def _is_off(each: date) -> bool:
    try:
        return not is_workday(each)
    except CalendarMissing:
        return each.isoweekday() > 5


def _target(today: date) -> str:
    found = duty.target(today)
    if found is None:
        return ""
    return _("An alert should be acknowledged within %(n)s hours: our own target, no term of law.") % {
        "n": found.number
    }


def _fields(request: HttpRequest, error: dict[str, str]) -> list[Input]:
    given = request.POST
    names = {NOBODY: _("nobody: the head")} | {
        each.username: each.full_name for each in staff(Role.INSPECTOR, Role.HEAD)
    }
    return [
        day_field("day", _("Day"), value=given.get("day", "")[:10], error=error.get("day", "")),
        select("who", _("Who is on duty"), names, given.get("who", ""), error=error.get("who", "")),
    ]
