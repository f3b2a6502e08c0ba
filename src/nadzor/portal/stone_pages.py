# SPDX-License-Identifier: Apache-2.0
"""What was destroyed: kind, name, day, ground and digest; never what it said."""

from __future__ import annotations

from typing import Final

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _

from nadzor.actions.export_stones import FILES, export_stones
from nadzor.base import clock
from nadzor.law.load import norms
from nadzor.portal import readings
from nadzor.portal.choices import choices
from nadzor.portal.desks import asker
from nadzor.portal.sheets import Cell, Crumb, Line, Table, columns, line
from nadzor.portal.words import moment
from nadzor.records.tombstones import TombstoneCard, stones

ROWS: Final = 200


def page(request: HttpRequest) -> HttpResponse:
    """The newest stones, all or of one kind of thing."""
    kind = request.GET.get("kind", "") if request.GET.get("kind", "") in kinds() else ""
    found = stones(kind=kind, limit=ROWS)
    readings.note(request, rows=len(found))
    head = columns(_("When (Moscow time)"), _("What"), _("Object"), _("By"), _("Ground"), "SHA-256")
    files = [(reverse("audit-stones-file", args=[form]) + f"?kind={kind}", form.upper()) for form in FILES]
    shown = {
        "table": Table(_("What was destroyed"), head, [_line(each) for each in found]),
        "filter": choices("kind", _("What"), kind, {"": _("all")} | kinds()),
        "files": files,
        "crumbs": [Crumb(_("Audit"), reverse("audit")), Crumb(_("Stones"))],
    }
    return render(request, "portal/stones.html", shown)


def file(request: HttpRequest, kind: str) -> HttpResponse:
    """The same as a file."""
    asked = request.GET.get("kind", "")
    made = export_stones(
        asked if asked in kinds() else "", kind, by=asker(request), now=clock.now()
    )  # fmt: skip
    answer = HttpResponse(made.content, content_type=made.media_type)
    answer["Content-Disposition"] = content_disposition_header(as_attachment=True, filename=made.name) or ""
    answer["Cache-Control"] = "private, no-store"
    return answer


def kinds() -> dict[str, str]:
    """The kinds of things that are destroyed."""
    return {
        "bodies": _("bodies of batches, by installation and month"),
        "draft": _("a draft device"),
        "duty": _("a day on duty"),
    }


def _line(each: TombstoneCard) -> Line:
    return line(
        moment(each.at),
        kinds().get(each.kind, each.kind),
        Cell(each.object, mono=True, wraps=True),
        Cell(each.by, wraps=True),
        _ground(each),
        Cell(each.digest, mono=True, wraps=True),
    )


def _ground(each: TombstoneCard) -> Cell:
    """The norm that let it go, where there is one, and the reason that was written down."""
    if each.retention not in norms():
        return Cell(each.because, wraps=True)
    return Cell(each.retention, href=reverse("norm", args=[each.retention]), note=each.because, wraps=True)
