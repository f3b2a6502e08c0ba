# SPDX-License-Identifier: Apache-2.0
"""The calendar of last days: a month as a table or a list, days off with their cause, and a file to carry."""

from __future__ import annotations

from datetime import date
from typing import Final

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from nadzor.base import clock
from nadzor.portal.calendar_sheets import (
    MINE,
    Asked,
    asked_of,
    deadlines_of,
    events,
    grid,
    listing,
    neighbours,
    whose_choice,
    year_note,
)
from nadzor.portal.desks import asker
from nadzor.portal.frame import house
from nadzor.portal.icalendar import calendar
from nadzor.portal.sheets import Tab
from nadzor.portal.words import month, number
from nadzor.register.filing_cards import DeadlineRow

OVERDUE_MAX: Final = 60  # the longest overdue first; the list of filings has the rest


def page(request: HttpRequest) -> HttpResponse:
    """A month of last days."""
    who, today = asker(request), clock.today()
    asked = asked_of(request.GET, today)
    found = deadlines_of(who, asked, today=today)
    rows = [row for row in found if asked.month.first <= row.day < asked.month.after]
    over = _overdue(found, today) if today in asked.month else []
    shown = {
        "title": month(asked.month.year, asked.month.month).capitalize(),
        "tabs": _tabs(asked),
        "neighbours": neighbours(asked, today),
        "filter": whose_choice(asked),
        "asked": asked,
        "list": asked.address(view="list"),
        "weeks": grid(asked.month, rows, today) if asked.view != "list" else [],
        "days": listing(rows) if asked.view == "list" else [],
        "overdue": listing(over[:OVERDUE_MAX]),
        "overdue_more": number(len(over) - OVERDUE_MAX) if len(over) > OVERDUE_MAX else "",
        "note": year_note(asked.month),
        "file": f"{reverse('calendar-file')}?whose={asked.whose}",
        "count": len(rows),
    }
    return render(request, "portal/calendar.html", shown)


def file(request: HttpRequest) -> HttpResponse:
    """The last days still ahead and those overdue, as a calendar file."""
    who, today = asker(request), clock.today()
    asked = asked_of(request.GET, today, whose=MINE)
    found = deadlines_of(who, asked, today=today)
    settings = house().settings
    content = calendar(
        events(found, base=settings.portal_url, origin=settings.origin),
        name=_("Nadzor: last days"),
        now=clock.now(),
    )
    answer = HttpResponse(content, content_type="text/calendar; charset=utf-8")
    answer["Content-Disposition"] = 'attachment; filename="deadlines.ics"'
    return answer


def _tabs(asked: Asked) -> list[Tab]:
    return [
        Tab(_("Month"), asked.address(view=""), is_current=asked.view != "list"),
        Tab(_("List"), asked.address(view="list"), is_current=asked.view == "list"),
    ]


def _overdue(found: list[DeadlineRow], today: date) -> list[DeadlineRow]:
    """What is over already, wherever its day lies: the month of today shows it on top."""
    return [row for row in found if row.day < today]
