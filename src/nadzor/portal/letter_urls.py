# SPDX-License-Identifier: Apache-2.0
"""Addresses of routine letters: the desk that writes to a site, the clinic that reads and answers."""

from __future__ import annotations

from typing import Final

from django.urls import path
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from nadzor.people.roles import Role
from nadzor.portal import letter_clinic, letter_desk, letter_redaction
from nadzor.portal.desks import desk_of

CLINIC: Final = frozenset({Role.CLINIC})
DESK: Final = frozenset({Role.INSPECTOR, Role.HEAD})
ask = require_http_methods(["GET", "HEAD", "POST"])

urlpatterns = [
    path("letters/", require_safe(desk_of(DESK, letter_desk.listing)), name="letters"),
    path("letters/new/", ask(desk_of(DESK, letter_desk.new)), name="letter-new"),
    path("letters/<str:number>/", require_safe(desk_of(DESK, letter_desk.page)), name="letter"),
    path("letters/<str:number>/answer/", ask(desk_of(DESK, letter_redaction.page)), name="letter-answer"),
    path(
        "letters/<str:number>/answer/release/",
        require_POST(desk_of(DESK, letter_redaction.release)),
        name="letter-answer-release",
    ),
    path("clinic/letters/", require_safe(desk_of(CLINIC, letter_clinic.listing)), name="clinic-letters"),
    path(
        "clinic/letters/<str:number>/",
        require_safe(desk_of(CLINIC, letter_clinic.page)),
        name="clinic-letter",
    ),
    path(
        "clinic/letters/<str:number>/answer/",
        require_POST(desk_of(CLINIC, letter_clinic.answer)),
        name="clinic-letter-answer",
    ),
]
