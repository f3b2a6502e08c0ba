# SPDX-License-Identifier: Apache-2.0
"""Routes of a device's ledgers: what its senders are asked to explain, what is missing, what came late."""

from __future__ import annotations

from contextlib import closing
from datetime import date, datetime
from typing import Annotated

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from msgspec import Meta, Struct
from ninja import Router

from nadzor.api.credentials import SIGNED_IN, caller
from nadzor.api.description import told
from nadzor.api.filing_words import Code
from nadzor.api.law_words import Strict
from nadzor.api.wire import asked, confided
from nadzor.journal.opening import open_reader
from nadzor.journal.reader import GapNote
from nadzor.people.permissions import must_read_operation
from nadzor.register import queries
from nadzor.register.integrity import IntegrityCard, findings
from nadzor.telemetry.lateness import SenderLateness, lateness
from nadzor.telemetry.store import Rollups

router = Router(tags=["ledgers"], auth=SIGNED_IN)
MAY = "oversight; the device's maker and its representative"


class GapsIn(Strict, frozen=True, kw_only=True):
    """Which gaps are wanted; `after` is the `next` of the page before."""

    installation: Code | None = None
    open: bool | None = None
    after: Annotated[int, Meta(ge=0)] = 0
    limit: Annotated[int, Meta(ge=1, le=500)] = 100


class GapOut(Struct, frozen=True, kw_only=True):
    """Numbers of a stream that did not arrive in their turn; `declared`: why they never will."""

    stream: str
    installation: str
    first: int
    last: int
    found_by: int
    found_at: datetime
    closed_by: int | None
    closed_at: datetime | None
    declared: str | None


class GapsOut(Struct, frozen=True, kw_only=True):
    """A page of gaps, as they were found.  `missing` counts the numbers still missing, of all pages."""

    items: tuple[GapOut, ...]
    next: int | None
    missing: int


class IntegrityOut(Struct, frozen=True):
    """What the device's senders are asked to explain, newest first."""

    items: tuple[IntegrityCard, ...]


class LatenessIn(Strict, frozen=True, kw_only=True):
    """Which days: [since, until)."""

    since: date | None = None
    until: date | None = None


class LatenessOut(Struct, frozen=True):
    """Every sender's studies by the bins of the measure `delay`, the latest sender first."""

    items: tuple[SenderLateness, ...]


@router.get(
    "/{code}/integrity",
    operation_id="read_device_integrity",
    openapi_extra=told(IntegrityOut, refuses=[403, 404], signed_in=True, may=MAY),
)
def integrity(request: HttpRequest, code: str) -> HttpResponse:
    """Conflicts, forked streams and machines put back too often."""
    _must_read(request, code)
    return confided(IntegrityOut(tuple(findings(code))))


@router.get(
    "/{code}/gaps",
    operation_id="read_device_gaps",
    openapi_extra=told(GapsOut, asks=GapsIn, refuses=[403, 404, 422], signed_in=True, may=MAY),
)
def gaps(request: HttpRequest, code: str) -> HttpResponse:
    """The device's ledger of gaps, filled ones too."""
    _must_read(request, code)
    wanted = asked(request, GapsIn)
    with closing(open_reader(settings.HOME)) as reader:
        found = reader.gaps(device=code, installation=wanted.installation)
    chosen = [gap for gap in found if wanted.open in (None, gap.open)]
    stop = wanted.after + wanted.limit
    return confided(
        GapsOut(
            items=tuple(_gap(gap) for gap in chosen[wanted.after : stop]),
            next=stop if stop < len(chosen) else None,
            missing=sum(gap.last - gap.first + 1 for gap in found if gap.open),
        )
    )


@router.get(
    "/{code}/lateness",
    operation_id="read_device_lateness",
    openapi_extra=told(LatenessOut, asks=LatenessIn, refuses=[403, 404, 422], signed_in=True, may=MAY),
)
def late(request: HttpRequest, code: str) -> HttpResponse:
    """How long after they happened the events of each sender arrived."""
    _must_read(request, code)
    days = asked(request, LatenessIn)
    found = lateness(Rollups.open(settings.HOME), code, since=days.since, until=days.until)
    return confided(LatenessOut(tuple(found)))


def _must_read(request: HttpRequest, code: str) -> None:
    must_read_operation(caller(request), maker=queries.device(code).maker.code)


def _gap(gap: GapNote) -> GapOut:
    return GapOut(
        stream=gap.stream.hex(),
        installation=gap.installation,
        first=gap.first,
        last=gap.last,
        found_by=gap.found_by,
        found_at=gap.found_at,
        closed_by=gap.closed_by,
        closed_at=gap.closed_at,
        declared=gap.declared,
    )
