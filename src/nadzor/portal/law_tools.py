# SPDX-License-Identifier: Apache-2.0
"""Which risk class?  By rule for AI; otherwise a proposal from an unverified table, settled by an officer."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import msgspec
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from msgspec import Struct

from nadzor.base import clock
from nadzor.base.problems import Refusal
from nadzor.portal.fields import Ticks, ticks, wrongs
from nadzor.portal.law_marks import Link, RuleSheet, norm_mark, open_links, rule_sheet
from nadzor.portal.norm_words import status_state
from nadzor.portal.sheets import Cell, State, Table, columns, line
from nadzor.portal.words import day, reference, said
from nadzor.procedures.rules.risk_class import Classification, Facts, Ground, classify, matrix
from nadzor.procedures.rules.rule import RISK_CLASSES, rule

TRUTH: Final = {"yes": True, "no": False}
#: The norms of the two inputs of the table, and of several classes fitting.
INPUTS: Final = ("R-031", "R-032", "R-036")
#: Where a refusal of the rule points to, and the field of the form that mends it.
PLACES: Final = {"$.ai": "ai", "$.information": "information", "$.categories": "categories"}


class Reason(Struct, frozen=True):
    """One sentence of the answer: its rule, or the citation and mark of what is no norm."""

    text: str
    rule: RuleSheet | None
    cite: str
    known: State


class ClassSheet(Struct, frozen=True, kw_only=True):
    """The class as the page prints it."""

    title: str
    name: str
    state: State
    reasons: Sequence[Reason]
    on: str
    next: Sequence[Link]


def page(request: HttpRequest) -> HttpResponse:
    """The form as an address: what was asked can be sent to somebody else."""
    found, faults = _answer(request.GET)
    fields = class_fields(request.GET, faults)
    context = {
        "fields": fields,
        "errors": wrongs(*fields),
        "sheet": class_sheet(found) if found else None,
        "table": matrix_table(found),
        "known": status_state(matrix().status),
        "cite": reference(matrix().cite),
        "inputs": [norm_mark(rule(fact, clock.today())) for fact in INPUTS],
    }
    return render(request, "portal/law_class.html", context)


def class_fields(given: QueryDict, faults: dict[str, str]) -> list[Ticks]:
    """The questions of the form, filled in as the address says."""
    yes_no = {"yes": _("Yes"), "no": _("No")}
    table = matrix()
    return [
        _field("device", _("Is the software a medical device?"), yes_no, given, faults),
        _field("ai", _("Does it use artificial intelligence?"), yes_no, given, faults),
        _many(
            "information",
            _("What information does it process?"),
            {key: f"{key}: {said(text)}" for key, text in table.information.items()},
            given,
            faults,
        ),
        _many(
            "categories",
            _("Under which conditions is it used?"),
            {key: f"{key}: {said(text)}" for key, text in table.categories.items()},
            given,
            faults,
        ),
    ]


def class_sheet(found: Classification) -> ClassSheet:
    """A class in this request's language."""
    if found.risk_class is None:
        title, state = _("No class"), State(_("by rule"), "calm")
    elif found.final:
        title, state = _("Class %(c)s") % {"c": found.risk_class}, State(_("by rule"), "good")
    else:
        title = _("Proposal: class %(c)s") % {"c": found.risk_class}
        state = State(_("not final: a named officer settles it"), "warn")
    return ClassSheet(
        title=title,
        name=said(found.name) if found.name else "",
        state=state,
        reasons=[_reason(each) for each in found.reasons],
        on=day(found.on),
        next=open_links(_next(found)),
    )


def matrix_table(found: Classification | None) -> Table:
    """The class table as far as it is known; the fields that fit are marked."""
    table = matrix()
    fits = {(cell.information, cell.category) for cell in found.cells} if found else set()
    head = columns(_("Information"), *table.categories)
    lines = [
        line(
            Cell(information),
            *[
                Cell(risk_class, note=_("fits") if (information, category) in fits else "")
                for category, risk_class in row.items()
            ],
        )
        for information, row in table.classes.items()
    ]
    return Table(_("Class by information (rows) and category (columns)"), head, lines, caption_hidden=False)


def _answer(given: QueryDict) -> tuple[Classification | None, dict[str, str]]:
    if not given:
        return None, {}
    if given.get("device") not in TRUTH:
        return None, {"device": _("Say whether it is a medical device. The interview helps to find out.")}
    try:
        return classify(_facts(given), clock.today()), {}
    except Refusal as refusal:
        if refusal.at not in PLACES:
            raise
        return None, {PLACES[refusal.at]: _missing()[PLACES[refusal.at]]}


def _facts(given: QueryDict) -> Facts:
    table = matrix()
    return msgspec.convert(
        {
            "device": TRUTH[given["device"]],
            "ai": TRUTH.get(given.get("ai", "")),
            "information": [key for key in table.information if key in given.getlist("information")],
            "categories": [key for key in table.categories if key in given.getlist("categories")],
            "works_with": given.get("works_with") if given.get("works_with") in RISK_CLASSES else None,
        },
        Facts,
    )


def _missing() -> dict[str, str]:
    return {
        "ai": _("Say whether it uses artificial intelligence: with it the class is 3 always."),
        "information": _("Mark the information it processes: the proposal needs it."),
        "categories": _("Mark the conditions of use: the proposal needs them."),
    }


def _field(name: str, legend: str, values: dict[str, str], given: QueryDict, faults: dict[str, str]) -> Ticks:
    boxes = ticks(values, given.getlist(name)[:1])
    return Ticks(name=name, legend=legend, ticks=boxes, error=faults.get(name, ""))


def _many(name: str, legend: str, values: dict[str, str], given: QueryDict, faults: dict[str, str]) -> Ticks:
    hint = _("Only without artificial intelligence. Mark all that fit: the highest class is taken.")
    boxes = ticks(values, given.getlist(name))
    return Ticks(name=name, legend=legend, ticks=boxes, hint=hint, error=faults.get(name, ""), is_many=True)


def _reason(ground: Ground) -> Reason:
    rule = rule_sheet(ground.rule) if ground.rule else None
    return Reason(said(ground.text), rule, reference(ground.cite), status_state(ground.status))


def _next(found: Classification) -> list[Link]:
    if found.risk_class is None:
        return [Link(_("Is it a medical device? The interview"), reverse("qualify"))]
    duty = f"{reverse('law-duty')}?act=registration&class={found.risk_class}"
    return [
        Link(_("Count the state duty"), duty, _("item by item, with the norm of each")),
        Link(_("Prepare an application for registration"), "/filings/new/", _("an account is needed")),
    ]
