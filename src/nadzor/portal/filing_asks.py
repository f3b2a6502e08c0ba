# SPDX-License-Identifier: Apache-2.0
"""What a move asks of a person, as fields of a form, and what came back as the facts of the move.

A card holds the forms of several moves: every field's name begins with its verb.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any, Final

from django.http import QueryDict
from django.utils.translation import gettext as _
from msgspec import Struct

from nadzor.law.load import norm, norms
from nadzor.law.norm import NormMissing
from nadzor.portal.chips import norm_chip
from nadzor.portal.filing_history import GROUNDS
from nadzor.portal.inputs import Input, boxes, day, line, prose, select
from nadzor.portal.law_marks import sentence
from nadzor.portal.words import number, said
from nadzor.procedures.catalogue import PROCEDURES
from nadzor.procedures.moves import Move
from nadzor.procedures.words import asks
from nadzor.register import revisions
from nadzor.register.bodies import expert_bodies
from nadzor.register.filing_cards import FilingCard, OpenMove

SHORT: Final = frozenset({"evidence", "control_order", "control_result", "amendment"})
COURT: Final = ("court", "number", "day")
EXTRAS: Final = ("expert", "register_number", "confirm_base")
AMENDING: Final = ("enter_version", "enter_amendment")
CONFIRM: Final = "confirm"
GROUNDS_MAX: Final = 4000
#: Where the norms live that a decision about an application may rest on.
CITED: Final = (
    "registration.", "expertise.", "amendment.", "cancellation.", "suspension.", "dossier.", "documents.",
    "filing.", "route.", "class.", "device.", "not_device.", "trials.", "inspection.", "monitoring.",
    "transmission.", "safety.",
)  # fmt: skip
#: Which of them a procedure's decisions rest on most, by the first word of its name.
NEAR: Final = {
    "registration": ("expertise.", "registration.", "route.", "dossier.", "documents."),
    "amendment": ("amendment.", "expertise.", "dossier.", "documents."),
    "case": ("cancellation.", "safety.", "suspension."),
    "cancellation": ("cancellation.", "suspension.", "safety."),
}
WHAT_MAX: Final = 90


class Answers(Struct, frozen=True):
    """What was typed into the form of one move, and what is wrong with it."""

    verb: str
    given: QueryDict
    errors: Mapping[str, str] = {}

    def name(self, ask: str) -> str:
        """The field's name in the page."""
        return f"{self.verb}.{ask}"

    def one(self, ask: str, default: str = "") -> str:
        """What was typed."""
        return str(self.given.get(self.name(ask), default))

    def many(self, ask: str) -> list[str]:
        """What was ticked."""
        return self.given.getlist(self.name(ask))

    def error(self, ask: str) -> str:
        """What is wrong with it."""
        return self.errors.get(ask, "")


def asked(move: OpenMove, card: FilingCard, told: Answers, *, today: date) -> list[Input]:
    """The fields of a move, filled in as they were typed."""
    labels = asks()
    facts = [
        field
        for ask in move.asks
        for field in _fields(
            ask, sentence(said(labels[ask])), told, today=today, procedure=card.row.procedure
        )
    ]
    return [*facts, *_extras(move, card, told), *_grounds(move, told), *_confirmation(move, card, told)]


def must_confirm(card: FilingCard, move: Move) -> bool:
    """Whether a move is not made by one press: it changes the register or closes the matter."""
    closed = PROCEDURES[card.row.procedure].closed
    return bool(move.effect) or (move.to in closed and move.to != move.start)


def facts_of(wanted: tuple[str, ...], told: Answers) -> dict[str, Any]:
    """The facts of a move as the form brought them."""
    facts = {ask: _fact(ask, told) for ask in wanted}
    return facts | {name: text for name in EXTRAS if (text := told.one(name).strip())}


def _fact(ask: str, told: Answers) -> Any:
    if ask in GROUNDS:
        return told.many(ask)
    if ask == "court_act":
        return {part: told.one(f"court_act.{part}") for part in COURT}
    return told.one(ask)


