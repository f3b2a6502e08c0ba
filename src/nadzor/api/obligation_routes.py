# SPDX-License-Identifier: Apache-2.0
"""Routes of duties: last days, what waits, what is new, what data say of claims, the Code of Ethics."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Annotated, Final, Literal

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from msgspec import Meta, Struct
from ninja import Router

from nadzor.actions.answer_ethics import Said, answer_ethics
from nadzor.actions.claim_check import Standing, claim_standings
from nadzor.actions.mark_read_up import mark_read_up
from nadzor.api import filing_words as words
from nadzor.api.credentials import SIGNED_IN, caller
from nadzor.api.deeds import KEY, done
from nadzor.api.description import told
from nadzor.api.law_words import Strict
from nadzor.api.wire import asked, confided, heard
from nadzor.base import clock
from nadzor.people.permissions import must_read_every_device
from nadzor.register import queries as register
from nadzor.vigilance.ethics import AnswerCard, Checklist, checklist, held_about, standing
from nadzor.vigilance.morning import Morning, morning
from nadzor.vigilance.obligations import obligations, waiting

router = Router(auth=SIGNED_IN)
AHEAD: Final = timedelta(days=60)  # a calendar's usual look ahead; a caller names any other
OVERSIGHT: Final = "oversight"
SEE: Final = "oversight; the device's maker and its representative"


class ReadUpIn(Strict, frozen=True, kw_only=True):
    """The moment up to which everything was read."""

    up_to: words.Moment


class ReadUp(Struct, frozen=True):
    """Where the mark stands now."""

    up_to: datetime


class ClaimsOut(Struct, frozen=True, kw_only=True):
    """Every declared figure by version: what labels can substantiate, and what they show."""

    items: tuple[Standing, ...]
    on: date


class SaidIn(Strict, frozen=True, kw_only=True):
    """One answer and a note."""

    answer: Literal["yes", "partly", "no"]
    note: Annotated[str, Meta(max_length=2000)] = ""


class EthicsIn(Strict, frozen=True):
    """Answers by line; lines that are not named keep theirs."""

    answers: dict[words.Code, SaidIn]


class EthicsOut(Struct, frozen=True, kw_only=True):
    """The advisory checklist, the answers that stand, and how much the platform holds of each kind."""

    device: str
    checklist: Checklist
    answers: dict[str, AnswerCard]
    held: dict[str, int]


class Kept(Struct, frozen=True):
    """How many answers differ from those that stood."""

    device: str
    kept: int


@router.get(
    "/tasks", operation_id="list_tasks", tags=["desk"], openapi_extra=told(words.TasksOut, signed_in=True)
)
def tasks(request: HttpRequest) -> HttpResponse:
    """What waits for the caller, what is due first on top: filings, events, signals, yearly reports."""
    return confided(words.TasksOut(waiting(caller(request), today=clock.today())))


@router.get(
    "/deadlines",
    operation_id="list_deadlines",
    tags=["desk"],
    openapi_extra=told(words.DeadlinesOut, asks=words.DeadlinesIn, refuses=[422], signed_in=True),
)
def deadlines(request: HttpRequest) -> HttpResponse:
    """Last days of open clocks of filings, events and yearly reports; by `kind`; sixty days ahead."""
    wanted, today = asked(request, words.DeadlinesIn), clock.today()
    first = wanted.first or today
    after = wanted.after or min(first, date.max - AHEAD) + AHEAD
    rows = obligations(caller(request), first=first, after=after, today=today)
    return confided(words.DeadlinesOut(items=rows, first=first, after=after))


@router.get(
    "/morning",
    operation_id="read_morning",
    tags=["desk"],
    openapi_extra=told(Morning, signed_in=True, may=OVERSIGHT),
)
def news(request: HttpRequest) -> HttpResponse:
    """What is new since the caller last marked it as read, the gravest on top."""
    who = caller(request)
    must_read_every_device(who)
    return confided(morning(who, now=clock.now(), today=clock.today()))


@router.post(
    "/morning",
    operation_id="mark_read_up",
    tags=["desk"],
    openapi_extra=told(
        ReadUp,
        hears=ReadUpIn,
        signed_in=True,
        may=OVERSIGHT,
        headers=[KEY],
        example={"up_to": "2026-11-22T07:30:00Z"},
    ),
)
def read_up(request: HttpRequest) -> HttpResponse:
    """Mark what is new as read up to a moment; the mark never goes back."""
    given, who = heard(request, ReadUpIn), caller(request)
    return done(request, lambda: ReadUp(mark_read_up(given.up_to, by=who, now=clock.now())))


@router.get(
    "/devices/{code}/claims",
    operation_id="check_claims",
    tags=["claims"],
    openapi_extra=told(ClaimsOut, refuses=[404, 409], signed_in=True, may=SEE),
)
def claims(request: HttpRequest, code: str) -> HttpResponse:
    """What labels can and do say of each declared figure; agreement stands apart, it is no accuracy."""
    card, today = register.readable_device(caller(request), code), clock.today()
    found = claim_standings(settings.HOME, today=today, device=card.code)
    return confided(ClaimsOut(items=found, on=today))


@router.get(
    "/devices/{code}/ethics",
    operation_id="read_ethics",
    tags=["claims"],
    openapi_extra=told(EthicsOut, refuses=[404], signed_in=True, may=SEE),
)
def ethics(request: HttpRequest, code: str) -> HttpResponse:
    """The advisory Code of Ethics as a checklist with the maker's own answers; nobody grades it."""
    card = register.readable_device(caller(request), code)
    return confided(
        EthicsOut(
            device=card.code,
            checklist=checklist(),
            answers=standing(card.code),
            held=held_about(card.code),
        )
    )


@router.post(
    "/devices/{code}/ethics",
    operation_id="answer_ethics",
    tags=["claims"],
    openapi_extra=told(
        Kept,
        hears=EthicsIn,
        refuses=[404],
        signed_in=True,
        may="the maker's administrator or reporter, its representative",
        headers=[KEY],
        example={"answers": {"planning.need": {"answer": "partly", "note": "Reviewed once a year."}}},
    ),
)
def answer(request: HttpRequest, code: str) -> HttpResponse:
    """Answer lines of the checklist; older answers are kept."""
    given, who = heard(request, EthicsIn), caller(request)

    def deed() -> Kept:
        said = {line: Said(one.answer, one.note) for line, one in given.answers.items()}
        return Kept(code, answer_ethics(code, said, by=who, now=clock.now()))

    return done(request, deed)
