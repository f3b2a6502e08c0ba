# SPDX-License-Identifier: Apache-2.0
"""Routes of what was known on a day; who may see a thing today may ask what was known of it then."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Final, Literal

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from msgspec import Meta
from ninja import Path, Router

from nadzor.api.credentials import SIGNED_IN, caller
from nadzor.api.deeds import own_site
from nadzor.api.description import told
from nadzor.api.law_words import Line, Strict
from nadzor.api.wire import asked, confided, said
from nadzor.base import clock
from nadzor.vigilance.known.cards import KnownCase, KnownDevice, KnownEvent, KnownRegister, KnownSignal
from nadzor.vigilance.known.case import known_case
from nadzor.vigilance.known.device import known_device, known_register
from nadzor.vigilance.known.event import known_event
from nadzor.vigilance.known.moment import Moment, moment_of
from nadzor.vigilance.known.moments import PAGE_MAX, MomentsPage
from nadzor.vigilance.known.signal import known_signal
from nadzor.vigilance.known.timeline import PAGE, Asked, timeline

router = Router(tags=["known"])
ID_MAX: Final = 2**63 - 1
SEE: Final = "whoever may see it today"


class OnIn(Strict, frozen=True):
    """A day (its end, Moscow time) or a moment of a day."""

    on: Line


class MomentsIn(Strict, frozen=True, kw_only=True):
    """Of what, by its code or number; `before` is the cursor, `next` of the page before."""

    kind: Literal["device", "signal", "event", "case", "register"]
    ref: Annotated[str, Meta(max_length=60)] = ""
    before: Annotated[datetime, Meta(tz=True)] | None = None
    limit: Annotated[int, Meta(ge=1, le=PAGE_MAX)] = PAGE


@router.get(
    "/moments",
    operation_id="known_moments",
    auth=SIGNED_IN,
    openapi_extra=told(MomentsPage, asks=MomentsIn, refuses=[404, 422], signed_in=True, may=SEE),
)
def moments(request: HttpRequest) -> HttpResponse:
    """The moments at which knowledge of a thing changed, newest first, with what came at each."""
    wanted = asked(request, MomentsIn)
    of = Asked(kind=wanted.kind, ref=wanted.ref, before=wanted.before, limit=wanted.limit)
    return confided(timeline(caller(request), of, now=clock.now()))


@router.get(
    "/register",
    operation_id="known_register",
    openapi_extra=told(KnownRegister, asks=OnIn, refuses=[422]),
)
def register(request: HttpRequest) -> HttpResponse:
    """The whole register as it was known on a day; open to everyone, like the register."""
    return said(known_register(_moment(request)))


@router.get(
    "/devices/{code}",
    operation_id="known_device",
    auth=SIGNED_IN,
    openapi_extra=told(KnownDevice, asks=OnIn, refuses=[404, 422], signed_in=True, may=SEE),
)
def device(request: HttpRequest, code: str) -> HttpResponse:
    """A device: its entry, its figures of ninety days, what was open about it."""
    return confided(known_device(settings.HOME, caller(request), code, _moment(request)))


@router.get(
    "/signals/{id}",
    operation_id="known_signal",
    auth=SIGNED_IN,
    openapi_extra=told(KnownSignal, asks=OnIn, refuses=[404, 422], signed_in=True, may=SEE),
)
def signal(request: HttpRequest, id: int = Path(ge=1, le=ID_MAX)) -> HttpResponse:
    """A signal: its state, the evidence it had, the moves that had been made."""
    return confided(known_signal(caller(request), id, _moment(request)))


@router.get(
    "/events/{number}",
    operation_id="known_event",
    auth=SIGNED_IN,
    openapi_extra=told(KnownEvent, asks=OnIn, refuses=[404, 422], signed_in=True, may=SEE),
)
def event(request: HttpRequest, number: str) -> HttpResponse:
    """An adverse event: its state, its gravity, its documents, its clocks as they ran."""
    who = caller(request)
    return confided(known_event(who, number, _moment(request), site=own_site(who)))


@router.get(
    "/filings/{number}",
    operation_id="known_filing",
    auth=SIGNED_IN,
    openapi_extra=told(KnownCase, asks=OnIn, refuses=[404, 422], signed_in=True, may=SEE),
)
def filing(request: HttpRequest, number: str) -> HttpResponse:
    """A case or any filing: its state, its clocks as they ran, all that lay in the file."""
    return confided(known_case(caller(request), number, _moment(request)))


def _moment(request: HttpRequest) -> Moment:
    return moment_of(asked(request, OnIn).on, now=clock.now())
