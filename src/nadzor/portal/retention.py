# SPDX-License-Identifier: Apache-2.0
"""What was kept for its term: classes and their norms, months that are due, what a hold keeps."""

from __future__ import annotations

from typing import Any, Final

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from nadzor.actions.list_due import OPERATION, ClassCard, Due, DueShelf, ask_for_shelves, list_due
from nadzor.actions.opening_rows import BECAUSE_MAX
from nadzor.base import clock
from nadzor.base.problems import Refusal, problem
from nadzor.people.queries import Person
from nadzor.people.roles import Role
from nadzor.portal.chips import norm_chip
from nadzor.portal.desks import asker
from nadzor.portal.filing_deeds import told
from nadzor.portal.frame import house
from nadzor.portal.inputs import Input, boxes, prose, summary
from nadzor.portal.refused_deeds import note_refused
from nadzor.portal.sheets import Cell, Line, Table, columns, line
from nadzor.portal.words import NOTHING, number
from nadzor.records.shredding import may_order

CHOSEN_MAX: Final = 500


def page(request: HttpRequest) -> HttpResponse:
    """Classes for all who may enter; months for those who may order or examine."""
    return _page(request)


def ask(request: HttpRequest) -> HttpResponse:
    """Orders to destroy for the chosen months; a second person decides on each."""
    chosen, because = set(request.POST.getlist("shelf")[:CHOSEN_MAX]), request.POST.get("because", "")
    try:
        asked = ask_for_shelves(house(), chosen, by=asker(request), because=because, now=clock.now())
    except Refusal as refusal:
        note_refused(request, refusal, verb="shred")
        if refusal.code not in {"vault.because", "vault.because-personal"}:
            raise
        return _page(request, told(refusal), status=problem(refusal.code).status)
    messages.success(request, _asked(asked))
    return redirect("retention")


def _asked(count: int) -> str:
    return ngettext(
        "%(n)s order waits for a second person.", "%(n)s orders wait for a second person.", count
    ) % {"n": number(count)}


def _page(request: HttpRequest, wrong: str = "", *, status: int = 200) -> HttpResponse:
    who, found = asker(request), list_due(house(), now=clock.now())
    grounds = prose(
        "because", _("Grounds"), longest=BECAUSE_MAX, error=wrong,
        value=request.POST.get("because", "")[: 2 * BECAUSE_MAX],
    )  # fmt: skip
    due = [one for one in found.shelves if one.fate == "due"] if _sees_months(who) else []
    shown: dict[str, Any] = {
        "classes": _classes(found),
        "due": due,
        "others": _others(found.shelves) if _sees_months(who) else None,
        "fields": [_boxes(request, due), grounds] if due and may_order(who) else [],
        "errors": summary([grounds]),
    }
    return render(request, "portal/retention.html", shown, status=status)


def _sees_months(who: Person) -> bool:
    """The operator runs the machine and reads numbers alone."""
    return who.role is not Role.OPERATOR


def _boxes(request: HttpRequest, due: list[DueShelf]) -> Input:
    """Months to choose from."""
    values = {one.key: f"{one.month} · {one.installation}" for one in due}
    return boxes("shelf", _("Months to be destroyed"), values, request.POST.getlist("shelf"))


def _classes(found: Due) -> Table:
    head = columns(_("Class"), _("Kept for"), _("Due"), _("Held"), numbers=(2, 3))
    return Table(_("Classes"), head, [_class(one, found) for one in found.classes], note=_caveat())


def _class(one: ClassCard, found: Due) -> Line:
    """One class: its name, term, norm, what is due and what is held."""
    chip = norm_chip(one.norm, found.on)
    return line(
        class_name(one.name),
        Cell(_term(one), href=chip.href, note=chip.text, wraps=True)
        if chip
        else Cell(_term(one), wraps=True),
        NOTHING if one.due is None else number(one.due),
        number(one.held) if one.name == OPERATION else NOTHING,
    )


def _caveat() -> str:
    return _(
        "A dash is not zero: the class has no end, has no norm in force, or is not counted here. Backups are "
        "counted by whoever can read them."
    )


def class_name(name: str) -> str:
    """A class as people call it."""
    return {
        "operation": _("Reports of single studies"),
        "aggregates": _("Rollups"),
        "adverse_events": _("Closed adverse events"),
        "filings": _("Files of registration"),
        "audit": _("Deeds and heads of logs"),
        "sessions": _("Ended sessions and tokens"),
        "backups": _("Backups"),
    }[name]


def _term(one: ClassCard) -> str:
    if one.status == "missing":
        return _("no norm in force: nothing is due")
    if one.term is None:
        return _("without an end")
    if one.unit == "month":
        return ngettext("%(n)s month", "%(n)s months", one.term) % {"n": number(one.term)}
    return ngettext("%(n)s day", "%(n)s days", one.term) % {"n": number(one.term)}


def _others(shelves: tuple[DueShelf, ...]) -> Table | None:
    """Months whose term is over and for which nothing is to be asked now."""
    rest = [one for one in shelves if one.fate != "due"]
    if not rest:
        return None
    head = columns(_("Month"), _("Installation"), _("Events"), _("State"), numbers=(2,))
    return Table(_("Held, asked for, destroyed"), head, [_other(one) for one in rest])


def _other(one: DueShelf) -> Line:
    states = {
        "held": Cell(_("held"), state="warn", note=", ".join(map(str, one.holds))),
        "asked": Cell(_("an order waits"), state="calm"),
        "destroyed": Cell(_("destroyed")),
    }
    return line(one.month, Cell(one.installation, mono=True), number(one.events), states[one.fate])
