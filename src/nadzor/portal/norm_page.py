# SPDX-License-Identifier: Apache-2.0
"""One norm: all its editions, what is disputed or unread, and a calculator that shows its arithmetic."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from nadzor.base import clock
from nadzor.law.faults import TERMS
from nadzor.law.load import acts, in_force, norms, resolve
from nadzor.law.missing import why_missing
from nadzor.law.norm import Entry, NormUnknown, Value
from nadzor.portal import norms as listing
from nadzor.portal.norm_sum import sum_of
from nadzor.portal.norm_words import status_state, unit_label, value_words
from nadzor.portal.sheets import Cell, Crumb, Fact, Line, State, Table, columns, line
from nadzor.portal.words import day, reference, said


def page(request: HttpRequest, key: str) -> HttpResponse:
    """A norm by its key; a fact's number leads to it, a number that several share to a choice."""
    try:
        found = resolve(key)
    except NormUnknown as unknown:
        raise Http404(key) from unknown
    if len(found) > 1:
        return listing.several(request, key, found)
    if found[0] != key:
        query = request.GET.urlencode()
        return redirect(reverse("norm", args=found) + (f"?{query}" if query else ""))
    return render(request, "portal/norm.html", _context(request, key))


def _context(request: HttpRequest, key: str) -> dict[str, object]:
    act, entry = norms()[key]
    today = clock.today()
    current = in_force(entry.values, today)
    labels = (_("In force from"), _("until (exclusive)"), _("Value"), _("Citation"), _("How well known"))
    lines = [_edition(entry, value, is_current=value is current) for value in reversed(entry.values)]
    return {
        "title": said(entry.what),
        "marks": _marks(entry, current),
        "facts": _facts(key, act, entry),
        "table": Table(_("Editions"), columns(*labels), lines) if lines else None,
        "items": _items(current),
        "why_missing": None if current else said(why_missing(entry, today)),
        "is_doubtful": bool(current and current.status == "unverified"),
        "hole": said(entry.hole) if entry.hole else "",
        "conflicts": [listing.doubt(each) for each in entry.conflicts],
        "sum": sum_of(request.GET, key, entry) if entry.unit in TERMS and entry.values else None,
        "crumbs": [Crumb(_("Norms"), reverse("norms")), Crumb(entry.fact or key)],
    }


def _items(current: Value | None) -> list[str]:
    listed = current.value if current and isinstance(current.value, tuple) else ()
    return [said(item) for item in listed]


def _marks(entry: Entry, current: Value | None) -> list[State]:
    if current is None:
        return [State(_("no norm in force"), "alarm")]
    disputed = [State(_("sources differ"), "warn")] if entry.conflicts else []
    return [status_state(current.status), *disputed]


def _facts(key: str, act: str, entry: Entry) -> list[Fact]:
    title = next(each.title for each in acts() if each.act == act)
    return [
        Fact(_("Act"), said(title), href=f"{reverse('norms')}#{act}"),
        Fact(_("Unit"), unit_label(entry.unit)),
        *_term(entry),
        *_transition(entry),
        Fact(_("Checked"), day(entry.checked.day), note=reference(entry.checked.by)),
        Fact(_("To be looked at again"), day(entry.checked.next)),
        *([Fact(_("Number in the fact sheet"), entry.fact)] if entry.fact else []),
        Fact(_("Key"), key, mono=True),
    ]


def _term(entry: Entry) -> list[Fact]:
    if entry.term is None:
        return []
    return [
        Fact(_("Who must act"), said(entry.term.actor)),
        Fact(_("The clock starts"), said(entry.term.starts)),
        Fact(_("If it is missed"), said(entry.term.missed)),
    ]


def _transition(entry: Entry) -> list[Fact]:
    kept = [
        Fact(
            _("Transitional rule"),
            _("What was filed from %(start)s and before %(end)s finishes under that edition.")
            % {"start": day(value.start), "end": day(value.until)},
        )
        for value in entry.values
        if value.finishes
    ]
    return [*kept, *([Fact(_("What follows"), said(entry.successor))] if entry.successor else [])]


def _edition(entry: Entry, value: Value, *, is_current: bool) -> Line:
    known = status_state(value.status)
    cells = (
        day(value.start),
        day(value.until),
        Cell(_worth(entry, value), note=said(value.note) if value.note else ""),
        reference(value.cite),
        Cell(known.label, state=known.tone),
    )
    return line(*cells, is_current=is_current)


def _worth(entry: Entry, value: Value) -> str:
    if isinstance(value.value, tuple):
        count = len(value.value)
        return ngettext("a list of %(n)s item", "a list of %(n)s items", count) % {"n": count}
    return value_words(value.value, entry.unit)
