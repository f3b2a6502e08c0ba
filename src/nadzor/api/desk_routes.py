# SPDX-License-Identifier: Apache-2.0
"""Routes of a person's desk: who they are here, their opinions."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from msgspec import Struct
from ninja import Router

from nadzor.actions.record_opinion import record_opinion
from nadzor.api import filing_words as words
from nadzor.api.credentials import SIGNED_IN, caller
from nadzor.api.deeds import KEY, done
from nadzor.api.description import told
from nadzor.api.wire import confided, heard
from nadzor.base import clock
from nadzor.register import filings
from nadzor.register.filing_cards import OpinionCard

router = Router(auth=SIGNED_IN)


class MeOut(Struct, frozen=True, kw_only=True):
    """Whom a call is made as."""

    username: str
    role: str
    organisation: str | None
    represents: tuple[str, ...]


@router.get("/me", operation_id="read_me", tags=["desk"], openapi_extra=told(MeOut, signed_in=True))
def me(request: HttpRequest) -> HttpResponse:
    """The account and the role a call acts in."""
    who = caller(request)
    return confided(
        MeOut(
            username=who.username,
            role=who.role.value,
            organisation=who.organisation,
            represents=tuple(sorted(who.represents)),
        )
    )


@router.get(
    "/opinions",
    operation_id="list_opinions",
    tags=["opinions"],
    openapi_extra=told(words.OpinionsOut, signed_in=True),
)
def opinions(request: HttpRequest) -> HttpResponse:
    """The opinions the caller may see, newest first."""
    return confided(words.OpinionsOut(filings.opinions(caller(request), limit=200)))


@router.post(
    "/opinions",
    operation_id="record_opinion",
    tags=["opinions"],
    openapi_extra=told(
        OpinionCard,
        status=201,
        hears=words.OpinionIn,
        signed_in=True,
        headers=[KEY],
        example={"product": "Lung CT reader", "answers": {"route": "eaeu"}},
    ),
)
def record(request: HttpRequest) -> HttpResponse:
    """Determine whether a product is a medical device by today's rules, and keep it with name and date."""
    wanted, who = heard(request, words.OpinionIn), caller(request)

    def deed() -> OpinionCard:
        number = record_opinion(wanted.answers, product=wanted.product, by=who, now=clock.now())
        return filings.opinion(who, number)

    return done(request, deed, status=201, at=lambda told_: f"opinions/{told_['number']}")


@router.get(
    "/opinions/{number}",
    operation_id="read_opinion",
    tags=["opinions"],
    openapi_extra=told(OpinionCard, refuses=[404], signed_in=True),
)
def opinion(request: HttpRequest, number: str) -> HttpResponse:
    """One opinion as it was kept."""
    return confided(filings.opinion(caller(request), number))
