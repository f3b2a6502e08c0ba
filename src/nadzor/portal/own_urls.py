# SPDX-License-Identifier: Apache-2.0
"""Addresses of a clinic's own page, of what inspectors hear from clinics, and of the operator's page."""

from __future__ import annotations

from typing import Final

from django.urls import path
from django.views.decorators.http import require_POST, require_safe

from nadzor.people.roles import Role
from nadzor.portal import clinic, clinic_fields, clinic_words, operation
from nadzor.portal.desks import desk_of

CLINIC: Final = frozenset({Role.CLINIC})
HEARING: Final = frozenset({Role.INSPECTOR, Role.HEAD})
OPERATOR: Final = frozenset({Role.OPERATOR})

urlpatterns = [
    path("clinic/", require_safe(desk_of(CLINIC, clinic.page)), name="clinic"),
    path("clinic/fields/", require_safe(desk_of(CLINIC, clinic_fields.page)), name="clinic-fields"),
    path("clinic/missing/", require_POST(desk_of(CLINIC, clinic.missing)), name="clinic-missing"),
    path("clinic/<slug:id>/volume/", require_POST(desk_of(CLINIC, clinic.volume)), name="clinic-volume"),
    path("clinic-words/", require_safe(desk_of(HEARING, clinic_words.page)), name="clinic-words"),
    path(
        "clinic-words/<int:id>/answer/",
        require_POST(desk_of(HEARING, clinic_words.answer)),
        name="clinic-answer",
    ),
    path("operation/", require_safe(desk_of(OPERATOR, operation.page)), name="operation"),
]
