# SPDX-License-Identifier: Apache-2.0
"""Every error of the API as a problem document, whoever raised it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import msgspec
from django.http import HttpRequest, HttpResponse
from ninja import NinjaAPI
from ninja.errors import ValidationError

from nadzor.base.problems import MEDIA_TYPE, Refusal, document, preferred_language

PREFIX: Final = "/api/"
SIGN_IN: Final = frozenset({"api.anonymous", "people.token-refused"})
_BY_STATUS: Final = {404: "api.not-found", 405: "api.method", 429: "api.too-many", 503: "api.unavailable"}


def answer(request: HttpRequest, refusal: Refusal) -> HttpResponse:
    """The problem document of a refusal, in the language the caller prefers.

    Method: RFC 9457.
    """
    page = document(refusal, preferred_language(request.headers.get("Accept-Language")))
    reply = HttpResponse(
        msgspec.json.encode(page, enc_hook=str), content_type=MEDIA_TYPE, status=page["status"]
    )
    reply["Vary"] = "Accept-Language"
    if page["status"] in {429, 503}:
        reply["Retry-After"] = "60"
    if refusal.code in SIGN_IN:
        reply["WWW-Authenticate"] = 'Bearer realm="nadzor"'
    return reply


def install(api: NinjaAPI) -> None:
    """Tell ninja how refusals and malformed requests are answered; the middleware sees to the rest."""
    handlers: dict[type[Exception], Callable[[HttpRequest, Any], HttpResponse]] = {
        Refusal: answer,
        ValidationError: _malformed,
    }
    for kind, told in handlers.items():
        api.add_exception_handler(kind, told)


class ProblemMiddleware:
    """Turns errors of Django and ninja under /api/ that are not problem documents yet into ones.

    Why: a program that calls the API must never have to read HTML, not even after a fault of ours.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """The answer, its error reshaped."""
        reply = self.get_response(request)
        if not request.path.startswith(PREFIX) or reply.status_code < 400:
            return reply
        if reply.headers.get("Content-Type") == MEDIA_TYPE:
            return reply
        return _reshaped(request, reply)


def _reshaped(request: HttpRequest, reply: HttpResponse) -> HttpResponse:
    known = _BY_STATUS.get(reply.status_code)
    code = known or ("api.fault" if reply.status_code >= 500 else "api.malformed")
    fresh = answer(request, Refusal(code))
    for name, value in reply.headers.items():
        if name not in {"Content-Type", "Content-Length"}:
            fresh.headers.setdefault(name, value)
    return fresh


def _malformed(request: HttpRequest, error: ValidationError) -> HttpResponse:
    places = [{"at": _place(one["loc"]), "detail": one["msg"]} for one in error.errors]
    return answer(request, Refusal("api.malformed", at=places[0]["at"] if places else None, problems=places))


def _place(location: tuple[Any, ...]) -> str:
    """Ninja's location as a path: ("body", "enrolment", "token") becomes $.token, a query field ?limit."""
    kind, *rest = location
    names = [str(part) for part in rest]
    return f"?{names[-1]}" if kind == "query" and names else "$" + "".join(f".{name}" for name in names[1:])
