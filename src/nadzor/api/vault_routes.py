# SPDX-License-Identifier: Apache-2.0
"""Routes of the vault and of destruction: requests, decisions, looks, orders, holds."""

from __future__ import annotations

from typing import Annotated, Literal

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from msgspec import Meta, Struct
from ninja import Path, Router

from nadzor.actions.ask_opening import Asked, ask_opening, break_glass
from nadzor.actions.close_opening import close_opening, review_opening
from nadzor.actions.decide_opening import decide_opening
from nadzor.actions.look_behind import Revealed, look_behind
from nadzor.actions.order_shredding import Wanted, decide_shredding, order_shredding
from nadzor.api.credentials import SIGNED_IN, caller
from nadzor.api.deeds import KEY, done
from nadzor.api.description import told
from nadzor.api.event_words import ID_MAX
from nadzor.api.filing_words import Code, Prose
from nadzor.api.law_words import Strict
from nadzor.api.wire import confided, heard
from nadzor.base import clock
from nadzor.base.problems import Refusal
from nadzor.records.openings import OpeningCard, opening, openings
from nadzor.records.shredding import HoldCard, OrderCard, holds, may_see_orders, orders

router = Router(tags=["vault"], auth=SIGNED_IN)
DESK = "the inspector, the head"
READ = "the inspector, the head, the auditor"
SHRED = "the registrar, the head"
VERB, SHRED_VERB = "vault", "shred"


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


class OrdersOut(Struct, frozen=True):
    """Orders to destroy, newest first, and holds that stand."""

    items: tuple[OrderCard, ...]
    holds: tuple[HoldCard, ...]


class OrderIn(Strict, frozen=True, kw_only=True):
    """What is to be destroyed and why."""

    installation: Code
    month: Code
    because: Prose
    retention: Code = ""


class Ordered(Struct, frozen=True):
    """The number of an order."""

    order: int


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
    return confided(look_behind(settings.HOME, id, given.site, by=caller(request), now=clock.now()))


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


@router.get(
    "/destruction/orders",
    operation_id="list_shred_orders",
    openapi_extra=told(OrdersOut, signed_in=True, may="the registrar, the head, the auditor"),
)
def list_orders(request: HttpRequest) -> HttpResponse:
    """Orders to destroy and the holds against it."""
    if not may_see_orders(caller(request)):
        raise Refusal("shred.not-yours")
    return confided(OrdersOut(orders(), holds(standing=True)))


@router.post(
    "/destruction/orders",
    operation_id="order_shredding",
    openapi_extra=told(
        Ordered,
        status=201,
        hears=OrderIn,
        refuses=[404, 409],
        signed_in=True,
        may=SHRED,
        headers=[KEY],
        example={"installation": "i-1", "month": "2026-01", "because": "The term is over"},
    ),
)
def order(request: HttpRequest) -> HttpResponse:
    """Ask for a month of an installation to be destroyed; it is carried out on the page or at the console."""
    given, who = heard(request, OrderIn), caller(request)
    wanted = Wanted(
        installation=given.installation,
        month=given.month,
        because=given.because,
        retention=given.retention,
    )

    def deed() -> Ordered:
        return Ordered(order_shredding(settings.HOME, wanted, by=who, now=clock.now()))

    return done(request, deed, status=201, verb=SHRED_VERB)


@router.post(
    "/destruction/orders/{id}/decision",
    operation_id="decide_shredding",
    openapi_extra=told(
        Ordered,
        hears=DecideIn,
        refuses=[404, 409],
        signed_in=True,
        may=SHRED,
        headers=[KEY],
        example={"decision": "approve", "because": "I have read the retention rule"},
    ),
)
def decide_order(request: HttpRequest, id: int = Path(ge=1, le=ID_MAX)) -> HttpResponse:
    """Approve somebody else's order, or refuse it."""
    given, who = heard(request, DecideIn), caller(request)

    def deed() -> Ordered:
        approve = given.decision == "approve"
        decide_shredding(settings.HOME, id, approve=approve, because=given.because, by=who, now=clock.now())
        return Ordered(id)

    return done(request, deed, verb=SHRED_VERB)
