# SPDX-License-Identifier: Apache-2.0
"""Routes of public safety notices: list, what changed since, one notice, files.  Nobody signs in."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from msgspec import Meta, Struct
from ninja import Router

from nadzor.api.description import told
from nadzor.api.files import streamed
from nadzor.api.filing_words import Code, Moment
from nadzor.api.law_words import Strict
from nadzor.api.wire import asked, said
from nadzor.api.words import ProblemDocument
from nadzor.base import clock
from nadzor.vigilance.notice_export import MEDIA_TYPES, notices_file, notices_tag
from nadzor.vigilance.warning_cards import NoticeCard
from nadzor.vigilance.warnings import NoticeFilter, public_notice, public_notices

router = Router(tags=["notices"])
File = Literal["json", "csv"]
_FILES = {
    "responses": {
        200: {
            "description": "the file, with its ETag",
            "content": {kind.partition(";")[0]: {} for kind in MEDIA_TYPES.values()},
        }
    }
}


class NoticesIn(Strict, frozen=True, kw_only=True):
    """Which notices are wanted; `after` is the cursor, `next` of the page before."""

    device: Code = ""
    stands: bool | None = None
    changed_since: Moment | None = None
    after: Code = ""
    limit: Annotated[int, Meta(ge=0, le=200)] = 50


class NoticesOut(Struct, frozen=True, kw_only=True):
    """A page of notices, newest first.  `next` is the cursor; `as_of` the next call's `changed_since`."""

    items: tuple[NoticeCard, ...]
    next: str | None
    as_of: datetime


@router.get(
    "/notices", operation_id="list_notices", openapi_extra=told(NoticesOut, asks=NoticesIn, refuses=[422])
)
def list_notices(request: HttpRequest) -> HttpResponse:
    """Safety notices, newest first; ended ones stay and say what became of them."""
    wanted, as_of = asked(request, NoticesIn), clock.now()
    fitting = NoticeFilter(device=wanted.device, stands=wanted.stands, changed_since=wanted.changed_since)
    found = public_notices(fitting, now=as_of, after=wanted.after, limit=wanted.limit)
    return said(NoticesOut(items=found.rows, next=found.next, as_of=as_of))


@router.get(
    "/notices.{kind}",
    operation_id="export_notices",
    url_name="export-notices",
    response={422: ProblemDocument},
    openapi_extra=_FILES,
)
def notices_download(request: HttpRequest, kind: File) -> HttpResponseBase:
    """Every notice as JSON or CSV."""
    now = clock.now()
    return streamed(
        request,
        notices_file(kind, now=now),
        name=f"notices-{clock.today()}.{kind}",
        media_type=MEDIA_TYPES[kind],
        etag=notices_tag(kind),
    )


@router.get("/notices/{number}", operation_id="read_notice", openapi_extra=told(NoticeCard, refuses=[404]))
def read_notice(request: HttpRequest, number: str) -> HttpResponse:
    """One safety notice."""
    return said(public_notice(number, now=clock.now()))
