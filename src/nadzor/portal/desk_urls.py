# SPDX-License-Identifier: Apache-2.0
"""Addresses of the regulator's desks and of the procedures, which everybody may read."""

from __future__ import annotations

from django.urls import path
from django.views.decorators.http import require_POST, require_safe

from nadzor.portal import (
    authority,
    board,
    calendar_page,
    decisions,
    desk,
    head_overview,
    morning,
    procedure_pages,
)
from nadzor.portal.desk_rights import AUTHORITY, BOARD, CALENDAR, DECISIONS, DESK, HEAD, STAFF
from nadzor.portal.desks import desk_of
from nadzor.portal.door import public

urlpatterns = [
    path("morning/", require_safe(desk_of(STAFF, morning.page)), name="morning"),
    path("morning/read/", require_POST(desk_of(STAFF, morning.read)), name="morning-read"),
    path("head/", require_safe(desk_of(HEAD, head_overview.page)), name="head"),
    path("board/", require_safe(desk_of(BOARD, board.page)), name="board"),
    path("desk/", require_safe(desk_of(DESK, desk.page)), name="desk"),
    path("decisions/", require_safe(desk_of(DECISIONS, decisions.page)), name="decisions"),
    path("calendar/", require_safe(desk_of(CALENDAR, calendar_page.page)), name="calendar"),
    path("calendar/deadlines.ics", require_safe(desk_of(CALENDAR, calendar_page.file)), name="calendar-file"),
    path("authority/", require_safe(desk_of(AUTHORITY, authority.page)), name="authority"),
    path("authority/delegate/", require_POST(desk_of(AUTHORITY, authority.give)), name="delegate"),
    path(
        "authority/delegations/<int:id>/end/",
        require_POST(desk_of(AUTHORITY, authority.end_power)),
        name="delegation-end",
    ),
    path("authority/interest/", require_POST(desk_of(AUTHORITY, authority.declare)), name="interest"),
    path(
        "authority/interests/<int:id>/end/",
        require_POST(desk_of(AUTHORITY, authority.end_bar)),
        name="interest-end",
    ),
    path("procedures/", require_safe(public(procedure_pages.index)), name="procedures"),
    path("procedures/<slug:name>/", require_safe(public(procedure_pages.page)), name="procedure"),
]
