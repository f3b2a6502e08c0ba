# SPDX-License-Identifier: Apache-2.0
"""Routes of what a case rests on: grounds, packs of inquiries, recomputations.  Its moves are a filing's."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.http import content_disposition_header
from msgspec import Meta, Struct
from ninja import Path, Router

from nadzor.actions.add_case_ground import add_case_ground
from nadzor.actions.make_case_bundle import make_case_bundle
from nadzor.actions.open_case import open_case
from nadzor.actions.recompute import recompute
from nadzor.api.credentials import SIGNED_IN, caller
from nadzor.api.deeds import KEY, done
from nadzor.api.description import file_told, told
from nadzor.api.event_words import ID_MAX
from nadzor.api.filing_words import Code, Opened, Prose
from nadzor.api.law_words import Strict
from nadzor.api.wire import JSON, confided, heard
from nadzor.base import clock
from nadzor.register import filings
from nadzor.vigilance.case_cards import GroundCard, PackCard, RecomputationCard
from nadzor.vigilance.case_grounds import grounds, recomputations
from nadzor.vigilance.packs import pack, packs

router = Router(tags=["cases"], auth=SIGNED_IN)
OPENERS = "the inspector, the registrar, the head"
SEE = "whoever may see the filing"


class GroundIn(Strict, frozen=True, kw_only=True):
    """A ground: signal, event, document (kind/edition), month, monitoring (year), recomputation."""

    kind: Code
    ref: Code
    because: Prose = ""


class Named(Strict, frozen=True, kw_only=True):
    """A ground by its kind and its own number."""

    kind: Code
    ref: Code


class CaseIn(Strict, frozen=True, kw_only=True):
    """A case about a device on what it rests on, and why."""

    device: Code
    grounds: Annotated[tuple[Named, ...], Meta(min_length=1, max_length=50)]
    because: Prose


class GroundsOut(Struct, frozen=True):
    """What a case rests on, in the order it was added."""

    items: tuple[GroundCard, ...]


class GroundAdded(Struct, frozen=True):
    """A ground and the digest of what it says."""

    kind: str
    ref: str
    digest: str


class PacksOut(Struct, frozen=True):
    """The packs of a case, oldest first: one for each inquiry."""

    items: tuple[PackCard, ...]


class RecomputeIn(Strict, frozen=True, kw_only=True):
    """A calculation that a pack of the case names, and the maker's figures for it."""

    calculation: Code
    figures: dict[Code, Any]
    because: Prose = ""


class RecomputationsOut(Struct, frozen=True):
    """What the maker reckoned, oldest first."""

    items: tuple[RecomputationCard, ...]


@router.post(
    "",
    operation_id="open_case",
    openapi_extra=told(
        Opened,
        status=201,
        hears=CaseIn,
        refuses=[404, 409],
        signed_in=True,
        may=OPENERS,
        headers=[KEY],
        example={
            "device": "ai-901",
            "grounds": [{"kind": "event", "ref": "AE-2026-000001"}],
            "because": "The reports of three clinics agree.",
        },
    ),
)
def open_(request: HttpRequest) -> HttpResponse:
    """Open a case on its grounds; it goes on by the moves of /filings/{number}/moves."""
    given, who = heard(request, CaseIn), caller(request)

    def deed() -> Opened:
        rests = [(each.kind, each.ref) for each in given.grounds]
        number = open_case(given.device, grounds=rests, by=who, now=clock.now(), because=given.because)
        return Opened(number, filings.filing(who, number, today=clock.today()).row.state)

    return done(request, deed, status=201, at=lambda out: f"filings/{out['number']}", verb="open_matter")


@router.get(
    "/{number}/grounds",
    operation_id="list_case_grounds",
    openapi_extra=told(GroundsOut, refuses=[404], signed_in=True, may=SEE),
)
def list_grounds(request: HttpRequest, number: str) -> HttpResponse:
    """What a case rests on, as it was when it was added, each with its digest."""
    _must_see(request, number)
    return confided(GroundsOut(grounds(number)))


