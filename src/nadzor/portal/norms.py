# SPDX-License-Identifier: Apache-2.0
"""The norms the platform computes with: each with its editions, citations and who checked them."""

from __future__ import annotations

from datetime import date

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from nadzor.base import clock
from nadzor.law.load import acts, in_force, norms
from nadzor.law.norm import Entry, Value
from nadzor.portal.sheets import Cell, Column, Crumb, Fact, Line, State, Table, columns, line
from nadzor.portal.words import NOTHING, day, said


def index(request: HttpRequest) -> HttpResponse:
    """Every act and what is taken from it, as in force today."""
    today = clock.today()
    tables = [
        Table(
            said(act.title),
            _head(),
            [_norm_line(key, entry, today) for key, entry in act.norms.items()],
            caption_hidden=False,
        )
        for act in acts()
    ]
    return render(request, "portal/norms.html", {"tables": tables, "today": day(today)})


def one(request: HttpRequest, key: str) -> HttpResponse:
    """One norm and all its editions."""
    if key not in norms():
        raise Http404(key)
    act, entry = norms()[key]
    current = in_force(entry.values, clock.today())
    lines = [_edition(value, is_current=value is current) for value in reversed(entry.values)]
    labels = (_("In force from"), _("until (exclusive)"), _("Value"), _("Citation"), _("How well known"))
    page = {
        "title": said(entry.what),
        "facts": _facts(key, act, entry),
        "table": Table(_("Editions"), columns(*labels, numbers=(2,)), lines),
        "is_missing": current is None,
        "crumbs": [Crumb(_("Norms"), reverse("norms")), Crumb(key)],
    }
    return render(request, "portal/norm.html", page)


def _facts(key: str, act: str, entry: Entry) -> list[Fact]:
    title = next(each.title for each in acts() if each.act == act)
    return [
        Fact(_("Act"), said(title)),
        Fact(_("Unit"), unit_label(entry.unit)),
        Fact(_("Checked"), day(entry.checked.day), note=entry.checked.by),
        Fact(_("To be looked at again"), day(entry.checked.next)),
        Fact(_("Key"), key, mono=True),
    ]


def status_state(status: str) -> State:
    """How well a norm is known."""
    states = {
        "seed": State(_("verified by the founding text"), "good"),
        "read": State(_("read in the act"), "good"),
        "reported": State(_("reported by others"), "warn"),
        "unverified": State(_("not verified"), "warn"),
        "house": State(_("our own rule, not law"), "calm"),
    }
    return states.get(status, State(status))


def unit_label(unit: str) -> str:
    """The unit of a norm's value."""
    units = {
        "working_day": _("working days"),
        "calendar_day": _("calendar days"),
        "period": _("period"),
        "organisations": _("organisations"),
        "studies": _("studies"),
        "percent": _("per cent"),
    }
    return units.get(unit, unit)


def _head() -> list[Column]:
    return columns(_("Norm"), _("Value today"), _("Unit"), _("Citation"), _("How well known"), numbers=(1,))


def _norm_line(key: str, entry: Entry, today: date) -> Line:
    value = in_force(entry.values, today)
    name = Cell(said(entry.what), href=reverse("norm", args=[key]))
    if value is None:
        return line(name, NOTHING, unit_label(entry.unit), "", Cell(_("no norm in force"), state="alarm"))
    known = status_state(value.status)
    return line(name, _value(value), unit_label(entry.unit), value.cite, Cell(known.label, state=known.tone))


def _edition(value: Value, *, is_current: bool) -> Line:
    known = status_state(value.status)
    cells = (
        day(value.start),
        day(value.until),
        _value(value),
        value.cite,
        Cell(known.label, state=known.tone),
    )
    return line(*cells, is_current=is_current)


def _value(value: Value) -> str:
    """A number as it is; a worded value in words."""
    worded = {"month": _("a month")}
    return worded.get(str(value.value), str(value.value))
