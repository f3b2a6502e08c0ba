# SPDX-License-Identifier: Apache-2.0
"""A form of Order 1113n filled from an event: on the page, as files, and as a tagged PDF."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from nadzor.actions.fill_event_form import fill_event_form
from nadzor.base import clock
from nadzor.law.form import forms
from nadzor.portal.frame import person_of
from nadzor.portal.norm_words import status_state
from nadzor.portal.printing import pdf_answer, print_pdf
from nadzor.portal.sheets import Cell, Crumb, Fact, Line, Table, columns, line
from nadzor.portal.words import language, number, reference, said, short
from nadzor.statutory.event_form import FilledField, FilledForm, Source
from nadzor.statutory.event_table import event_csv, event_facts, event_json, event_xlsx
from nadzor.statutory.event_words import source_text, value_text

FILES: Final[dict[str, tuple[Callable[[FilledForm], bytes], str]]] = {
    "json": (event_json, "application/json"),
    "csv": (lambda form: event_csv(form, language()), "text/csv; charset=utf-8"),
    "xlsx": (
        lambda form: event_xlsx(form, language()),
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ),
}


def page(request: HttpRequest, event: str, kind: str) -> HttpResponse:
    """The filled form, a line a field, each with where it comes from."""
    form = _filled(request, event, kind)
    kinds = [*FILES, "pdf"]
    shown = _sheet(form) | {
        "title": said(form.edition.title),
        "crumbs": [Crumb(event, reverse("event", args=[event])), Crumb(_("Form"))],
        "files": [(each.upper(), reverse("event-form-file", args=[event, kind, each])) for each in kinds],
    }
    return render(request, "portal/event_form.html", shown)


def file(request: HttpRequest, event: str, kind: str, ending: str) -> HttpResponse:
    """The same as JSON, CSV, XLSX or PDF."""
    form = _filled(request, event, kind)
    if ending == "pdf":
        return pdf_answer(_paper(form), f"{event}-{kind}")
    if ending not in FILES:
        raise Http404(ending)
    make, media = FILES[ending]
    answer = HttpResponse(make(form), content_type=media)
    answer["Content-Disposition"] = f'attachment; filename="{event}-{kind}.{ending}"'
    return answer


def _filled(request: HttpRequest, event: str, kind: str) -> FilledForm:
    who = person_of(request)
    return fill_event_form(event, kind, by=who, today=clock.today())


def _sheet(form: FilledForm) -> dict[str, Any]:
    note = forms()[form.edition.form].note
    head = columns(_("No."), _("Field"), _("Value"), _("Filled from"), _("How well known"), numbers=(0,))
    return {
        "facts": [Fact(label, text, state="warn" if form.edition.lapsed and place == 2 else "")
                  for place, (label, text) in enumerate(event_facts(form, language()))],
        "note": said(note) if note else "",
        "table": Table(_("Fields"), head, [_line(each) for each in form.fields]),
        "unknown": len(form.unknown),
        "is_lapsed": form.edition.lapsed,
    }  # fmt: skip


def _line(each: FilledField) -> Line:
    state, kind = status_state(each.field.status), each.field.kind
    beside = ""
    if each.beside is not None:
        beside = _("by our own facts: %(value)s") % {"value": value_text(each.beside, kind, language())}
    return line(
        number(each.field.number),
        said(each.field.label),
        Cell(value_text(each.value, kind, language()), note=beside),
        source_text(_shortened(each.source), language()),
        Cell(state.label, state=state.tone or "calm", note=reference(each.field.cite)),
    )


def _shortened(source: Source | None) -> Source | None:
    """A document by the beginning of its digest; the files hold all of it."""
    return Source("document", short(source.ref)) if source and source.kind == "document" else source


def _paper(form: FilledForm) -> bytes:
    shown = _sheet(form) | {
        "above_left": form.subject,
        "above_right": form.known_by.isoformat(),
        "below_left": _("A layout of this platform, not the regulator's official form."),
        "made": f"{form.known_by.isoformat()}T00:00:00+00:00",
    }
    return print_pdf("portal/event_form_paper.html", shown, title=said(form.edition.title), lang=language())
