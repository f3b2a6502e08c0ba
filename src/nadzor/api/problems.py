# SPDX-License-Identifier: Apache-2.0
"""Refusals, and ninja's own complaints, as problem documents."""

from __future__ import annotations

from typing import Any

import msgspec
from django.http import Http404, HttpRequest, HttpResponse
from ninja import NinjaAPI
from ninja.errors import HttpError, Throttled, ValidationError

from nadzor.base.problems import MEDIA_TYPE, Refusal, document, preferred_language


def answer(request: HttpRequest, refusal: Refusal) -> HttpResponse:
    """The problem document of a refusal, in the language the caller prefers (RFC 9457)."""
    page = document(refusal, preferred_language(request.headers.get("Accept-Language")))
    body = msgspec.json.encode(page, enc_hook=str)
    reply = HttpResponse(body, content_type=MEDIA_TYPE, status=page["status"])
    reply["Vary"] = "Accept-Language"
    if page["status"] == 429:
        reply["Retry-After"] = "60"
    return reply


def install(api: NinjaAPI) -> None:
    """Give every error of the API this shape."""
    api.add_exception_handler(Refusal, answer)
    api.add_exception_handler(ValidationError, _malformed)
    api.add_exception_handler(Throttled, lambda request, _error: answer(request, Refusal("api.too-many")))
    api.add_exception_handler(Http404, lambda request, _error: answer(request, Refusal("api.not-found")))
    api.add_exception_handler(HttpError, _http)


def _malformed(request: HttpRequest, error: Any) -> HttpResponse:
    places = [{"at": _place(one["loc"]), "detail": one["msg"]} for one in error.errors]
    return answer(request, Refusal("api.malformed", at=places[0]["at"] if places else None, problems=places))


def _http(request: HttpRequest, error: Any) -> HttpResponse:
    return answer(request, Refusal("api.malformed" if error.status_code == 400 else "api.not-found"))


def _place(location: tuple[Any, ...]) -> str:
    """Ninja's location as a path: ("body", "enrolment", "token") becomes $.token, a query field ?limit."""
    kind, *rest = location
    names = [str(part) for part in rest]
    return f"?{names[-1]}" if kind == "query" and names else "$" + "".join(f".{name}" for name in names[1:])
