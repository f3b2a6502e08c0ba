# SPDX-License-Identifier: Apache-2.0
"""Routes of a declared month: the template out, the file in, and what stands beside what events tell."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final, Literal

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from msgspec import Struct
from ninja import Router

from nadzor.actions.declare_month import (
    DeclaredFile,
    declare_month,
    declared_beside,
    declared_template,
)
from nadzor.api.credentials import SIGNED_IN, caller
from nadzor.api.deeds import KEY, done
from nadzor.api.description import file_told, told
from nadzor.api.law_words import Strict
from nadzor.api.wire import confided, heard
from nadzor.base import clock
from nadzor.base.interval import Month
from nadzor.base.problems import Refusal, preferred_language
from nadzor.people.permissions import must_read_operation
from nadzor.people.queries import Person
from nadzor.register import queries
from nadzor.register.declared import DeclaredCard
from nadzor.statutory.declared_said import FILE_MAX

router = Router(tags=["declared months"], auth=SIGNED_IN)
BODY_MAX: Final = FILE_MAX * 4 // 3 + 1_024  # a file in base64, and its envelope
MEDIA: Final = {
    "json": "application/json",
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


class DeclareIn(Strict, frozen=True, kw_only=True):
    """A file as JSON: its format, its bytes in base64."""

    format: Literal["json", "csv", "xlsx"]
    content: bytes


class DeclaredOut(Struct, frozen=True, kw_only=True):
    """One file that was taken; `digest` is SHA-256 of the file, the receipt to keep."""

    device: str
    month: str
    format: str
    digest: str
    lines: int
    by: str
    at: datetime
    stands: bool


class BesideOut(Struct, frozen=True):
    """One column of the form: as declared, as events tell, and the first less the second."""

    key: str
    declared: int
    counted: int
    difference: int


class DeclaredMonthOut(Struct, frozen=True, kw_only=True):
    """A declared month, newest file first; `beside` is absent where events tell nothing to compare with."""

    device: str
    month: str
    files: tuple[DeclaredOut, ...]
    rows: tuple[dict[str, Any], ...]
    beside: tuple[BesideOut, ...] | None


@router.get(
    "/{code}/declared/{month}",
    operation_id="read_declared_month",
    openapi_extra=told(
        DeclaredMonthOut,
        refuses=[404],
        signed_in=True,
        may="oversight; the device's maker and its representative",
    ),
)
def read(request: HttpRequest, code: str, month: str) -> HttpResponse:
    """What a maker declared for a month, and the same columns as events tell them."""
    _must_see(caller(request), code)
    chosen = _month(month)
    found = declared_beside(settings.HOME, code, chosen)
    beside = found.beside
    return confided(
        DeclaredMonthOut(
            device=code,
            month=str(chosen),
            files=tuple(map(_out, found.uploads)),
            rows=found.uploads[0].rows if found.uploads else (),
            beside=None
            if beside is None
            else tuple(BesideOut(one.key, one.declared, one.counted, one.difference) for one in beside),
        )
    )


@router.post(
    "/{code}/declared/{month}",
    operation_id="declare_month",
    openapi_extra=told(
        DeclaredOut,
        status=201,
        hears=DeclareIn,
        refuses=[404, 409],
        signed_in=True,
        headers=[KEY],
        may="the maker's administrator or reporter, its representative",
        example={"format": "json", "content": "e30="},
    ),
)
def declare(request: HttpRequest, code: str, month: str) -> HttpResponse:
    """Declare a month in sums; every wrong cell is told at once as `problems`, and then nothing is taken."""
    given, who, chosen = heard(request, DeclareIn, limit=BODY_MAX), caller(request), _month(month)
    _must_see(who, code)

    def deed() -> DeclaredOut:
        file = DeclaredFile(code, chosen, given.format, given.content)
        return _out(declare_month(settings.HOME, file, by=who, now=clock.now()))

    return done(request, deed, status=201, at=lambda _told: f"devices/{code}/declared/{chosen}")


@router.get(
    "/{code}/declared/{month}/template.{kind}",
    operation_id="read_declared_template",
    openapi_extra=file_told(
        media=MEDIA.values(),
        refuses=[404, 415],
        may="oversight; the device's maker and its representative",
    ),
)
def template(request: HttpRequest, code: str, month: str, kind: str) -> HttpResponse:
    """The empty form for a device and month; headings by Accept-Language."""
    _must_see(caller(request), code)
    chosen = _month(month)
    body = declared_template(
        code, chosen, kind, language=preferred_language(request.headers.get("Accept-Language"))
    )
    answer = HttpResponse(body, content_type=MEDIA[kind])
    answer["Content-Disposition"] = f'attachment; filename="{code}-{chosen}-declared.{kind}"'
    answer["Cache-Control"] = "private, no-store"
    return answer


def _must_see(who: Person, code: str) -> None:
    """Raises: Refusal register.device-unknown, people.not-yours."""
    must_read_operation(who, maker=queries.device(code).maker.code)


def _month(text: str) -> Month:
    try:
        return Month.parse(text)
    except ValueError as error:
        raise Refusal("declared.month-form") from error


def _out(card: DeclaredCard) -> DeclaredOut:
    return DeclaredOut(
        device=card.device,
        month=card.month,
        format=card.format,
        digest=card.digest,
        lines=len(card.rows),
        by=card.by,
        at=card.at,
        stands=card.stands,
    )
