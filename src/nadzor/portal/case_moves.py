# SPDX-License-Identifier: Apache-2.0
"""The moves of a case as its card offers them: barred where its grounds or an open complaint would refuse."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from msgspec.structs import replace

from nadzor.base.problems import Refusal, Text, title
from nadzor.procedures.rules.case_grounds import Rest, allowed_on_grounds
from nadzor.register.filing_cards import FilingCard, OpenMove
from nadzor.vigilance.case_grounds import rests

#: The desk has a form of its own for it.
ON_THE_DESK: Final = "recompute"
#: Refusals by which a button means nothing today, and is not drawn.
IDLE: Final = frozenset({"case.no-complaint", "case.not-at-once"})


def in_case(moves: Sequence[OpenMove], card: FilingCard) -> list[OpenMove]:
    """The same moves, those of a case with what its grounds say; of any other affair as they are."""
    if card.row.procedure != "case":
        return list(moves)
    rest, made = rests(card.row.number), [step.verb for step in card.steps]
    found = [_held(move, rest, made) for move in moves if move.move.verb != ON_THE_DESK]
    return [move for move in found if move.refused not in IDLE]


def _held(move: OpenMove, rest: Sequence[Rest], made: Sequence[str]) -> OpenMove:
    if move.refused:
        return move
    try:
        allowed_on_grounds(move.move.verb, rest, made)
    except Refusal as refusal:
        why = Text(ru=title(refusal, "ru"), en=title(refusal, "en"))
        return replace(move, refused=refusal.code, why=why)
    return move