@router.post(
    "/{number}/grounds",
    operation_id="add_case_ground",
    openapi_extra=told(
        GroundAdded,
        status=201,
        hears=GroundIn,
        refuses=[404, 409],
        signed_in=True,
        may=OPENERS,
        headers=[KEY],
        example={"kind": "signal", "ref": "12", "because": "The rows show it."},
    ),
)
def add(request: HttpRequest, number: str) -> HttpResponse:
    """Add a ground with a copy of what it says today; the same again adds nothing."""
    given, who = heard(request, GroundIn), caller(request)

    def deed() -> GroundAdded:
        digest = add_case_ground(
            number, given.kind, given.ref, by=who, now=clock.now(), because=given.because
        )  # fmt: skip
        return GroundAdded(given.kind, given.ref, digest)

    return done(request, deed, status=201, at=lambda _out: f"cases/{number}/grounds")


@router.get(
    "/{number}/packs",
    operation_id="list_case_packs",
    openapi_extra=told(PacksOut, refuses=[404], signed_in=True, may=SEE),
)
def list_packs(request: HttpRequest, number: str) -> HttpResponse:
    """What the maker was given at each inquiry; sites are counted and not named."""
    _must_see(request, number)
    return confided(PacksOut(packs(number)))


@router.get(
    "/{number}/packs/{id}",
    operation_id="read_case_pack",
    openapi_extra=file_told(media=[JSON], refuses=[404, 422], may=SEE),
)
def read_pack(request: HttpRequest, number: str, id: int = Path(ge=1, le=ID_MAX)) -> HttpResponse:
    """One pack as the bytes whose SHA-256 is its digest, which is also its ETag."""
    _must_see(request, number)
    found = pack(number, id)
    answer = HttpResponse(msgspec.json.encode(found.body, order="sorted"), content_type=JSON)
    name = f"pack-{number}-{id}.json"
    answer["Content-Disposition"] = content_disposition_header(as_attachment=True, filename=name) or ""
    answer["Cache-Control"] = "private, no-store"
    answer["ETag"] = f'"{found.digest}"'
    return answer


@router.get(
    "/{number}/bundle",
    operation_id="read_case_bundle",
    openapi_extra=file_told(media=[JSON], refuses=[404, 422], may=SEE),
)
def bundle(request: HttpRequest, number: str) -> HttpResponse:
    """The whole case as one file that anybody checks offline with the log's key; the deed is written down."""
    made = make_case_bundle(
        settings.HOME, number, by=caller(request), because="asked for", now=clock.now()
    )  # fmt: skip
    answer = HttpResponse(made, content_type=JSON)
    name = f"case-{number}.json"
    answer["Content-Disposition"] = content_disposition_header(as_attachment=True, filename=name) or ""
    answer["Cache-Control"] = "private, no-store"
    return answer


@router.get(
    "/{number}/recomputations",
    operation_id="list_recomputations",
    openapi_extra=told(RecomputationsOut, refuses=[404], signed_in=True, may=SEE),
)
def list_recomputations(request: HttpRequest, number: str) -> HttpResponse:
    """What the maker reckoned again, and whether it gives what the pack said."""
    _must_see(request, number)
    return confided(RecomputationsOut(recomputations(number)))


@router.post(
    "/{number}/recomputations",
    operation_id="recompute",
    openapi_extra=told(
        RecomputationCard,
        status=201,
        hears=RecomputeIn,
        refuses=[404, 409],
        signed_in=True,
        may="the maker's administrator or reporter, its representative",
        headers=[KEY],
        example={"calculation": "poisson-ci", "figures": {"observed": 27, "expected": 9}, "because": "Ours."},
    ),
)
def reckon(request: HttpRequest, number: str) -> HttpResponse:
    """Run our published code on the maker's figures and keep both."""
    given, who = heard(request, RecomputeIn), caller(request)

    def deed() -> RecomputationCard:
        figures = msgspec.json.encode(given.figures)
        recompute(number, given.calculation, figures, by=who, now=clock.now(), because=given.because)
        return recomputations(number)[-1]

    return done(request, deed, status=201, at=lambda _out: f"cases/{number}/recomputations", verb="recompute")


def _must_see(request: HttpRequest, number: str) -> None:
    """Raises: Refusal filing.unknown."""
    filings.filing(caller(request), number, today=clock.today())
