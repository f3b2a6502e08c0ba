# SPDX-License-Identifier: Apache-2.0
"""Routes of destruction: orders of two people, the deed itself, and holds that stand in its way."""

from __future__ import annotations

from typing import Annotated, Literal

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from msgspec import Meta, Struct
from ninja import Path, Router

from nadzor.actions.order_shredding import Wanted, decide_shredding, order_shredding
from nadzor.actions.place_hold import Kept, lift_hold, place_hold
from nadzor.actions.shred_bodies import Destroyed, shred_bodies
from nadzor.api.credentials import SIGNED_IN, caller
from nadzor.api.deeds import KEY, counted, done
from nadzor.api.description import told
from nadzor.api.event_words import ID_MAX
from nadzor.api.filing_words import Code, Prose
from nadzor.api.law_words import Strict
from nadzor.api.wire import asked, confided, heard
from nadzor.base import clock
from nadzor.base.problems import Refusal
from nadzor.records.shredding import HoldCard, OrderCard, holds, may_see_orders, orders

router = Router(tags=["destruction"], auth=SIGNED_IN)
DESK = "the registrar, the head"
READ = "the registrar, the head, the auditor"
HOLDS = "the head, or whoever holds an order of delegation"
VERB = "shred"
Affair = Annotated[str, Meta(max_length=120)]


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


class DecideIn(Strict, frozen=True, kw_only=True):
    """Approve or refuse, and why."""

    decision: Literal["approve", "refuse"]
    because: Prose


class HoldsIn(Strict, frozen=True, kw_only=True):
    """Which holds are wanted: those that stand, or all that ever did."""

    standing: bool = False


class HoldsOut(Struct, frozen=True):
    """Holds, newest first."""

    items: tuple[HoldCard, ...]


class HoldIn(Strict, frozen=True, kw_only=True):
    """A device or an installation, in which months (YYYY-MM, both ends included; empty: no end), and why."""

    because: Prose
    device: Code = ""
    installation: Code = ""
    first_month: Code = ""
    last_month: Code = ""
    about: Affair = ""


class LiftIn(Strict, frozen=True):
    """Why a hold is lifted."""

    because: Prose


@router.get(
    "/destruction/orders",
    operation_id="list_shred_orders",
    openapi_extra=told(OrdersOut, signed_in=True, may=READ),
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
        may=DESK,
        headers=[KEY],
        example={"installation": "i-1", "month": "2026-01", "because": "The term is over"},
    ),
)
def order(request: HttpRequest) -> HttpResponse:
    """Ask for a month of an installation to be destroyed; somebody else decides."""
    given, who = heard(request, OrderIn), caller(request)
    wanted = Wanted(
        installation=given.installation,
        month=given.month,
        because=given.because,
        retention=given.retention,
    )

    def deed() -> Ordered:
        return Ordered(order_shredding(settings.HOME, wanted, by=who, now=clock.now()))

    return done(request, deed, status=201, verb=VERB)


@router.post(
    "/destruction/orders/{id}/decision",
    operation_id="decide_shredding",
    openapi_extra=told(
        Ordered,
        hears=DecideIn,
        refuses=[404, 409],
        signed_in=True,
        may=DESK,
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

    return done(request, deed, verb=VERB)


@router.post(
    "/destruction/orders/{id}/carrying-out",
    operation_id="carry_out_shredding",
    openapi_extra=told(
        Destroyed, refuses=[404, 409, 422], signed_in=True, may="the two people of an approved order"
    ),
)
def carry_out(request: HttpRequest, id: int = Path(ge=1, le=ID_MAX)) -> HttpResponse:
    """Carry an approved order out.  There is no way back; once it is done it is refused.

    Why no Idempotency-Key: its transaction would take back the record of a deed that was cut short.
    """
    return confided(
        counted(request, lambda who: shred_bodies(settings.HOME, id, by=who, now=clock.now()), verb=VERB)
    )


@router.get(
    "/destruction/holds",
    operation_id="list_holds",
    openapi_extra=told(HoldsOut, asks=HoldsIn, refuses=[422], signed_in=True, may=READ),
)
def list_holds(request: HttpRequest) -> HttpResponse:
    """What is kept from destruction, with who placed and who lifted it."""
    if not may_see_orders(caller(request)):
        raise Refusal("shred.not-yours")
    return confided(HoldsOut(holds(standing=asked(request, HoldsIn).standing)))


@router.post(
    "/destruction/holds",
    operation_id="place_hold",
    openapi_extra=told(
        HoldCard,
        status=201,
        hears=HoldIn,
        signed_in=True,
        may=HOLDS,
        headers=[KEY],
        example={"installation": "i-1", "first_month": "2026-01", "because": "A court asked for the months"},
    ),
)
def place(request: HttpRequest) -> HttpResponse:
    """Keep months of a device or of an installation from being destroyed."""
    given, who = heard(request, HoldIn), caller(request)
    kept = Kept(
        because=given.because, device=given.device, installation=given.installation,
        first_month=given.first_month, last_month=given.last_month, about=given.about,
    )  # fmt: skip

    def deed() -> HoldCard:
        return _card(place_hold(kept, by=who, now=clock.now()))

    return done(request, deed, status=201, verb=VERB)


@router.post(
    "/destruction/holds/{id}/lift",
    operation_id="lift_hold",
    openapi_extra=told(
        HoldCard,
        hears=LiftIn,
        refuses=[404],
        signed_in=True,
        may=HOLDS,
        headers=[KEY],
        example={"because": "The court has closed the matter"},
    ),
)
def lift(request: HttpRequest, id: int = Path(ge=1, le=ID_MAX)) -> HttpResponse:
    """Lift a hold; one that was lifted stays lifted, by whom it was."""
    given, who = heard(request, LiftIn), caller(request)

    def deed() -> HoldCard:
        lift_hold(id, because=given.because, by=who, now=clock.now())
        return _card(id)

    return done(request, deed, verb=VERB)


def _card(id: int) -> HoldCard:
    return next(one for one in holds() if one.id == id)
