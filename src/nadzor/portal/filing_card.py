# SPDX-License-Identifier: Apache-2.0
"""The card of a filing: whose turn and until when, the way so far and ahead, clocks, papers, letters."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from msgspec import Struct

from nadzor.base import clock
from nadzor.base.problems import Refusal
from nadzor.people.queries import Person
from nadzor.portal.case_card import desk
from nadzor.portal.chips import norm_chip
from nadzor.portal.dues import Due, due_of
from nadzor.portal.filing_evidence import FORM, evidence_inputs
from nadzor.portal.filing_history import ahead, past
from nadzor.portal.filing_labels import filing_state, procedure_label, turn_label
from nadzor.portal.filing_moves import Typed, errors_of, move_forms
from nadzor.portal.filing_papers import FORM as PAPER
from nadzor.portal.filing_papers import paper_inputs
from nadzor.portal.filing_records import breaches, evidence_table, paper_table, seals, submissions
from nadzor.portal.frame import person_of
from nadzor.portal.sheets import Chip, Crumb, Fact, State
from nadzor.portal.words import day, language, moment, said
from nadzor.procedures.clocks import next_due
from nadzor.procedures.rules.soundness import ACTS
from nadzor.register import filings, gate
from nadzor.register import queries as register
from nadzor.register.filing_cards import FilingCard, Flag, LetterCard


class Warning(Struct, frozen=True):
    """Something to know before anybody moves the filing, and the filings it speaks of."""

    text: str
    filings: Sequence[tuple[str, str]] = ()


class Clock(Struct, frozen=True, kw_only=True):
    """One time limit as the card lists it."""

    anchor: str
    due: Due
    started: str
    stopped: str


class Proof(Struct, frozen=True):
    """One sentence of the gate's evidence and the norm it rests on."""

    text: str
    norm: Chip | None
    state: State | None


class Letter(Struct, frozen=True):
    """A letter in the card's list."""

    href: str
    title: str
    at: str
    to: str


def page(request: HttpRequest, number: str) -> HttpResponse:
    """The card of one filing."""
    today = clock.today()
    card = filings.filing(person_of(request), number, today=today)
    return render(request, "portal/filing.html", card_page(person_of(request), card, today=today))


def next_clock(request: HttpRequest, number: str) -> HttpResponse:
    """The arithmetic of the clock that ends first.

    Raises: Refusal filing.clock-unknown when none is open.
    """
    card = filings.filing(person_of(request), number, today=clock.today())
    run = next_due(card.runs)
    if run is None:
        raise Refusal("filing.clock-unknown")
    return redirect("filing-clock", number=number, index=card.runs.index(run))


def card_page(
    who: Person | None, card: FilingCard, *, today: date, typed: Typed | None = None
) -> dict[str, Any]:
    """Everything the card shows; `typed` is a form of it that came back."""
    return _read(card) | _done(who, card, typed or Typed(), today=today)


def _done(who: Person | None, card: FilingCard, typed: Typed, *, today: date) -> dict[str, Any]:
    """What this person may do here."""
    forms = move_forms(who, card, typed, today=today)
    asked = {FORM: evidence_inputs(who, card, typed), PAPER: paper_inputs(who, card, typed)}
    asked |= {form.verb: form.inputs for form in forms}
    return {
        "moves": forms,
        "evidence_inputs": asked[FORM],
        "paper_inputs": asked[PAPER],
        "came_back": typed.form,
        "errors": errors_of(asked.get(typed.form, []), typed) if typed.form else [],
        "may_edit": card.may_edit and card.row.procedure in ACTS,
        "seen": len(card.steps),
        "desk": desk(who, card, today=today),
    }


