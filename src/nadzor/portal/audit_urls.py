# SPDX-License-Identifier: Apache-2.0
"""Addresses of deeds and readings: the auditor's search, deferrals, the owner's view, the public log."""

from __future__ import annotations

from typing import Final

from django.urls import path
from django.views.decorators.http import require_POST, require_safe

from nadzor.people.roles import MAKERS, Role
from nadzor.portal import audit_file, audit_pages, audit_public, deferral_pages, reads_page, stone_pages
from nadzor.portal.desks import desk_of
from nadzor.portal.door import public

AUDIT: Final = frozenset({Role.AUDITOR, Role.HEAD})
HEAD: Final = frozenset({Role.HEAD})
OWNERS: Final = frozenset({*MAKERS, Role.REPRESENTATIVE, Role.CLINIC})

urlpatterns = [
    path("reads/", require_safe(desk_of(OWNERS, reads_page.page)), name="reads"),
    path("audit/", require_safe(desk_of(AUDIT, audit_pages.page)), name="audit"),
    path("audit/export.<slug:kind>", require_safe(desk_of(AUDIT, audit_file.file)), name="audit-file"),
    path("audit/stones/", require_safe(desk_of(AUDIT, stone_pages.page)), name="audit-stones"),
    path(
        "audit/stones.<slug:kind>", require_safe(desk_of(AUDIT, stone_pages.file)), name="audit-stones-file"
    ),
    path("audit/deferrals/", require_safe(desk_of(AUDIT, deferral_pages.page)), name="deferrals"),
    path("audit/deferrals/place/", require_POST(desk_of(HEAD, deferral_pages.place)), name="deferral-place"),
    path(
        "audit/deferrals/<int:id>/end/",
        require_POST(desk_of(HEAD, deferral_pages.end)),
        name="deferral-end",
    ),
    path("audit/checkpoint", require_safe(public(audit_public.checkpoint)), name="audit-checkpoint"),
    path("audit/key", require_safe(public(audit_public.key)), name="audit-key"),
    path("audit/consistency", require_safe(public(audit_public.consistency)), name="audit-consistency"),
    path("audit/tile/<path:rest>", require_safe(public(audit_public.tile)), name="audit-tile"),
]
