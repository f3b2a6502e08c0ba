# SPDX-License-Identifier: Apache-2.0
"""A procedure in words, from its table: its limits, its moves, who may make which."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from typing import Final

from django.utils.translation import gettext as _
from msgspec import Struct
from msgspec.structs import replace

from nadzor.law.load import norm, norms
from nadzor.law.missing import why_missing
from nadzor.law.norm import NormMissing, Term
from nadzor.law.wording import limit
from nadzor.people.roles import ROLE_NAMES, Role
from nadzor.portal.dues import role_label
from nadzor.portal.law_marks import norm_href, sentence
from nadzor.portal.norm_words import status_state
from nadzor.portal.sheets import Cell, Chip, State, Table, columns, line
from nadzor.portal.words import NOTHING, language, said
from nadzor.procedures.ledger import PAUSES
from nadzor.procedures.moves import BACK, MOVERS, Move, Procedure, alike, moves_for
from nadzor.procedures.words import asks, effects, words

NOT_STATED: Final = "none stated"
MANY: Final = 5  # a move from this many states is said to start from anywhere


class Limit(Struct, frozen=True, kw_only=True):
    """One time limit of a procedure: what it says today, whose it is, what follows when it passes."""

    what: str
    value: str
    note: str
    norm: Chip
    known: State
    actor: str
    starts: str
    missed: str


class ClockLine(Struct, frozen=True):
    """What a move does with clocks: the words, and the norms of those clocks."""

    text: str
    norms: Sequence[Chip]


class Act(Struct, frozen=True, kw_only=True):
    """One move as the page tells it."""

    verb: str
    explains: str
    by: str
    ways: Sequence[str]
    clocks: Sequence[ClockLine]
    notes: Sequence[str]


def limits(procedure: Procedure, today: date) -> list[Limit]:
    """Every clock the procedure runs, with the edition of today."""
    started = dict.fromkeys(key for move in procedure.moves for key in move.starts)
    return [_limit(key, today) for key in started]


def acts(procedure: Procedure, today: date) -> list[Act]:
    """Every move once, in the table's order; rows that differ only in where they lead from and to are one."""
    found: dict[Move, list[str]] = {}
    for move, starts in alike(procedure):
        row = replace(move, start="", to="")
        found.setdefault(row, []).append(_way(procedure, move, starts))
    return [_act(procedure, move, ways, today) for move, ways in found.items()]


def matrix(procedure: Procedure) -> Table:
    """Role by state: which moves a role may make from there."""
    said_words = words()[procedure.name]
    roles = [role for role in MOVERS if any(role in move.by for move in procedure.moves)]
    rows = [
        line(sentence(said(said_words.states[state])), *(_cell(procedure, state, role) for role in roles))
        for state in procedure.states
        if any(moves_for(procedure, state, role) for role in roles)
    ]
    return Table(
        _("Who may do what, and where"), columns(_("State"), *(role_name(role) for role in roles)), rows
    )


def role_name(role: str) -> str:
    """A role in full, each for itself; the house where nobody acts."""
    return ROLE_NAMES[Role(role)][language()] if role in ROLE_NAMES else _("the platform")


def conflicts_of(procedure: Procedure, more: Iterable[str] = ()) -> list[str]:
    """The disagreements of the sources about a procedure's clocks, each once."""
    named = (each for key in procedure.clocks for each in norms()[key][1].conflicts)
    return list(dict.fromkeys((*more, *named)))


def norm_fact(key: str, today: date) -> Chip:
    """A norm by its number in the fact sheet or its citation; it opens asked about today."""
    entry = norms()[key][1]
    internal = any(value.status == "house" for value in entry.values)
    return Chip(entry.fact or key, norm_href(key, today), is_internal=internal)


def _limit(key: str, today: date) -> Limit:
    entry, term = norms()[key][1], norms()[key][1].term
    try:
        found = norm(key, today)
        value, note, known = said(limit(found)), "", status_state(found.status)
    except NormMissing:
        value, note = _("no date can be given"), said(why_missing(entry, today))
        known = State(_("no norm in force"), "alarm")
    return Limit(
        what=said(entry.what), value=value, note=note, known=known, norm=norm_fact(key, today),
        actor=said(term.actor) if term else NOTHING, starts=said(term.starts) if term else NOTHING,
        missed=_missed(term),
    )  # fmt: skip


def _missed(term: Term | None) -> str:
    """What follows when a limit passes; where the law is silent, what the platform does and does not do."""
    if term is None or term.missed.en == NOT_STATED:
        return _(
            "No consequence is stated: the platform raises a breach and never infers a decision from it."
        )
    return said(term.missed)


def _act(procedure: Procedure, move: Move, ways: Sequence[str], today: date) -> Act:
    told = words()[procedure.name]
    return Act(
        verb=sentence(said(told.verbs[move.verb])),
        explains=said(told.explains[move.verb]),
        by=", ".join(dict.fromkeys(role_label(role) for role in move.by)),
        ways=ways,
        clocks=[*_clocks(move, today)],
        notes=[*_notes(move)],
    )


def _way(procedure: Procedure, move: Move, starts: Sequence[str]) -> str:
    states = words()[procedure.name].states
    here = _("from most states") if len(starts) >= MANY else ", ".join(said(states[each]) for each in starts)
    there = _("back to where it stood") if move.to == BACK else said(states[move.to])
    return f"{here} → {there}"


def _clocks(move: Move, today: date) -> Iterator[ClockLine]:
    names = (
        (_("starts"), move.starts),
        (_("meets"), move.stops),
        (_("stands still"), move.pauses),
        (_("goes on"), move.resumes),
        (_("only while it has not run out"), (move.within,) if move.within else ()),
        (_("only once it has run out"), (move.after,) if move.after else ()),
    )
    for text, keys in names:
        if keys:
            yield ClockLine(text, [norm_fact(key, today) for key in keys])
    if move.pauses and move.verb in PAUSES:
        yield ClockLine(_("whether it stands still is a switch"), [norm_fact(PAUSES[move.verb], today)])


def _notes(move: Move) -> Iterator[str]:
    if move.asks:
        yield _("To be added: %(what)s.") % {"what": "; ".join(said(asks()[key]) for key in move.asks)}
    if move.grounds:
        yield _("Grounds are asked for.")
    if move.effect:
        yield sentence(said(effects()[move.effect])) + "."
    if move.once:
        yield _("One time in a matter.")


def _cell(procedure: Procedure, state: str, role: str) -> Cell:
    verbs = words()[procedure.name].verbs
    found = [said(verbs[move.verb]) for move in moves_for(procedure, state, role)]
    return Cell("; ".join(found) or NOTHING)
