# SPDX-License-Identifier: Apache-2.0
"""Routes of the transmission gate: where a device stands, and every step a person may make."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from typing import Annotated, Final

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from msgspec import Meta, Struct
from ninja import Router

from nadzor.actions.declare_transmission import declare_transmission
from nadzor.actions.excuse_period import excuse_period
from nadzor.actions.grant_access import end_gate, grant_access, invite_bench, revoke_access
from nadzor.actions.judge_stream import judge_stream
from nadzor.api.credentials import SIGNED_IN, caller
from nadzor.api.deeds import KEY, done
from nadzor.api.description import told
from nadzor.api.filing_words import Code, Prose
from nadzor.api.law_words import Strict
from nadzor.api.wire import confided, heard
from nadzor.base import clock
from nadzor.base.interval import Month
from nadzor.base.problems import Refusal, Text
from nadzor.people.permissions import must_read_operation
from nadzor.people.queries import Person
from nadzor.procedures.moves import allowed
from nadzor.procedures.transmission import TRANSMISSION
from nadzor.register import gate, queries
from nadzor.register.gate_cards import CertificateCard, GateCard, GateStep, MonthState, Statement

router = Router(tags=["transmission"], auth=SIGNED_IN)


class MonthOut(Struct, frozen=True, kw_only=True):
    """One month of transmission, named like 2026-10.  `ours`: days of our own outage, which never count."""

    month: str
    received: str
    why: Text
    expected: int
    heard: int
    ours: int
    due: date | None


class GateOut(Struct, frozen=True, kw_only=True):
    """The gate of a device; evidence for the registrar, never a bar to filing."""

    device: str
    state: str
    changed_at: datetime | None
    eligible: bool
    steps: tuple[GateStep, ...]
    certificate: CertificateCard | None
    last_test: CertificateCard | None
    months: tuple[MonthOut, ...]
    reasons: tuple[Statement, ...]
    next: Text


class GateState(Struct, frozen=True):
    """The state a step led to."""

    device: str
    state: str


class BenchOut(Struct, frozen=True):
    """A token for a test bench, shown once."""

    device: str
    token: str


class GateMoveIn(Strict, frozen=True, kw_only=True):
    """A registrar's step: its verb, its grounds, and the month to be excused, like 2026-10."""

    verb: Code
    because: Prose = ""
    month: Annotated[str, Meta(max_length=7)] = ""


@router.get(
    "/{code}/transmission",
    operation_id="read_gate",
    openapi_extra=told(
        GateOut, refuses=[404], signed_in=True, may="oversight; the device's maker and its representative"
    ),
)
def read(request: HttpRequest, code: str) -> HttpResponse:
    """How far a device came to standing evidence of transmission, and why."""
    _must_see(caller(request), code)
    return confided(_out(gate.gate(code, today=clock.today())))


@router.post(
    "/{code}/transmission",
    operation_id="declare_transmission",
    openapi_extra=told(
        GateState,
        status=201,
        refuses=[404, 409],
        signed_in=True,
        may="the maker's administrator or representative",
    ),
)
def declare(request: HttpRequest, code: str) -> HttpResponse:
    """Declare, as the maker, that the device transmits its operation data by itself."""
    state = declare_transmission(code, by=caller(request), now=clock.now())
    return confided(GateState(code, state), status=201)


@router.post(
    "/{code}/transmission/access",
    operation_id="grant_access",
    openapi_extra=told(BenchOut, status=201, refuses=[404, 409], signed_in=True, may="registrar"),
)
def grant(request: HttpRequest, code: str) -> HttpResponse:
    """Open the sandbox to a declared device, as the registrar; with the token of its first test bench."""
    token = grant_access(settings.HOME, device=code, by=caller(request), now=clock.now())
    return confided(BenchOut(code, token), status=201)


@router.post(
    "/{code}/transmission/benches",
    operation_id="open_bench",
    openapi_extra=told(
        BenchOut,
        status=201,
        refuses=[404, 409],
        signed_in=True,
        may="registrar; the maker's administrator or representative",
    ),
)
def bench(request: HttpRequest, code: str) -> HttpResponse:
    """A one-time token for another test bench: to begin the test anew, or to test another version."""
    token = invite_bench(settings.HOME, device=code, by=caller(request), now=clock.now())
    return confided(BenchOut(code, token), status=201)


@router.post(
    "/{code}/transmission/tests",
    operation_id="test_stream",
    openapi_extra=told(
        CertificateCard,
        status=201,
        refuses=[404, 409, 422],
        signed_in=True,
        may="registrar; the maker's administrator or representative",
    ),
)
def test(request: HttpRequest, code: str) -> HttpResponse:
    """Run the conformance test on what the test bench has sent; a passed one is the certificate."""
    found = judge_stream(settings.HOME, device=code, by=caller(request), now=clock.now())
    return confided(found, status=201)


@router.post(
    "/{code}/transmission/moves",
    operation_id="move_gate",
    openapi_extra=told(
        GateState,
        hears=GateMoveIn,
        refuses=[404, 409],
        signed_in=True,
        may="registrar",
        headers=[KEY],
        example={"verb": "revoke_access", "because": "The maker took the function out."},
    ),
)
def move(request: HttpRequest, code: str) -> HttpResponse:
    """Take access away, excuse a month, end the gate; what only the house notes nobody may say."""
    wanted, who = heard(request, GateMoveIn), caller(request)
    return done(request, lambda: GateState(code, _moved(who, code, wanted)))


def _moved(who: Person, code: str, wanted: GateMoveIn) -> str:
    _must_see(who, code)
    if deed := _BY_VERB.get(wanted.verb):
        return deed(who, code, wanted)
    state = gate.gate(code, today=clock.today()).state
    allowed(TRANSMISSION, state, wanted.verb, by=who.role.value, because=wanted.because)
    raise Refusal("api.malformed", "$.verb", detail="access is granted at transmission/access")


def _revoke(who: Person, code: str, wanted: GateMoveIn) -> str:
    return revoke_access(settings.HOME, device=code, by=who, because=wanted.because, now=clock.now())


def _end(who: Person, code: str, wanted: GateMoveIn) -> str:
    return end_gate(settings.HOME, device=code, by=who, because=wanted.because, now=clock.now())


def _excuse(who: Person, code: str, wanted: GateMoveIn) -> str:
    try:
        month = Month.parse(wanted.month)
    except ValueError as error:
        raise Refusal("api.malformed", "$.month") from error
    return excuse_period(code, month, by=who, because=wanted.because, now=clock.now())


_BY_VERB: Final[dict[str, Callable[[Person, str, GateMoveIn], str]]] = {
    "revoke_access": _revoke,
    "end": _end,
    "excuse_period": _excuse,
}


def _must_see(who: Person, code: str) -> None:
    """Raises: Refusal register.device-unknown, people.not-yours."""
    must_read_operation(who, maker=queries.device(code).maker.code)


def _out(card: GateCard) -> GateOut:
    told_ = {name: getattr(card, name) for name in card.__struct_fields__ if name != "months"}
    return GateOut(**told_, eligible=card.eligible, months=tuple(map(_month, card.months)))


def _month(found: MonthState) -> MonthOut:
    told_ = {name: getattr(found, name) for name in found.__struct_fields__ if name != "month"}
    return MonthOut(month=str(found.month), **told_)
