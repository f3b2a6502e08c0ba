# SPDX-License-Identifier: Apache-2.0
"""What the routes of filings hear and say."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any, Final

from msgspec import Meta, Struct

from nadzor.api.law_words import Strict
from nadzor.base.problems import Refusal, Text
from nadzor.procedures.catalogue import PROCEDURES
from nadzor.procedures.clocks import Run, Step, what_if
from nadzor.procedures.moves import Procedure, moves_from
from nadzor.procedures.steps import lands_at
from nadzor.register.filing_cards import DeadlineRow, FilingCard, FilingRow, OpenMove, OpinionCard, TaskRow
from nadzor.register.filing_moves import steps as steps_of

Code = Annotated[str, Meta(max_length=64)]
Prose = Annotated[str, Meta(max_length=8000)]
Moment = Annotated[datetime, Meta(tz=True, description="a moment, which names its zone")]
GUESSES: Final = 20


class FilingsIn(Strict, frozen=True, kw_only=True):
    """Which filings are wanted; `after` is the cursor, `next` of the page before."""

    procedure: Code | None = None
    state: Code | None = None
    stage: Code | None = None
    device: Code | None = None
    maker: Code | None = None
    open_only: bool = True
    late_only: bool = False
    changed_since: Moment | None = None
    after: Code | None = None
    limit: Annotated[int, Meta(ge=1, le=200)] = 50


class FilingsOut(Struct, frozen=True, kw_only=True):
    """A page of filings, newest first.  `next` is the cursor; `as_of` the next call's `changed_since`."""

    items: tuple[FilingRow, ...]
    next: str | None
    by_stage: dict[str, int]
    as_of: datetime


class FilingOut(FilingCard, frozen=True, kw_only=True):
    """A filing whole, with the moves the caller may make and why one would be refused today."""

    moves: tuple[OpenMove, ...]


class OpenIn(Strict, frozen=True, kw_only=True):
    """A new filing: a registration names a maker where the caller has several, everything else a device."""

    procedure: Code
    device: Code | None = None
    maker: Code | None = None
    title: Text | None = None
    form: dict[str, Any] = {}


class Opened(Struct, frozen=True):
    """A new filing's number and state."""

    number: str
    state: str


class MoveIn(Strict, frozen=True, kw_only=True):
    """A move: its verb, its grounds, what it asks for; `expected_state` guards against acting too late."""

    verb: Code
    because: Prose = ""
    facts: dict[str, Any] = {}
    expected_state: Code | None = None


class Moved(Struct, frozen=True):
    """The state a move led to."""

    number: str
    verb: str
    state: str


class AnewIn(Strict, frozen=True, kw_only=True):
    """Filing anew: another procedure, where a refusal told so."""

    procedure: Code | None = None


class FormOut(Struct, frozen=True):
    """A form as it now stands."""

    number: str
    form: dict[str, Any]


class PaperIn(Strict, frozen=True, kw_only=True):
    """A file as JSON: the kind of paper, its name, the type it is said to be, its bytes in base64."""

    kind: Code
    name: Annotated[str, Meta(max_length=255)]
    content: bytes
    media_type: Annotated[str, Meta(max_length=100)] = ""


class Guess(Strict, frozen=True):
    """A move nobody has made yet, on a day."""

    verb: Code
    on: date


class WhatIfIn(Strict, frozen=True, kw_only=True):
    """Moves to be imagined, one after the other."""

    steps: Annotated[tuple[Guess, ...], Meta(min_length=1, max_length=GUESSES)]


class WhatIfOut(Struct, frozen=True, kw_only=True):
    """Every clock as it would stand on the day of the last imagined move; nothing is written."""

    state: str
    on: date
    runs: tuple[Run, ...]


class DeadlinesIn(Strict, frozen=True, kw_only=True):
    """A span of days [first, after)."""

    first: date | None = None
    after: date | None = None


class DeadlinesOut(Struct, frozen=True, kw_only=True):
    """Last days of open clocks, in their order."""

    items: tuple[DeadlineRow, ...]
    first: date
    after: date


class TasksOut(Struct, frozen=True):
    """What waits for the caller, what is due first on top."""

    items: tuple[TaskRow, ...]


class OpinionsOut(Struct, frozen=True):
    """Opinions the caller may see, newest first."""

    items: tuple[OpinionCard, ...]


class OpinionIn(Strict, frozen=True, kw_only=True):
    """The answers of an interview, to be determined today and kept."""

    answers: dict[str, Any]
    product: Annotated[str, Meta(max_length=300)] = ""


def whole(card: FilingCard, moves: tuple[OpenMove, ...]) -> FilingOut:
    """A filing with the moves open to its reader."""
    told = {name: getattr(card, name) for name in card.__struct_fields__}
    return FilingOut(**told, moves=moves)


def imagined(card: FilingCard, guesses: tuple[Guess, ...], *, today: date) -> WhatIfOut:
    """The clocks of a filing after moves that the table has from where they would be made.

    Raises: Refusal move.not-from-here, move.out-of-order.
    """
    procedure = PROCEDURES[card.row.procedure]
    made = steps_of(card)
    steps, state = list(made), card.row.state
    for guess in guesses:
        steps.append(_step(procedure, steps, state, guess))
        state = steps[-1].to
    found = what_if(procedure, made, steps[len(made) :], today=today, filed=card.row.filed_on)
    return WhatIfOut(state=state, on=max(today, steps[-1].on), runs=found)


def _step(procedure: Procedure, steps: list[Step], state: str, guess: Guess) -> Step:
    move = next((each for each in moves_from(procedure, state) if each.verb == guess.verb), None)
    if move is None:
        raise Refusal("move.not-from-here", "$.steps", procedure=procedure.name, state=state)
    if steps and guess.on < steps[-1].on:
        raise Refusal("move.out-of-order", "$.steps", last=steps[-1].on.isoformat())
    return Step(guess.verb, state, lands_at(move, steps), guess.on, move.by[0])
