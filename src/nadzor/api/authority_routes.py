# SPDX-License-Identifier: Apache-2.0
"""Routes of authority: dated delegations of the head's power to decide, and conflicts of interest."""

from __future__ import annotations

from typing import Annotated

from django.http import HttpRequest, HttpResponse
from msgspec import Meta, Struct
from ninja import Path, Router

from nadzor.actions.declare_interest import declare_interest, end_interest
from nadzor.actions.delegate import Power, delegate, end_delegation
from nadzor.api.credentials import SIGNED_IN, caller
from nadzor.api.deeds import KEY, done
from nadzor.api.description import told
from nadzor.api.filing_words import Code
from nadzor.api.law_words import OnIn, Strict
from nadzor.api.wire import asked, confided, heard
from nadzor.base import clock
from nadzor.register import authority
from nadzor.register.filing_cards import DelegationCard, InterestCard

router = Router(tags=["authority"], auth=SIGNED_IN)
ID_MAX = 2**63 - 1


class PowerIn(Power, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A delegation: to whom, by which order, which days; `valid_until` is the first day without it."""


class InterestIn(Strict, frozen=True, kw_only=True):
    """An interest in an organisation: one's own, or as the head of somebody else."""

    organisation: Code
    why: Annotated[str, Meta(max_length=500)]
    username: Annotated[str, Meta(max_length=150)] | None = None


class Made(Struct, frozen=True):
    """The id of what was made."""

    id: int


@router.get(
    "/delegations",
    operation_id="list_delegations",
    openapi_extra=told(
        list[DelegationCard],
        asks=OnIn,
        refuses=[422],
        signed_in=True,
        may="head and auditor all, others their own",
    ),
)
def delegations(request: HttpRequest) -> HttpResponse:
    """Delegations: all for the head and the auditor, one's own for others; `on`: those that hold that day."""
    return confided(authority.delegations(caller(request), on=asked(request, OnIn).on))


@router.post(
    "/delegations",
    operation_id="delegate",
    openapi_extra=told(
        Made,
        status=201,
        hears=PowerIn,
        signed_in=True,
        may="head",
        headers=[KEY],
        example={"to": "registrar", "order": "No 7", "valid_from": "2026-12-01", "valid_until": "2026-12-15"},
    ),
)
def give(request: HttpRequest) -> HttpResponse:
    """Give the head's power to decide to a registrar or an inspector for some days."""
    power, who = heard(request, PowerIn), caller(request)
    return done(request, lambda: Made(delegate(power, by=who, now=clock.now())), status=201)


@router.delete(
    "/delegations/{id}",
    operation_id="end_delegation",
    openapi_extra=told(None, status=204, refuses=[404, 422], signed_in=True, may="head"),
)
def take_back(request: HttpRequest, id: int = Path(ge=1, le=ID_MAX)) -> HttpResponse:
    """Take a delegation back from this moment; one that has ended stays ended."""
    end_delegation(id, by=caller(request), now=clock.now())
    return HttpResponse(status=204)


@router.get(
    "/interests",
    operation_id="list_interests",
    openapi_extra=told(list[InterestCard], signed_in=True, may="head and auditor all, others their own"),
)
def interests(request: HttpRequest) -> HttpResponse:
    """Declared interests: all for the head and the auditor, one's own for others."""
    return confided(authority.interests(caller(request)))


@router.post(
    "/interests",
    operation_id="declare_interest",
    openapi_extra=told(
        Made,
        status=201,
        hears=InterestIn,
        signed_in=True,
        may="anybody their own; head anybody's",
        refuses=[404],
        headers=[KEY],
        example={"organisation": "luchik", "why": "worked there until May 2026"},
    ),
)
def declare(request: HttpRequest) -> HttpResponse:
    """Declare a conflict of interest, which bars a person from an organisation's affairs."""
    wanted, who = heard(request, InterestIn), caller(request)

    def deed() -> Made:
        return Made(
            declare_interest(
                wanted.organisation, why=wanted.why, by=who, now=clock.now(), username=wanted.username
            )
        )

    return done(request, deed, status=201)


@router.delete(
    "/interests/{id}",
    operation_id="end_interest",
    openapi_extra=told(None, status=204, refuses=[404, 422], signed_in=True, may="head"),
)
def free(request: HttpRequest, id: int = Path(ge=1, le=ID_MAX)) -> HttpResponse:
    """End an interest: the head alone, because whoever has one cannot free themselves."""
    end_interest(id, by=caller(request), now=clock.now())
    return HttpResponse(status=204)
