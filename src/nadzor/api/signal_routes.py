# SPDX-License-Identifier: Apache-2.0
"""Routes of signals: list, card with evidence, moves.  Who may see and move one is asked of `vigilance`."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Annotated, Literal

from django.http import HttpRequest, HttpResponse
from msgspec import Meta, Struct
from ninja import Path, Router

from nadzor.actions.look_at_quiet import look_at_quiet
from nadzor.actions.move_signal import Grounds, move_signal
from nadzor.actions.say_listed import say_listed
from nadzor.api.credentials import SIGNED_IN, caller
from nadzor.api.deeds import KEY, done
from nadzor.api.description import told
from nadzor.api.filing_words import Code, Moment, Prose
from nadzor.api.law_words import Line, Strict
from nadzor.api.wire import asked, confided, heard
from nadzor.base import clock
from nadzor.people.permissions import may_read_every_device, must_review_signals
from nadzor.people.queries import Person
from nadzor.register import queries as register
from nadzor.vigilance import queries
from nadzor.vigilance.cards import QuietCard, QuietRecord, SignalCard, SignalRow
from nadzor.vigilance.course import Course
from nadzor.vigilance.quiet_queries import quiet_look, quiet_looks, quiet_record
from nadzor.vigilance.reasons import Reason, reasons

router = Router(tags=["signals"], auth=SIGNED_IN)
ID_MAX = 2**63 - 1


class SignalsIn(Strict, frozen=True, kw_only=True):
    """Which signals are wanted; `state` is a state, open or closed.

    In `order` of triage what could harm most comes first, then what is surest, then what waits longest.
    """

    order: Literal["newest", "triage"] = "newest"
    state: Code | None = None
    detector: Code | None = None
    device: Code | None = None
    course: Course | None = None
    severity: Annotated[int, Meta(ge=1, le=4)] | None = None
    changed_since: Moment | None = None
    after: Annotated[int, Meta(ge=1, le=ID_MAX)] | None = None
    limit: Annotated[int, Meta(ge=1, le=200)] = 50


class SignalsOut(Struct, frozen=True, kw_only=True):
    """A page of signals.  `next` is the cursor; `as_of` the next call's `changed_since`."""

    items: tuple[SignalRow, ...]
    next: int | None
    by_state: dict[str, int]
    as_of: datetime


class SignalMoveIn(Strict, frozen=True, kw_only=True):
    """A move of a signal, its grounds, and in `added` what the move asks for.

    Closing asks for `reason_code` (see /signals/reasons), resolving also for `fixed_version`, archiving for
    `archived_until` (a day or a version), merging for `leading_signal`.  Taking up is what acknowledges it.
    """

    verb: Code
    because: Prose = ""
    added: dict[Code, Line] = {}


class QuietIn(Strict, frozen=True, kw_only=True):
    """What was seen; whoever saw something says what."""

    outcome: Literal["nothing", "something"]
    note: Prose = ""


class QuietOut(Struct, frozen=True, kw_only=True):
    """The choices of the last weeks, newest first, and what looking has shown in all."""

    items: tuple[QuietCard, ...]
    record: QuietRecord


class ReasonsOut(Struct, frozen=True):
    """The reasons by their codes."""

    reasons: dict[str, Reason]


class SignalMoved(Struct, frozen=True):
    """The state a move led to."""

    id: int
    verb: str
    state: str


@router.get(
    "",
    operation_id="list_signals",
    openapi_extra=told(
        SignalsOut,
        asks=SignalsIn,
        refuses=[422],
        signed_in=True,
        may="oversight all; a maker and its representative their own",
    ),
)
def list_signals(request: HttpRequest) -> HttpResponse:
    """The signals the caller may see, newest first or in the order of triage; with the counts of states."""
    wanted, as_of = asked(request, SignalsIn), clock.now()
    fitting = queries.SignalFilter(
        state=wanted.state,
        detector=wanted.detector,
        device=wanted.device,
        course=wanted.course,
        severity=wanted.severity,
        changed_since=wanted.changed_since,
        devices=_seen_by(caller(request)),
    )
    if wanted.order == "triage":
        found = queries.triage(fitting, start=wanted.after or 0, limit=wanted.limit)
    else:
        found = queries.signals(fitting, after=wanted.after, limit=wanted.limit)
    say_listed(request, [row.device for row in found.rows])
    return confided(SignalsOut(items=found.rows, next=found.next, by_state=found.by_state, as_of=as_of))


@router.get(
    "/reasons",
    operation_id="list_signal_reasons",
    openapi_extra=told(ReasonsOut, signed_in=True),
)
def list_reasons(request: HttpRequest) -> HttpResponse:
    """The catalogue of reasons for which a signal is closed, and the moves that may give each."""
    return confided(ReasonsOut(reasons()))


@router.get(
    "/quiet",
    operation_id="list_quiet_looks",
    openapi_extra=told(QuietOut, signed_in=True, may="the inspector, the head"),
)
def list_quiet(request: HttpRequest) -> HttpResponse:
    """The devices of which no detector said anything and that were chosen to be looked at all the same."""
    must_review_signals(caller(request))
    return confided(QuietOut(items=tuple(quiet_looks()), record=quiet_record()))


@router.post(
    "/quiet/{week}",
    operation_id="note_quiet_look",
    openapi_extra=told(
        QuietCard,
        hears=QuietIn,
        refuses=[404, 409],
        signed_in=True,
        may="the inspector, the head",
        headers=[KEY],
        example={"outcome": "nothing", "note": "Volumes, scores and agreement are as usual."},
    ),
)
def note_quiet(request: HttpRequest, week: str) -> HttpResponse:
    """Note what was seen at the quiet device of a week, once."""
    wanted, who = heard(request, QuietIn), caller(request)

    def deed() -> QuietCard:
        look_at_quiet(week, wanted.outcome, note=wanted.note, by=who, now=clock.now())
        return quiet_look(week)

    return done(request, deed)


@router.get(
    "/{id}",
    operation_id="read_signal",
    openapi_extra=told(
        SignalCard,
        refuses=[404, 422],
        signed_in=True,
        may="oversight; the device's maker and its representative",
    ),
)
def read_signal(request: HttpRequest, id: int = Path(ge=1, le=ID_MAX)) -> HttpResponse:
    """A signal with its evidence and moves."""
    return confided(queries.signal(id, devices=_seen_by(caller(request))))


@router.post(
    "/{id}/moves",
    operation_id="move_signal",
    openapi_extra=told(
        SignalMoved,
        hears=SignalMoveIn,
        refuses=[404, 409],
        signed_in=True,
        may="the roles the table names; the maker answers",
        headers=[KEY],
        example={
            "verb": "explain",
            "because": "The clinic changed its scanner on 12 October.",
            "added": {"reason_code": "equipment"},
        },
    ),
)
def move(request: HttpRequest, id: int = Path(ge=1, le=ID_MAX)) -> HttpResponse:
    """Make a move of the signal's table; no legal act rests on a signal alone."""
    wanted, who = heard(request, SignalMoveIn), caller(request)

    def deed() -> SignalMoved:
        grounds = Grounds(wanted.because, wanted.added)
        state = move_signal(id, wanted.verb, by=who, grounds=grounds, now=clock.now())
        return SignalMoved(id, wanted.verb, state)

    return done(request, deed)


def _seen_by(who: Person) -> Collection[str] | None:
    """Codes of the devices whose signals this person sees; None for all of them."""
    if may_read_every_device(who):
        return None
    return frozenset(card.code for card in register.readable(who))