def _read(card: FilingCard) -> dict[str, Any]:
    """What everybody who may see the filing reads."""
    row = card.row
    return {
        "number": row.number,
        "title": said(row.title),
        "lede": f"{row.number} · {procedure_label(row.procedure)} · {row.maker.name(language())}",
        "state": filing_state(row.procedure, row.state),
        "turn": turn_label(row.procedure, row.state, is_late=row.late),
        "due": first_due(card),
        "flags": [_flag(flag) for flag in card.flags],
        "clocks": clocks(card),
        "past": past(card),
        "ahead": ahead(card),
        "facts": _facts(card),
        "papers": paper_table(card),
        "evidence": evidence_table(card),
        "letters": [_letter(row.number, letter) for letter in card.letters],
        "breaches": breaches(card),
        "submissions": submissions(card),
        "seals": seals(card),
        "gate": _gate(card),
        "has_answers": row.procedure in ACTS,
        "crumbs": crumbs(row.number, current=True),
    }


def crumbs(number: str, *more: str, current: bool = False) -> list[Crumb]:
    """The way to a page of a filing."""
    own = Crumb(number) if current else Crumb(number, reverse("filing", args=[number]))
    return [Crumb(_("Filings"), reverse("filings")), own, *(Crumb(label) for label in more)]


def first_due(card: FilingCard) -> Due | None:
    """The last day that comes first, while the filing is open."""
    run = next_due(card.runs) if card.row.open else None
    if run is None:
        return None
    return due_of(run, filing=card.row.number, index=card.runs.index(run), filed=card.row.filed_on)


def clocks(card: FilingCard) -> list[Clock]:
    """Every clock of the filing; open ones first."""
    found = [
        Clock(
            anchor=f"clock-{index}",
            due=due_of(run, filing=card.row.number, index=index, filed=card.row.filed_on),
            started=day(run.started),
            stopped=day(run.stopped) if run.stopped else "",
        )
        for index, run in enumerate(card.runs)
    ]
    return sorted(found, key=lambda each: bool(each.stopped))


def _gate(card: FilingCard) -> list[Proof]:
    """What the transmission gate proves for a version amendment: evidence, never a bar."""
    if card.row.procedure != "amendment_version" or not card.row.device:
        return []
    on = card.row.filed_on or clock.today()
    found = gate.evidence_for(card.row.device, str(card.form.get("version") or ""), on=on)
    tones = {True: State(_("speaks for it"), "good"), False: State(_("missing"), "warn"), None: None}
    return [
        Proof(said(each.text), norm_chip(each.norm, on) if each.norm else None, tones[each.good])
        for each in found.statements
    ]


def _flag(flag: Flag) -> Warning:
    return Warning(said(flag.text), [(n, reverse("filing", args=[n])) for n in flag.filings])


def _letter(number: str, letter: LetterCard) -> Letter:
    href = reverse("filing-letter", args=[number, letter.id])
    return Letter(href, said(letter.title), moment(letter.at), letter.to)


def _facts(card: FilingCard) -> list[Fact]:
    row = card.row
    found = [
        Fact(_("Number"), row.number),
        Fact(_("Procedure"), procedure_label(row.procedure)),
        Fact(_("Maker"), row.maker.name(language())),
    ]
    if row.applicant is not None and row.applicant.code != row.maker.code:
        found.append(Fact(_("Filed by the representative"), row.applicant.name(language())))
    if row.device:
        name = register.device(row.device).name(language())
        found.append(Fact(_("Device"), name, href=reverse("register-card", args=[row.device])))
    if row.expert is not None:
        found.append(Fact(_("Expert institution"), row.expert.name(language())))
    if card.base_revision is not None:
        found.append(Fact(_("Written against the entry's edition"), str(card.base_revision)))
    if card.form.get("summary"):
        label = _("In the applicant's words") if row.procedure in ACTS else _("What it is about")
        found.append(Fact(label, str(card.form["summary"])))
    if row.external_number:
        found.append(Fact(_("Number at Gosuslugi"), row.external_number))
    found.append(Fact(_("Filed"), day(row.filed_on) if row.filed_on else _("not filed yet")))
    found.append(Fact(_("Last change"), moment(row.changed_at)))
    return [*found, *_kin(card)]


def _kin(card: FilingCard) -> list[Fact]:
    before = [card.previous] if card.previous else []
    found = [Fact(_("Filed anew after"), n, href=reverse("filing", args=[n])) for n in before]
    return [
        *found,
        *(Fact(_("Filed anew as"), n, href=reverse("filing", args=[n])) for n in card.resubmissions),
    ]