def _fields(ask: str, label: str, told: Answers, *, today: date, procedure: str) -> Iterator[Input]:
    if ask in GROUNDS:
        yield _ground_boxes(ask, label, told, today=today)
    elif ask == "norm_cite":
        names = _norms(today, procedure)
        yield select(told.name(ask), label, names, told.one(ask), error=told.error(ask))
    elif ask == "court_act":
        yield from _court(told)
    elif ask == "defects":
        hint = _("One a line, each with the norm it offends; the applicant reads all of them at once.")
        yield prose(told.name(ask), label, value=told.one(ask), error=told.error(ask), hint=hint)
    else:
        draw = line if ask in SHORT else prose
        yield draw(told.name(ask), label, value=told.one(ask), error=told.error(ask))


def _ground_boxes(ask: str, label: str, told: Answers, *, today: date) -> Input:
    try:
        items = {item.key: _ground(said(item)) for item in norm(GROUNDS[ask], today).items}
    except NormMissing:
        hint = _("No norm with the grounds is known for today: write them as the law has them.")
        return prose(told.name(ask), label, value=told.one(ask), error=told.error(ask), hint=hint)
    chip = norm_chip(GROUNDS[ask], today)
    return boxes(told.name(ask), label, items, told.many(ask), error=told.error(ask), chip=chip)


def _ground(text: str) -> str:
    """A ground as the law letters it, "a) …"; one without a letter begins as a sentence."""
    return text if ")" in text[:3] else sentence(text)


def _court(told: Answers) -> Iterator[Input]:
    court, act, on = (f"court_act.{part}" for part in COURT)
    yield line(told.name(court), _("Court"), value=told.one(court), error=told.error("court_act"))
    yield line(told.name(act), _("Number of the act"), value=told.one(act))
    yield day(told.name(on), _("Day of the act"), value=told.one(on))


def _norms(today: date, procedure: str) -> dict[str, str]:
    """Norms in force by what they answer, for a decision to rest on; those of the procedure stand first."""
    found = {}
    for key, (_act, entry) in norms().items():
        if key.startswith(CITED) and any(each.covers(today) for each in entry.values):
            found[key] = f"{entry.fact} {said(entry.what)}".strip()[:WHAT_MAX]
    near = NEAR[procedure.partition("_")[0]]
    place = {part: at for at, part in enumerate(near)}
    order = sorted(found, key=lambda key: place.get(f"{key.partition('.')[0]}.", len(near)))
    return {"": _("choose a norm")} | {key: found[key] for key in order}


def _extras(move: OpenMove, card: FilingCard, told: Answers) -> Iterator[Input]:
    if move.move.verb == "send_task":
        yield _expert(card, told)
    if move.move.effect == "enter_device":
        hint = _("As the official register gave it; without it the entry carries a draft number of ours.")
        name = "register_number"
        yield line(told.name(name), _("Registration number"), value=told.one(name), hint=hint)
    if move.move.effect in AMENDING and any(flag.code == "stale-base" for flag in card.flags):
        yield _confirm_base(card, told)


def _expert(card: FilingCard, told: Answers) -> Input:
    bodies = expert_bodies()
    had = card.row.expert.code if card.row.expert else next(iter(bodies), "")
    names = {code: said(body.name) for code, body in bodies.items()}
    return select(told.name("expert"), _("Expert institution"), names, told.one("expert", had))


def _confirm_base(card: FilingCard, told: Answers) -> Input:
    now = revisions.last_number(card.row.device)
    label = _("The entry has changed since this was filed")
    over = _("Enter over edition %(n)s of the entry; the head confirms it with grounds") % {"n": number(now)}
    return boxes(told.name("confirm_base"), label, {str(now): over}, told.many("confirm_base"))


def _confirmation(move: OpenMove, card: FilingCard, told: Answers) -> Iterator[Input]:
    if must_confirm(card, move.move):
        text = _("I have read what this does, and confirm it")
        yield boxes(
            told.name(CONFIRM),
            _("Confirmation"),
            {"yes": text},
            told.many(CONFIRM),
            error=told.error(CONFIRM),
        )


def _grounds(move: OpenMove, told: Answers) -> Iterator[Input]:
    if move.because_needed:
        yield prose(
            told.name("because"), _("Grounds"), value=told.one("because"), error=told.error("because"),
            hint=_("Whoever is concerned will read them."), longest=GROUNDS_MAX,
        )  # fmt: skip
