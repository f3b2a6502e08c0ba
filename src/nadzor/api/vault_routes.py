# SPDX-License-Identifier: Apache-2.0
"""Routes of the vault: requests, decisions, looks at sites and at a sealed month, reviews."""

from __future__ import annotations

from typing import Annotated, Literal

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from msgspec import Meta, Struct
from ninja import Path, Router

from nadzor.actions.ask_opening import Asked, ask_opening, break_glass
from nadzor.actions.close_opening import close_opening, review_opening
from nadzor.actions.decide_opening import decide_opening
from nadzor.actions.look_behind import Revealed, look_at_month, look_behind
from nadzor.api.credentials import SIGNED_IN, caller
from nadzor.api.deeds import KEY, counted, done
from nadzor.api.description import JSON, file_told, told
from nadzor.api.event_words import ID_MAX
from nadzor.api.filing_words import Code, Prose
from nadzor.api.law_words import Strict
from nadzor.api.wire import confided, heard
from nadzor.base import clock
from nadzor.records.openings import OpeningCard, opening, openings

router = Router(tags=["vault"], auth=SIGNED_IN)
DESK = "the inspector, the head"
READ = "the inspector, the head, the auditor"
VERB = "vault"


class OpeningsOut(Struct, frozen=True):
    """Requests, those that wait first; sites under pseudonyms."""

    items: tuple[OpeningCard, ...]


class AskIn(Strict, frozen=True, kw_only=True):
    """Sites or one month, for a purpose of the list; `alone` breaks the glass, for a danger only."""

    purpose: Code
    because: Prose
    sites: Annotated[tuple[Code, ...], Meta(max_length=100)] = ()
    about: Code = ""
    month: Code = ""
    alone: bool = False


class DecideIn(Strict, frozen=True, kw_only=True):
    """Approve or refuse, and why."""

    decision: Literal["approve", "refuse"]
    because: Prose


class LookIn(Strict, frozen=True):
    """Which site of the request."""

    site: Code


class ReviewIn(Strict, frozen=True, kw_only=True):
    """A finding on an opening that one person made."""

    finding: Literal["justified", "unjustified"]
    because: Prose


@router.get(
    "/vault/openings",
    operation_id="list_openings",
    openapi_extra=told(OpeningsOut, signed_in=True, may=READ),
)
def list_openings(request: HttpRequest) -> HttpResponse:
    """Requests to open the vault and what became of them; no clinic is named."""
    return confided(OpeningsOut(openings(caller(request), now=clock.now())))


@router.get(
    "/vault/openings/{id}",
    operation_id="read_opening",
    openapi_extra=told(OpeningCard, refuses=[404, 422], signed_in=True, may=READ),
)
def read_opening(request: HttpRequest, id: int = Path(ge=1, le=ID_MAX)) -> HttpResponse:
    """One request; no clinic is named."""
    return confided(opening(caller(request), id, now=clock.now()))


@router.post(
    "/vault/openings",
    operation_id="ask_opening",
    openapi_extra=told(
        OpeningCard,
        status=201,
        hears=AskIn,
        refuses=[404],
        signed_in=True,
        may=DESK,
        headers=[KEY],
        example={"purpose": "court", "because": "Order 12 of a court", "sites": ["s-aaaaaaaaaaaa"]},
    ),
)
def ask(request: HttpRequest) -> HttpResponse:
    """Ask to learn who is behind sites, or open alone for a danger."""
    given, who = heard(request, AskIn), caller(request)
    asked = Asked(
        purpose=given.purpose, because=given.because, sites=given.sites, about=given.about, month=given.month
    )  # fmt: skip

    def deed() -> OpeningCard:
        id = (break_glass if given.alone else ask_opening)(settings.HOME, asked, by=who, now=clock.now())
        return opening(who, id, now=clock.now())

    return done(request, deed, status=201, at=lambda out: f"vault/openings/{out['id']}", verb=VERB)


@router.post(
    "/vault/openings/{id}/decision",
    operation_id="decide_opening",
    openapi_extra=told(
        OpeningCard,
        hears=DecideIn,
        refuses=[404, 409],
        signed_in=True,
        may=DESK,
        headers=[KEY],
        example={"decision": "approve", "because": "I have read the order"},
    ),
)
def decide(request: HttpRequest, id: int = Path(ge=1, le=ID_MAX)) -> HttpResponse:
    """Approve somebody else's request, or refuse it."""
    given, who = heard(request, DecideIn), caller(request)

    def deed() -> OpeningCard:
        approve = given.decision == "approve"
        decide_opening(id, approve=approve, because=given.because, by=who, now=clock.now())
        return opening(who, id, now=clock.now())

    return done(request, deed, verb=VERB)


@router.post(
    "/vault/openings/{id}/looks",
    operation_id="look_behind",
    openapi_extra=told(
        Revealed,
        hears=LookIn,
        refuses=[404, 409],
        signed_in=True,
        may="the two people of the opening",
        example={"site": "s-aaaaaaaaaaaa"},
    ),
)
def look(request: HttpRequest, id: int = Path(ge=1, le=ID_MAX)) -> HttpResponse:
    """Which clinic is behind a site, recorded before it is told; asked again, it is another look.

    Why no Idempotency-Key: a kept answer would be a copy of what is sealed.
    """
    given = heard(request, LookIn)
    found = counted(
        request, lambda who: look_behind(settings.HOME, id, given.site, by=who, now=clock.now()), verb=VERB
    )
    return confided(found)


@router.post(
    "/vault/openings/{id}/month",
    operation_id="look_at_month",
    openapi_extra=file_told(
        media=[JSON], refuses=[403, 404, 409, 422], may="the two people of an opening of a month"
    ),
)
def month(request: HttpRequest, id: int = Path(ge=1, le=ID_MAX)) -> HttpResponse:
    """The sealed month as canonical JSON, recorded before it is read; each site named in it is a look.

    Why no Idempotency-Key: a kept answer would be a copy of what is sealed.
    """
    paper = counted(request, lambda who: look_at_month(settings.HOME, id, by=who, now=clock.now()), verb=VERB)
    answer = HttpResponse(paper, content_type=JSON)
    answer["Cache-Control"] = "private, no-store"
    answer["Content-Disposition"] = f'attachment; filename="vault-{id}.json"'
    return answer


@router.post(
    "/vault/openings/{id}/end",
    operation_id="close_opening",
    openapi_extra=told(
        OpeningCard, refuses=[404, 409], signed_in=True, may="its two people, the head", headers=[KEY]
    ),
)
def close(request: HttpRequest, id: int = Path(ge=1, le=ID_MAX)) -> HttpResponse:
    """End an opening before its time."""
    who = caller(request)

    def deed() -> OpeningCard:
        close_opening(id, by=who, now=clock.now())
        return opening(who, id, now=clock.now())

    return done(request, deed, verb=VERB)


@router.post(
    "/vault/openings/{id}/review",
    operation_id="review_opening",
    openapi_extra=told(
        OpeningCard,
        hears=ReviewIn,
        refuses=[404, 409],
        signed_in=True,
        may="the head, the auditor",
        headers=[KEY],
        example={"finding": "justified", "because": "The danger was real"},
    ),
)
def review(request: HttpRequest, id: int = Path(ge=1, le=ID_MAX)) -> HttpResponse:
    """Judge an opening that one person made alone."""
    given, who = heard(request, ReviewIn), caller(request)

    def deed() -> OpeningCard:
        review_opening(id, given.finding, because=given.because, by=who, now=clock.now())
        return opening(who, id, now=clock.now())

    return done(request, deed, verb=VERB)
