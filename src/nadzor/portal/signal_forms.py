# SPDX-License-Identifier: Apache-2.0
"""The moves of a signal as forms: plain buttons share one field of grounds, asking moves have their own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from django.utils.translation import gettext as _
from msgspec import Struct

from nadzor.portal.inputs import Input, line, prose, select
from nadzor.portal.law_marks import sentence
from nadzor.portal.signal_words import verb_explained, verb_label
from nadzor.portal.words import said
from nadzor.procedures.moves import Move
from nadzor.procedures.words import asks
from nadzor.register import queries as register
from nadzor.vigilance.cards import SignalRow
from nadzor.vigilance.reasons import reasons_for

GROUNDS_MAX = 4000


class Button(Struct, frozen=True):
    """One move that asks for nothing but grounds."""

    verb: str
    label: str


class AskingForm(Struct, frozen=True):
    """One move with the fields it asks for."""

    verb: str
    label: str
    explained: str
    fields: Sequence[Input]


class Forms(Struct, frozen=True):
    """All moves that the asker may make now."""

    buttons: Sequence[Button]
    needs_grounds: bool
    asking: Sequence[AskingForm]


def forms_of(row: SignalRow, moves: Sequence[Move]) -> Forms:
    """The moves open to somebody, as forms."""
    plain = [move for move in moves if not move.asks]
    return Forms(
        buttons=[Button(move.verb, verb_label(move.verb)) for move in plain],
        needs_grounds=any(move.grounds for move in plain),
        asking=[_form(row, move) for move in moves if move.asks],
    )


def _form(row: SignalRow, move: Move) -> AskingForm:
    fields = [_field(row, move.verb, ask) for ask in move.asks]
    grounds = prose(f"{move.verb}-because", _("Grounds"), longest=GROUNDS_MAX)
    return AskingForm(move.verb, verb_label(move.verb), verb_explained(move.verb), [*fields, grounds])


def _field(row: SignalRow, verb: str, ask: str) -> Input:
    name, label = f"{verb}-{ask}", sentence(said(asks()[ask]))
    if ask == "reason_code":
        chosen = {code: said(reason.says) for code, reason in reasons_for(verb).items()}
        return select(name, label, {"": "—"} | chosen, "")
    if ask == "fixed_version":
        return select(name, label, {"": "—"} | {v: v for v in versions_of(row)}, "")
    if ask == "archived_until":
        return line(name, label, hint=_("A day as 2027-01-31, or the number of a version."), longest=40)
    return line(name, label, longest=18, mode="numeric")


def versions_of(row: SignalRow) -> list[str]:
    """The versions of the signal's device, newest first."""
    return [each.version for each in reversed(register.versions(row.device))] if row.device else []


def told_by(given: Mapping[str, str], verb: str) -> tuple[str, dict[str, str]]:
    """Grounds and additions of a posted move: its own fields, or the shared field of grounds."""
    added = {ask: text for ask in asks() if (text := given.get(f"{verb}-{ask}", given.get(ask, "")).strip())}
    return given.get(f"{verb}-because", given.get("because", "")), added
