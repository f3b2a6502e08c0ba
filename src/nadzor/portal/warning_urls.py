# SPDX-License-Identifier: Apache-2.0
"""Addresses of warnings: counts for oversight and makers, letters for a clinic, notices for everybody."""

from __future__ import annotations

from typing import Final

from django.urls import path
from django.views.decorators.http import require_POST, require_safe

from nadzor.people.roles import Role
from nadzor.portal import notice_desk, notice_feed, notice_list, warning_card, warning_clinic, warning_list
from nadzor.portal.desks import desk_of
from nadzor.portal.door import operation, public

CLINIC: Final = frozenset({Role.CLINIC})
DESK: Final = frozenset({Role.INSPECTOR, Role.HEAD})
STAFF: Final = frozenset({*DESK, Role.REGISTRAR})

urlpatterns = [
    path("warnings/", operation(warning_list.page), name="warnings"),
    path("warnings/<str:number>/", operation(warning_card.page), name="warning"),
    path("warnings/<str:number>.pdf", operation(warning_card.pdf), name="warning-pdf"),
    path(
        "warnings/<str:number>/remind/",
        require_POST(desk_of(DESK, warning_card.remind)),
        name="warning-remind",
    ),
    path(
        "warnings/<str:number>/decide/",
        require_POST(desk_of(STAFF, warning_card.decide)),
        name="warning-decide",
    ),
    path("clinic/warnings/", require_safe(desk_of(CLINIC, warning_clinic.listing)), name="clinic-warnings"),
    path(
        "clinic/warnings/<str:number>/",
        require_safe(desk_of(CLINIC, warning_clinic.page)),
        name="clinic-warning",
    ),
    path(
        "clinic/warnings/<str:number>.pdf",
        require_safe(desk_of(CLINIC, warning_clinic.pdf)),
        name="clinic-warning-pdf",
    ),
    path(
        "clinic/warnings/<str:number>/confirm/",
        require_POST(desk_of(CLINIC, warning_clinic.confirm)),
        name="clinic-warning-confirm",
    ),
    path("notices/", require_safe(public(notice_list.listing)), name="safety-notices"),
    path("notices/feed.atom", require_safe(public(notice_feed.feed)), name="safety-feed"),
    path("notices/review/", require_safe(desk_of(DESK, notice_desk.page)), name="notice-review"),
    path(
        "notices/review/<int:document>/",
        require_POST(desk_of(DESK, notice_desk.publish)),
        name="notice-publish",
    ),
    path("notices/<str:number>/", require_safe(public(notice_list.page)), name="safety-notice"),
    path("notices/<str:number>.pdf", require_safe(public(notice_list.pdf)), name="safety-notice-pdf"),
    path("notices/<str:number>/end/", require_POST(desk_of(DESK, notice_desk.end)), name="notice-end"),
]
