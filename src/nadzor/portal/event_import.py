# SPDX-License-Identifier: Apache-2.0
"""Staff import a file of adverse events: good rows are kept, bad ones are named row by row."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from nadzor.actions.import_events import ImportReport, Told, import_events
from nadzor.base import clock
from nadzor.base.problems import Refusal, problem
from nadzor.people.queries import Person
from nadzor.portal.desks import asker
from nadzor.portal.filing_deeds import told
from nadzor.portal.frame import house
from nadzor.portal.inputs import Input, line, summary
from nadzor.portal.refused_deeds import note_refused
from nadzor.portal.sheets import Cell, Count, Crumb, Table, columns
from nadzor.portal.sheets import line as row
from nadzor.portal.words import language, number
from nadzor.records.files import SIZE_MAX

FILE: Final = "events-file"
SHOWN: Final = 300  # of the rows that are named; the report on the command line has all of them
ACCEPT: Final = ".csv,.json,.jsonl,text/csv,application/json"


def page(request: HttpRequest) -> HttpResponse:
    """The form, or how a file fared."""
    if request.method != "POST":
        return _page(request)
    upload = request.FILES.get(FILE)
    try:
        found = _taken(upload, by=asker(request), source=request.POST.get("source", "").strip()[:40])
    except Refusal as refusal:
        note_refused(request, refusal, verb="note_reported")
        return _page(request, error=told(refusal), status=problem(refusal.code).status)
    return _page(request, found=found)


def _taken(upload: UploadedFile | None, *, by: Person, source: str) -> ImportReport:
    """The report of an import; the file lies in a directory of its own only while it is read.

    Raises: Refusal file.empty, file.too-large, ae-file.*, people.inspector-only.
    """
    if upload is None or not upload.size:
        raise Refusal("file.empty")
    if upload.size > SIZE_MAX:
        raise Refusal("file.too-large", limit=SIZE_MAX)
    name = Path(upload.name or "events").name[:120]
    with TemporaryDirectory() as room:
        path = Path(room) / f"events{Path(name).suffix[:8]}"
        with path.open("wb") as file:
            for chunk in upload.chunks():
                file.write(chunk)
        return import_events(house(), path, by=by, now=clock.now(), name=name, source=source)


def _page(
    request: HttpRequest, *, error: str = "", found: ImportReport | None = None, status: int = 200
) -> HttpResponse:
    fields = _fields(request, error)
    shown: dict[str, Any] = {
        "fields": fields,
        "errors": summary(fields),
        "counts": _counts(found) if found else None,
        "file": found.file if found else "",
        "digest": found.digest if found else "",
        "faults": _table(_("Rows that were not kept"), found.errors) if found and found.errors else None,
        "notes": _table(_("Rows to look at"), found.notes) if found and found.notes else None,
        "crumbs": [Crumb(_("Adverse events"), reverse("events")), Crumb(_("Import a file"))],
    }
    return render(request, "portal/event_import.html", shown, status=status)


def _fields(request: HttpRequest, error: str) -> list[Input]:
    hint = _("Up to 16 MB. CSV with a heading or JSON: report_id, device, event_date, aware_date, "
             "received_date, event_type, problem_codes, narrative.")  # fmt: skip
    source = _("Keeps apart senders who number their reports alike; may stay empty.")
    return [
        Input(name=FILE, label=_("File"), kind="upload", hint=hint, accept=ACCEPT, error=error),
        line("source", _("Whose numbers these are"), value=request.POST.get("source", "")[:40], hint=source,
             longest=16),
    ]  # fmt: skip


def _counts(found: ImportReport) -> list[Count]:
    told_ = [
        (_("Rows"), found.rows), (_("Kept"), found.kept), (_("Known before"), found.known),
        (_("Not kept"), found.refused), (_("Without a device of the register"), found.unlinked),
        (_("Undated"), found.undated), (_("Dates contradict"), found.contradictory),
        (_("Texts held back"), found.held),
    ]  # fmt: skip
    return [Count(label, number(n)) for label, n in told_]


def _table(caption: str, rows: Sequence[Told]) -> Table:
    head = columns(_("Row"), _("Line"), _("Report"), _("Place"), _("What is wrong"), numbers=(0, 1))
    lines = [
        row(number(each.row), number(each.line), each.report_id, each.at,
            Cell(each.en if language() == "en" else each.ru, wraps=True))
        for each in rows[:SHOWN]
    ]  # fmt: skip
    rest = len(rows) - SHOWN
    note = _("and %(n)s more") % {"n": number(rest)} if rest > 0 else ""
    return Table(caption, head, lines, note=note, caption_hidden=False)
