# SPDX-License-Identifier: Apache-2.0
"""Addresses of adverse events: a clinic's form, the door behind a printed code, the queue, the duty."""

from __future__ import annotations

from typing import Final

from django.urls import path
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from nadzor.people.roles import Role
from nadzor.portal import (
    duplicates,
    duty,
    event_card,
    event_case,
    event_clinic,
    event_document,
    event_export,
    event_import,
    event_moves,
    event_new,
    event_paper,
    event_queue,
    event_report,
    printed_code,
    redaction,
    say,
)
from nadzor.portal.desks import desk_of
from nadzor.portal.door import operation, public, signed_in

CLINIC: Final = frozenset({Role.CLINIC})
DESK: Final = frozenset({Role.INSPECTOR, Role.HEAD})
HEAD: Final = frozenset({Role.HEAD})
MAKERS: Final = frozenset({Role.MANUFACTURER_ADMIN, Role.MANUFACTURER_REPORTER, Role.REPRESENTATIVE})
TELLERS: Final = frozenset({*DESK, *MAKERS, Role.REGISTRAR})
both = require_http_methods(["GET", "HEAD", "POST"])

urlpatterns = [
    path("say/<str:code>/", both(public(say.page)), name="say"),
    path("followed/<str:token>/", require_safe(public(say.follow)), name="followed"),
    path("clinic/codes/", require_safe(desk_of(CLINIC, printed_code.page)), name="printed-codes"),
    path("clinic/codes/make/", require_POST(desk_of(CLINIC, printed_code.make)), name="printed-code-make"),
    path(
        "clinic/codes/<str:code>/revoke/",
        require_POST(desk_of(CLINIC, printed_code.revoke)),
        name="printed-code-revoke",
    ),
    path(
        "clinic/codes/<str:code>-<slug:size>.pdf",
        require_safe(desk_of(CLINIC, printed_code.sheet)),
        name="printed-code-sheet",
    ),
    path("clinic/report/", both(desk_of(CLINIC, event_report.page)), name="clinic-report"),
    path("clinic/events/", require_safe(desk_of(CLINIC, event_clinic.listing)), name="clinic-events"),
    path(
        "clinic/events/<str:number>/", require_safe(desk_of(CLINIC, event_clinic.card)), name="clinic-event"
    ),
    path(
        "clinic/events/<str:number>/add/",
        require_POST(desk_of(CLINIC, event_clinic.follow_up)),
        name="clinic-event-add",
    ),
    path(
        "clinic/events/<str:number>/decide/",
        require_POST(desk_of(CLINIC, event_clinic.decide)),
        name="clinic-event-decide",
    ),
    path("events/", operation(event_queue.listing), name="events"),
    path("events/new/", both(desk_of(TELLERS, event_new.page)), name="event-new"),
    path("events/import/", both(desk_of(DESK, event_import.page)), name="event-import"),
    path("events/pairs/", require_safe(desk_of(DESK, duplicates.page)), name="event-pairs"),
    path("events/pairs/judge/", require_POST(desk_of(DESK, duplicates.judge)), name="event-pair-judge"),
    path("events/export/", operation(event_export.listing), name="event-export"),
    path("events/<str:number>/", operation(event_card.page), name="event"),
    path("events/<str:number>/event.pdf", operation(event_paper.pdf), name="event-pdf"),
    path("events/<str:number>/event.<slug:kind>", operation(event_export.one), name="event-file"),
    path("events/<str:number>/move/", require_POST(signed_in(event_moves.move)), name="event-move"),
    path("events/<str:number>/case/", require_POST(desk_of(DESK, event_case.from_event)), name="event-case"),
    path(
        "events/<str:number>/alerts/<int:id>/",
        require_POST(signed_in(event_moves.acknowledge)),
        name="event-acknowledge",
    ),
    path(
        "events/<str:number>/send/<slug:kind>/",
        both(desk_of(TELLERS, event_document.page)),
        name="event-document",
    ),
    path("events/<str:number>/texts/<int:id>/", both(desk_of(DESK, redaction.page)), name="event-narrative"),
    path(
        "events/<str:number>/texts/<int:id>/release/",
        require_POST(desk_of(DESK, redaction.release)),
        name="event-narrative-release",
    ),
    path("duty/", operation(duty.page), name="duty"),
    path("duty/set/", require_POST(desk_of(HEAD, duty.set_day)), name="duty-set"),
]
