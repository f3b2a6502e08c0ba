# SPDX-License-Identifier: Apache-2.0
"""The moves open to a person: the buttons of a filing's card, each with why it would be refused today."""

from __future__ import annotations

from datetime import date

from nadzor.base.problems import Refusal, Text, title
from nadzor.people.queries import Person
from nadzor.procedures.catalogue import PROCEDURES
from nadzor.procedures.clocks import allowed_on
from nadzor.procedures.moves import Move, moves_from
from nadzor.procedures.steps import Step
from nadzor.register import authority
from nadzor.register.filing_cards import FilingCard, OpenMove
from nadzor.register.filing_permissions import DELEGATES, SIDE
from nadzor.register.filing_words import called
from nadzor.register.own_measures import must_not_judge_own

SOME_GROUNDS = "."  # asked with grounds, so that only what a person cannot supply refuses the move


def moves_open_to(person: Person | None, card: FilingCard, *, today: date) -> tuple[OpenMove, ...]:
    """The arrows this person may take from the filing's state, barred ones with their reason."""
    if person is None:
        return ()
    procedure = PROCEDURES[card.row.procedure]
    own, delegated = person.role.value, _decides(person, card, today)
    found = []
    for move in moves_from(procedure, card.row.state):
        if own in move.by:
            found.append(_open(person, card, move, today=today))
        elif delegated and "head" in move.by:
            found.append(_open(person, card, move, today=today, delegated=True))
    return tuple(found)


def _open(person: Person, card: FilingCard, move: Move, *, today: date, delegated: bool = False) -> OpenMove:
    refusal = _barred(person, card, move, today=today, role="head" if delegated else person.role.value)
    return OpenMove(
        move=move, words=called(card.row.procedure, verb=move.verb), because_needed=move.grounds,
        asks=tuple(move.asks), may_add=may_add(move), delegated=delegated,
        refused=refusal.code if refusal else None,
        why=Text(ru=title(refusal, "ru"), en=title(refusal, "en")) if refusal else None,
    )  # fmt: skip


def _barred(person: Person, card: FilingCard, move: Move, *, today: date, role: str) -> Refusal | None:
    if person.role not in SIDE and any(flag.code == "interest" for flag in card.flags):
        return Refusal("filing.interest")
    try:
        must_not_judge_own(
            person.username, move.verb, card.steps, organisations={card.row.maker.code}, on=today
        )
        allowed_on(
            PROCEDURES[card.row.procedure], steps(card), move.verb, by=role, because=SOME_GROUNDS,
            today=today, filed=card.row.filed_on,
        )  # fmt: skip
    except Refusal as refusal:
        return refusal
    return None


def may_add(move: Move) -> tuple[str, ...]:
    """What may be told with a move besides what it asks for."""
    told = {"send_task": ("expert",), "submit": ("confirm_defects",), "cure": ("confirm_defects",)}
    by_effect = {"enter_device": ("register_number",), "enter_version": ("confirm_base",)}
    by_effect["enter_amendment"] = ("confirm_base",)
    return told.get(move.verb, by_effect.get(move.effect, ()))


def steps(card: FilingCard) -> tuple[Step, ...]:
    """The moves of a card as the clocks read them: for what-if questions, too."""
    return tuple(Step(s.verb, s.start, s.to, s.on, s.role, s.because) for s in card.steps)  # type: ignore[arg-type]


def _decides(person: Person, card: FilingCard, today: date) -> bool:
    return (
        person.role in DELEGATES
        and authority.delegation(person.username, card.row.procedure, today) is not None
    )
