# SPDX-License-Identifier: Apache-2.0
"""The moves of a filing as forms on its card: what each does, what it asks, why it would be refused today."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from django.http import QueryDict
from django.urls import reverse
from msgspec import Struct

from nadzor.actions.filing_deed import HANDING_IN
from nadzor.actions.resubmit_filing import ANEW
from nadzor.people.queries import Person
from nadzor.portal.case_moves import in_case
from nadzor.portal.fields import Wrong
from nadzor.portal.filing_asks import Answers, asked
from nadzor.portal.filing_labels import ALWAYS
from nadzor.portal.inputs import Input, summary
from nadzor.portal.words import said
from nadzor.procedures.rules.soundness import ACTS
from nadzor.procedures.words import effects, words
from nadzor.register import filings
from nadzor.register.filing_cards import FilingCard, OpenMove


class Typed(Struct, frozen=True, kw_only=True):
    """A form of the card that came back refused: which one, what was typed, what is wrong and where."""

    form: str = ""
    given: QueryDict = QueryDict()
    errors: Mapping[str, str] = {}
    wrong: str = ""


class MoveForm(Struct, frozen=True, kw_only=True):
    """One move as the card offers it: a form, a page of its own, or why it would be refused."""

    verb: str
    label: str
    explains: str
    effect: str
    inputs: Sequence[Input]
    refused: str
    delegated: bool
    is_open: bool
    is_rare: bool
    href: str


def move_forms(who: Person | None, card: FilingCard, typed: Typed, *, today: date) -> list[MoveForm]:
    """The moves open to this person; the rare ones last."""
    open_ = in_case(filings.moves_open_to(who, card, today=today), card)
    found = [_form(move, card, typed, today=today) for move in open_]
    return sorted(found, key=lambda form: form.is_rare)


def is_checked(card: FilingCard, verb: str) -> bool:
    """Whether a move hands in an application, and therefore goes by the page of all answers."""
    return verb in HANDING_IN and card.row.procedure in ACTS


def errors_of(inputs: Sequence[Input], typed: Typed) -> list[Wrong]:
    """The error summary of the form that came back; what stands beside no field is said on top."""
    drawn = {name for each in inputs for name in (each.name, each.name.removeprefix(f"{typed.form}."))}
    loose = [typed.wrong, *(text for name, text in typed.errors.items() if name not in drawn)]
    place = f"#do-{typed.form}" if inputs else "#main"
    return [*(Wrong(text, place) for text in loose if text), *summary(inputs)]


def _form(move: OpenMove, card: FilingCard, typed: Typed, *, today: date) -> MoveForm:
    verb, effect = move.move.verb, move.move.effect
    mine = typed.form == verb
    told = Answers(verb, typed.given, typed.errors) if mine else Answers(verb, QueryDict())
    return MoveForm(
        verb=verb,
        label=said(move.words),
        explains=said(words()[card.row.procedure].explains[verb]),
        effect=said(effects()[effect]) if effect else "",
        inputs=asked(move, card, told, today=today),
        refused=said(move.why) if move.why else "",
        delegated=move.delegated,
        is_open=mine,
        is_rare=verb in ALWAYS and verb not in ANEW,
        href=reverse("filing-check", args=[card.row.number]) if is_checked(card, verb) else "",
    )
