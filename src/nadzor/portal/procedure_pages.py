# SPDX-License-Identifier: Apache-2.0
"""Procedures, open to everyone: each drawn and told from the very table the platform works by."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Final

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from msgspec import Struct

from nadzor.base import clock
from nadzor.law.norm import NormMissing
from nadzor.portal import norms as law
from nadzor.portal.law_tools_duty import BillSheet, bill_sheet
from nadzor.portal.procedure_sheets import acts, conflicts_of, limits, matrix, norm_fact
from nadzor.portal.sheets import Chip, Crumb
from nadzor.portal.words import day, language, number, said
from nadzor.procedures.catalogue import PROCEDURES
from nadzor.procedures.drawing import svg
from nadzor.procedures.moves import Procedure
from nadzor.procedures.routes import ROUTES, STANDARD, Route
from nadzor.procedures.rules.duties import Act, duty
from nadzor.procedures.words import words

#: Which act's duties a procedure is paid by; the others are free or paid elsewhere.
DUTIES: Final[dict[str, Act]] = {
    "registration_simplified": "registration",
    "registration_accelerated": "registration",
    "amendment_version": "amendment_version",
    "amendment_plain": "amendment_plain",
    "amendment_expertise": "amendment_expertise",
}
PIECES: Final = ("expertise", "objections")
CHANGES: Final = (
    "amendment_version", "amendment_plain", "amendment_expertise", "amendment_new_registration",
)  # fmt: skip
IN_USE: Final = ("transmission", "adverse_event", "monitoring", "signal", "case", "cancellation")


class Entry(Struct, frozen=True, kw_only=True):
    """One procedure in the list."""

    title: str
    href: str
    line: str
    norms: Sequence[Chip] = ()
    closed: bool = False


class Group(Struct, frozen=True):
    """Procedures of one kind."""

    title: str
    entries: Sequence[Entry]


def index(request: HttpRequest) -> HttpResponse:
    """Every procedure, the way that software cannot take among them."""
    today = clock.today()
    groups = [
        Group(_("Ways to registration"), [_route(route, today) for route in ROUTES]),
        Group(_("Pieces of several procedures"), [_entry(name) for name in PIECES]),
        Group(_("Changes of what is registered"), [_entry(name) for name in CHANGES]),
        Group(_("While the device is used"), [_entry(name) for name in IN_USE]),
    ]
    return render(request, "portal/procedures.html", {"groups": groups, "today": day(today)})


def page(request: HttpRequest, name: str) -> HttpResponse:
    """One procedure whole: drawing, limits, moves in words, permissions, cost, what is disputed."""
    if name not in PROCEDURES:
        raise Http404(name)
    procedure, today = PROCEDURES[name], clock.today()
    route = next((each for each in ROUTES if each.procedure == name), None)
    shown = {
        "title": said(words()[name].title),
        "lede": summary(procedure),
        "today": day(today),
        "drawing": drawn(procedure),
        "limits": limits(procedure, today),
        "acts": acts(procedure, today),
        "matrix": matrix(procedure),
        "bill": _bill(name, today),
        "route": [norm_fact(key, today) for key in route.norms] if route else [],
        "standard": said(STANDARD.title) if route else "",
        "inside": [_entry(each) for each in _inside(procedure)],
        "conflicts": [law.doubt(each) for each in conflicts_of(procedure, route.conflicts if route else ())],
        "crumbs": [Crumb(_("Procedures"), reverse("procedures")), Crumb(said(words()[name].title))],
    }
    return render(request, "portal/procedure.html", shown)


def drawn(procedure: Procedure) -> SafeString:
    """The picture; its words are escaped where it is drawn."""
    return mark_safe(svg(procedure, language()))  # type: ignore[arg-type]  # noqa: S308


def summary(procedure: Procedure) -> str:
    """How large a procedure is, in one line."""
    states, moves = len(procedure.states), len(procedure.verbs)
    clocks = len({key for move in procedure.moves for key in move.starts})
    parts = (
        ngettext("%(n)s state", "%(n)s states", states) % {"n": number(states)},
        ngettext("%(n)s kind of move", "%(n)s kinds of moves", moves) % {"n": number(moves)},
        ngettext("%(n)s time limit", "%(n)s time limits", clocks) % {"n": number(clocks)}
        if clocks
        else _("no limit of the law runs"),
    )
    return " · ".join(parts)


def _entry(name: str) -> Entry:
    title, href = said(words()[name].title), reverse("procedure", args=[name])
    return Entry(title=title, href=href, line=summary(PROCEDURES[name]))


def _route(route: Route, today: date) -> Entry:
    chips = [norm_fact(key, today) for key in route.norms]
    if not route.for_software:
        words_of = _("Shown because the decree has it: no application about software starts here.")
        return Entry(title=said(route.title), href="", line=words_of, norms=chips, closed=True)
    told = _entry(route.procedure)
    return Entry(title=said(route.title), href=told.href, line=told.line, norms=chips)


def _inside(procedure: Procedure) -> list[str]:
    """The procedures that a piece is part of: those whose table has every one of its moves' verbs."""
    if procedure.name not in PIECES:
        return []
    own = set(procedure.verbs)
    return [name for name, each in PROCEDURES.items() if name != procedure.name and own <= set(each.verbs)]


def _bill(name: str, today: date) -> BillSheet | None:
    """What it costs today; nothing where no duty is known: the page of duties says why."""
    if name not in DUTIES:
        return None
    try:
        return bill_sheet(duty(DUTIES[name], "3", today))
    except NormMissing:
        return None
