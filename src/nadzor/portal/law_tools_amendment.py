# SPDX-License-Identifier: Apache-2.0
"""How is a change made?  The decision tree of the Rules as ticks: procedure, time limit, what is disputed."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from datetime import date

import msgspec
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from msgspec import Struct

from nadzor.base import clock
from nadzor.base.problems import Refusal, title
from nadzor.law.answer import Noted
from nadzor.law.deadline import deadline
from nadzor.law.load import norm
from nadzor.law.norm import NormMissing
from nadzor.law.wording import limit
from nadzor.portal.fields import Ticks, ticks, wrongs
from nadzor.portal.law_marks import Link, RuleSheet, norm_href, open_links, rule_sheet, sentence
from nadzor.portal.norm_words import status_state
from nadzor.portal.sheets import Chip, State
from nadzor.portal.words import day, language, reference, said
from nadzor.procedures.rules.amendment_route import Alternative, Facts, Ground, Route, route, words
from nadzor.workdays.calendar import CalendarMissing

TRUTH = {"yes": True, "no": False}


class Reason(Struct, frozen=True):
    """One sentence of the answer and its rule."""

    text: str
    rule: RuleSheet


class Other(Struct, frozen=True):
    """Another way that is open, and why."""

    name: str
    why: Reason


class Limit(Struct, frozen=True):
    """The time limit of the procedure; `why` says why it is not known."""

    text: str
    starts: str
    chip: Chip
    known: State | None
    due: str = ""
    why: str = ""


class Dispute(Struct, frozen=True):
    """What the sources disagree about: what we count by, and what one reads elsewhere."""

    key: str
    topic: str
    seed: str
    outside: str


class RouteSheet(Struct, frozen=True, kw_only=True):
    """The answer as the page prints it."""

    title: str
    state: State
    reasons: Sequence[Reason]
    limit: Limit
    disputed: Sequence[Dispute]
    others: Sequence[Other]
    on: str
    next: Sequence[Link]


def page(request: HttpRequest) -> HttpResponse:
    """The form as an address, and the answer above it."""
    found, faults = _answer(request.GET)
    fields = amendment_fields(request.GET, faults)
    context = {
        "fields": fields,
        "errors": wrongs(*fields),
        "sheet": route_sheet(found) if found else None,
    }
    return render(request, "portal/law_amendment.html", context)


def amendment_fields(given: QueryDict, faults: dict[str, str]) -> list[Ticks]:
    """The questions of the form, filled in as the address says."""
    changes = {key: sentence(said(text)) for key, text in words().changes.items()}
    yes_no = {"yes": _("Yes"), "no": _("No")}
    only = _("Needed only when nothing but the version numbering changes.")
    return [
        Ticks(
            name="changes",
            legend=_("What changes?"),
            hint=_("Mark everything that one application is to change."),
            ticks=ticks(changes, given.getlist("changes")),
            error=faults.get("changes", ""),
            is_many=True,
        ),
        Ticks(
            name="ai",
            legend=_("Does the software use artificial intelligence?"),
            hint=only,
            ticks=ticks(yes_no, [given.get("ai", "")]),
            error=faults.get("ai", ""),
        ),
        Ticks(
            name="transmits",
            legend=_("Does it transmit operation data to the regulator by a built-in function?"),
            hint=only,
            ticks=ticks(yes_no, [given.get("transmits", "")]),
            error=faults.get("transmits", ""),
        ),
    ]


def route_sheet(found: Route) -> RouteSheet:
    """A route in this request's language."""
    settled = State(_("by rule"), "good")
    return RouteSheet(
        title=sentence(said(found.name)),
        state=settled if found.settled else State(_("a person confirms it"), "warn"),
        reasons=[_reason(each) for each in found.reasons],
        limit=limit_of(found.term, found.on),
        disputed=[_disputed(note) for note in found.conflicts],
        others=[_other(each) for each in found.alternatives],
        on=day(found.on),
        next=open_links(_next(found)),
    )


def limit_of(key: str, on: date) -> Limit:
    """The time limit of a procedure, or why nobody can name it."""
    try:
        term = norm(key, on)
    except NormMissing as missing:
        return Limit("", "", Chip(key, norm_href(key, on)), None, why=title(missing, language()))
    starts = said(term.term.starts) if term.term else ""
    chip = Chip(reference(term.cite), norm_href(key, on))
    return Limit(said(limit(term)), starts, chip, status_state(term.status), due=_due(key, on))


def _due(key: str, on: date) -> str:
    """The last day if the clock started on this one; nothing beyond the loaded calendar."""
    with suppress(CalendarMissing):
        found = deadline(key, on).due
        return day(found) if found else ""
    return ""


def _answer(given: QueryDict) -> tuple[Route | None, dict[str, str]]:
    if not given:
        return None, {}
    try:
        return route(_facts(given), clock.today()), {}
    except Refusal as refusal:
        field = (refusal.at or "").removeprefix("$.")
        if field not in _missing():
            raise
        return None, {field: _missing()[field]}


def _facts(given: QueryDict) -> Facts:
    known = [key for key in words().changes if key in given.getlist("changes")]
    told = {name: TRUTH.get(given.get(name, "")) for name in ("ai", "transmits")}
    return msgspec.convert({"changes": known, **told}, Facts)


def _missing() -> dict[str, str]:
    return {
        "changes": _("Mark at least one change."),
        "ai": _("Say whether the software uses artificial intelligence: the simplified procedure needs it."),
        "transmits": _(
            "Say whether the transmission function is built in: the simplified procedure needs it."
        ),
    }


def _disputed(note: Noted) -> Dispute:
    return Dispute(note.key, said(note.topic), said(note.seed), said(note.outside))


def _reason(ground: Ground) -> Reason:
    return Reason(said(ground.text), rule_sheet(ground.rule))


def _other(each: Alternative) -> Other:
    return Other(sentence(said(each.name)), _reason(each.why))


def _next(found: Route) -> list[Link]:
    links = [
        Link(
            _("Prepare the application"), f"/filings/new/?procedure={found.procedure}", _("in your account")
        ),
        Link(_("See how the procedure goes"), f"/procedures/{found.procedure}/"),
    ]
    act = "registration" if found.procedure == "amendment_new_registration" else found.procedure
    return [*links, Link(_("Count the state duty"), f"{reverse('law-duty')}?act={act}&class=3")]
