# SPDX-License-Identifier: Apache-2.0
"""Why this date: the derivation of one clock of a filing, line by line, and what would become of it if."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from msgspec import Struct

from nadzor.base import clock
from nadzor.base.problems import Refusal
from nadzor.portal.choices import Choice, choices
from nadzor.portal.dues import Due, days, doubt, due_of, role_label, what_of
from nadzor.portal.filing_labels import filing_state
from nadzor.portal.frame import person_of
from nadzor.portal.sheets import Chip, Crumb, Fact
from nadzor.portal.words import day, language, reference, said
from nadzor.procedures.catalogue import PROCEDURES
from nadzor.procedures.clocks import Run, Step, late, what_if
from nadzor.procedures.moves import BACK, Procedure, moves_from
from nadzor.procedures.run import Line
from nadzor.procedures.steps import lands_at
from nadzor.procedures.words import words
from nadzor.register import filings
from nadzor.register.filing_cards import FilingCard


class Reason(Struct, frozen=True):
    """One line of a derivation and the norm it rests on."""

    text: str
    norm: Chip | None


def page(request: HttpRequest, number: str, index: int) -> HttpResponse:
    """One clock of a filing: its last day, every line that leads to it, and the question what if."""
    today = clock.today()
    card = filings.filing(person_of(request), number, today=today)
    if index >= len(card.runs):
        raise Refusal("filing.clock-unknown")
    run = card.runs[index]
    page = {
        "title": what_of(run),
        "lede": f"{said(card.row.title)} · {card.row.maker.name(language())}",
        "state": filing_state(card.row.procedure, card.row.state),
        "unknown": doubt(run) if run.state == "unknown" else "",
        "due": due_of(run, filing=number, index=index, filed=card.row.filed_on),
        "facts": _facts(run, today),
        "reasons": reasons(run),
        "what_if": _what_if(request, card, index, today),
        "crumbs": [
            Crumb(_("Filings"), reverse("filings")),
            Crumb(number, reverse("filing", args=[number])),
            Crumb(_("Why this date")),
        ],
    }
    return render(request, "portal/clock.html", page)


def reasons(run: Run) -> list[Reason]:
    """A derivation as it is printed."""
    return [Reason(said(line.text), _chip(line)) for line in run.derivation]


def _chip(line: Line) -> Chip | None:
    if not line.cite:
        return None
    return Chip(reference(line.cite), reverse("norm", args=[line.key]) if line.key else reverse("norms"))


def _facts(run: Run, today: date) -> list[Fact]:
    over = late(run, today)
    found = [
        Fact(_("The clock started"), day(run.started)),
        Fact(_("Whose clock"), role_label(run.responsible)),
        Fact(_("Stopped"), day(run.stopped) if run.stopped else _("still open")),
    ]
    if over:
        found.append(Fact(_("Late by"), days(over, run), state="alarm"))
    if run.earliest and run.latest and run.earliest != run.latest:
        found.append(Fact(_("Had nothing stood still"), day(run.earliest)))
        found.append(Fact(_("If every pause holds"), day(run.latest)))
    return found


class Guess(Struct, frozen=True):
    """The form of a what-if, and its answer when one was asked for."""

    verbs: Choice
    on: str
    due: Due | None
    reasons: Sequence[Reason]
    error: str


def _what_if(request: HttpRequest, card: FilingCard, index: int, today: date) -> Guess | None:
    procedure = PROCEDURES[card.row.procedure]
    said_verbs = words()[procedure.name].verbs
    open_moves = {move.verb: said(said_verbs[move.verb]) for move in moves_from(procedure, card.row.state)}
    if not open_moves:
        return None
    verb, on = request.GET.get("verb", ""), request.GET.get("on", "")
    form = choices("verb", _("If this happens"), verb, open_moves)
    if verb not in open_moves:
        return Guess(form, today.isoformat(), None, [], "")
    try:
        run = _guessed(procedure, card, index, verb=verb, on=date.fromisoformat(on))
    except ValueError:
        return Guess(
            form, on, None, [], _("Write the day as 2026-12-31; it cannot lie before the last step.")
        )
    due = due_of(run, filing=card.row.number, index=index, filed=card.row.filed_on)
    return Guess(form, on, due, reasons(run), "")


def _guessed(procedure: Procedure, card: FilingCard, index: int, *, verb: str, on: date) -> Run:
    steps = [Step(s.verb, s.start, s.to, s.on, s.role, s.because) for s in card.steps]
    if steps and on < steps[-1].on:
        raise ValueError("before the last step")
    move = next(each for each in moves_from(procedure, card.row.state) if each.verb == verb)
    to = lands_at(move, steps) if move.to == BACK else move.to
    step = Step(verb, card.row.state, to, on, move.by[0])
    return what_if(procedure, steps, [step], today=on, filed=card.row.filed_on)[index]
