# SPDX-License-Identifier: Apache-2.0
"""Deeds or readings that fit a search, as a file."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.utils.http import content_disposition_header

from nadzor.actions.export_audit import export_audit
from nadzor.base import clock
from nadzor.portal import readings
from nadzor.portal.audit_pages import ask_of
from nadzor.portal.desks import asker
from nadzor.portal.frame import house


def file(request: HttpRequest, kind: str) -> HttpResponse:
    """The file; who took it is a deed of its own."""
    made = export_audit(house(), ask_of(request.GET), kind, by=asker(request), now=clock.now())
    readings.note(request, rows=len(made.content))
    answer = HttpResponse(made.content, content_type=made.media_type)
    answer["Content-Disposition"] = content_disposition_header(as_attachment=True, filename=made.name) or ""
    answer["Cache-Control"] = "private, no-store"
    return answer
