# SPDX-License-Identifier: Apache-2.0
"""Bodies and questions read into structs, answers written from structs: one strict way for every route.

Why: the structs of the rooms below are the API's words already; they refuse unknown fields and say where.
"""

from __future__ import annotations

import re
from typing import Any, Final, TypeVar

import msgspec
from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse

from nadzor.base.problems import Refusal

S = TypeVar("S")
JSON: Final = "application/json"
BODY_MAX: Final = 1024 * 1024  # the longest honest form by far; files have a limit of their own
_PLACE: Final = re.compile(r" - at (?:`key` in )?`(?P<place>.*)`$", re.DOTALL)
_VALUE: Final = re.compile(r"(Invalid (?:enum )?value) '.*'", re.DOTALL)
_DAY: Final = re.compile(r"\d{4}-\d{2}-\d{2}(?!\d)")
_LENGTH: Final = "CONTENT_LENGTH"


def heard(request: HttpRequest, shape: type[S], *, limit: int = BODY_MAX) -> S:
    """The JSON body in the shape a route asks for.

    Raises: Refusal api.media-type, api.too-large, api.malformed naming the place, never the value.
    """
    if request.content_type != JSON:
        raise Refusal("api.media-type", wanted=JSON)
    raw = body_of(request, limit=limit)
    try:
        return msgspec.json.decode(raw or b"null", type=shape)
    except UnicodeDecodeError as error:
        raise Refusal("api.malformed", at="$", detail="the text is not UTF-8") from error
    except RecursionError as error:
        raise Refusal("api.malformed", at="$", detail="too deeply nested") from error
    except msgspec.DecodeError as error:
        raise malformed(error, "$") from error


def asked(request: HttpRequest, shape: type[S]) -> S:
    """The question after `?` in the shape a route asks for.

    Raises: Refusal api.malformed naming the field.
    """
    try:
        return msgspec.convert(dict(request.GET.items()), shape, strict=False)
    except msgspec.ValidationError as error:
        raise malformed(error, "?") from error


def as_written(value: Any) -> Any:
    """A day or a moment as RFC 3339 writes it.

    Why: pydantic takes a bare number for seconds since 1970, and so would answer a question nobody asked.
    Raises: ValueError.
    """
    if isinstance(value, str) and not _DAY.match(value):
        raise ValueError("Expected a date as in RFC 3339")
    return value


def said(value: Any, *, status: int = 200, headers: dict[str, str] | None = None) -> HttpResponse:
    """A struct as JSON, with Cyrillic as letters; nobody between us and the caller keeps it."""
    known = {"Cache-Control": "no-cache", **(headers or {})}
    return HttpResponse(msgspec.json.encode(value), content_type=JSON, status=status, headers=known)


def confided(value: Any, *, status: int = 200, headers: dict[str, str] | None = None) -> HttpResponse:
    """A struct said to one person: no cache on the way keeps it."""
    return said(value, status=status, headers={"Cache-Control": "private, no-store", **(headers or {})})


def malformed(error: msgspec.DecodeError, root: str) -> Refusal:
    """The refusal for what could not be read: where and why; what was sent is not repeated."""
    told = str(error)
    found = _PLACE.search(told)
    place = found["place"].removeprefix("$") if found else ""
    at = "?" + place.lstrip(".") if root == "?" else "$" + place
    detail = _VALUE.sub(r"\1", _PLACE.sub("", told))[:300]
    if (unknown := re.search(r"unknown field `([^`]{1,60})", detail)) and root == "?":
        at = f"?{unknown[1]}"
    return Refusal("api.malformed", at=at[:200], detail=detail)


def body_of(request: HttpRequest, *, limit: int) -> bytes:
    """The body, refused by its stated length before it is read where that is told.

    Raises: Refusal api.too-large.
    """
    told = str(request.META.get(_LENGTH) or "")
    if told.isascii() and told.isdigit() and int(told) > limit:
        raise Refusal("api.too-large", limit=limit)
    try:
        raw: bytes = request.body
    except RequestDataTooBig as error:
        raise Refusal("api.too-large", limit=limit) from error
    if len(raw) > limit:
        raise Refusal("api.too-large", limit=limit)
    return raw
