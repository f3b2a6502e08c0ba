# SPDX-License-Identifier: Apache-2.0
"""Routes of disputes about a month's numbers: what one would say, list, one, its file, open, settle."""

from __future__ import annotations

from typing import Any, Literal

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from msgspec import Struct
from ninja import Path, Router

from nadzor.actions.open_dispute import open_dispute
from nadzor.actions.settle_dispute import settle_dispute
from nadzor.api.credentials import SIGNED_IN, caller
from nadzor.api.deeds import KEY, done
from nadzor.api.description import file_told, told
from nadzor.api.event_words import ID_MAX
from nadzor.api.filing_words import Code, Prose
from nadzor.api.law_words import Strict
from nadzor.api.wire import JSON, asked, confided, heard
from nadzor.base import clock
from nadzor.base.interval import Month
from nadzor.base.problems import Refusal
from nadzor.vigilance.disputes import DisputeCard, dispute, disputes
from nadzor_wire.canonical import canonical

router = Router(tags=["disputes"], auth=SIGNED_IN)
SEE = "oversight; the device's maker and its representative"


class DisputesIn(Strict, frozen=True, kw_only=True):
    """Of a device, of a month like 2026-10."""

    device: Code | None = None
    month: Code | None = None


class DisputesOut(Struct, frozen=True):
    """Disputes the caller may see, newest first."""

    items: tuple[DisputeCard, ...]


class DisputeIn(Strict, frozen=True, kw_only=True):
    """A month whose declared and counted numbers differ."""

    device: Code
    month: Code


class SettleIn(Strict, frozen=True, kw_only=True):
    """How a dispute ended, and on what grounds."""

    outcome: Literal["declared_corrected", "counted_corrected", "explained", "withdrawn"]
    because: Prose


@router.get(
    "",
    operation_id="list_disputes",
    openapi_extra=told(DisputesOut, asks=DisputesIn, refuses=[422], signed_in=True, may=SEE),
)
def listed(request: HttpRequest) -> HttpResponse:
    """Disputes about declared months, with both numbers and where each comes from."""
    wanted = asked(request, DisputesIn)
    return confided(DisputesOut(tuple(disputes(caller(request), device=wanted.device, month=wanted.month))))


@router.post(
    "",
    operation_id="open_dispute",
    openapi_extra=told(
        DisputeCard,
        status=201,
        hears=DisputeIn,
        refuses=[404, 409],
        signed_in=True,
        may="the maker's administrator or reporter, its representative; the inspector, the head",
        headers=[KEY],
        example={"device": "ai-901", "month": "2026-10"},
    ),
)
def open_(request: HttpRequest) -> HttpResponse:
    """Open a dispute file where a declared month and the counted one differ; neither is called right."""
    given, who = heard(request, DisputeIn), caller(request)
    month = _month(given.month)

    def deed() -> DisputeCard:
        return open_dispute(settings.HOME, given.device, month, by=who, now=clock.now())

    return done(request, deed, status=201, at=lambda out: f"disputes/{out['id']}")


@router.get(
    "/{id}",
    operation_id="read_dispute",
    openapi_extra=told(DisputeCard, refuses=[404, 422], signed_in=True, may=SEE),
)
def read(request: HttpRequest, id: int = Path(ge=1, le=ID_MAX)) -> HttpResponse:
    """One dispute with its file."""
    return confided(dispute(caller(request), id))


@router.get(
    "/{id}/file",
    operation_id="read_dispute_file",
    openapi_extra=file_told(media=[JSON], refuses=[404, 422], may=SEE),
)
def file(request: HttpRequest, id: int = Path(ge=1, le=ID_MAX)) -> HttpResponse:
    """The dispute file as canonical JSON with its hash."""
    card = dispute(caller(request), id)
    whole: dict[str, Any] = {**card.body, "hash": card.digest}
    answer = HttpResponse(canonical(whole), content_type=JSON)
    answer["Content-Disposition"] = f'attachment; filename="dispute-{id}.json"'
    answer["Cache-Control"] = "private, no-store"
    return answer


@router.post(
    "/{id}/settlement",
    operation_id="settle_dispute",
    openapi_extra=told(
        DisputeCard,
        hears=SettleIn,
        refuses=[404, 409],
        signed_in=True,
        may="the inspector, the head",
        headers=[KEY],
        example={"outcome": "explained", "because": "One gateway was switched off for two days."},
    ),
)
def settle(request: HttpRequest, id: int = Path(ge=1, le=ID_MAX)) -> HttpResponse:
    """Say how a dispute ended, once; its file stays as it was opened."""
    given, who = heard(request, SettleIn), caller(request)

    def deed() -> DisputeCard:
        return settle_dispute(id, given.outcome, because=given.because, by=who, now=clock.now())

    return done(request, deed)


def _month(text: str) -> Month:
    try:
        return Month.parse(text)
    except ValueError as error:
        raise Refusal("declared.month-form", "$.month") from error
