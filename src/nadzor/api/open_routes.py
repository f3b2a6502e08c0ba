# SPDX-License-Identifier: Apache-2.0
"""Routes of open data, in the manner of openFDA.  Nobody signs in; any site's script may read them."""

from __future__ import annotations

from datetime import UTC, datetime, time
from typing import Annotated, Any, Final
from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.cache import get_conditional_response
from django.utils.http import http_date
from msgspec import Meta
from ninja import Router

from nadzor.actions.open_shelf.ask import Answer, Question, ask
from nadzor.actions.open_shelf.held import etag_of, stand
from nadzor.api import open_words as words
from nadzor.api.description import told
from nadzor.api.law_words import Strict
from nadzor.api.open_rate import measured
from nadzor.api.wire import asked, said
from nadzor.base.problems import preferred_language
from nadzor.disclosure.asking.paging import LIMIT_MAX
from nadzor.disclosure.asking.sets import OpenSet, open_set

router = Router(tags=["open"])
KEPT: Final = "public, max-age=60"
READ_BY_SCRIPTS: Final = (
    "Link, ETag, Last-Modified, Retry-After, RateLimit, RateLimit-Policy, Deprecation, Sunset"
)
SET: Final = "/api/v1/open/{name}"


class OpenIn(Strict, frozen=True, kw_only=True):
    """What is asked of a set, as `docs/open-data.md` explains it."""

    search: Annotated[str, Meta(max_length=1001)] = ""
    count: Annotated[str, Meta(max_length=60)] = ""
    sort: Annotated[str, Meta(max_length=60)] = ""
    limit: Annotated[int, Meta(ge=0, le=LIMIT_MAX)] = 100
    cursor: Annotated[str, Meta(max_length=2000)] = ""
    since: Annotated[int, Meta(ge=0, le=2**53)] | None = None


@router.get("", operation_id="list_open_sets", openapi_extra=told(words.SetsOut, refuses=[429]))
@measured
def list_sets(request: HttpRequest) -> HttpResponse:
    """The open sets with their columns."""
    language = preferred_language(request.headers.get("Accept-Language"))
    return _open(said(words.sets_out(language)))


@router.get(
    "/{name}", operation_id="ask_open_set",
    openapi_extra=told(words.AnswerOut, asks=OpenIn, refuses=[404, 422, 429]),
)  # fmt: skip
@measured
def ask_set(request: HttpRequest, name: str) -> HttpResponse:
    """Rows of an open set: searched, counted, in an order, page by page, or what changed since a number."""
    one, question = open_set(name), Question(**_fields(asked(request, OpenIn)))
    language = preferred_language(request.headers.get("Accept-Language"))
    held = stand(settings.HOME, name)
    tag = etag_of(held.mark, name, language, request.META.get("QUERY_STRING", ""))
    changed = held.changed_at and int(held.changed_at.timestamp())
    if unchanged := get_conditional_response(request, tag, changed):
        unchanged["ETag"] = tag
        return _open(unchanged)
    answer = ask(settings.HOME, name, question)
    headers = _headers(one, answer, tag, _next(request, name, answer))
    return _open(said(words.answer_out(name, answer, question.limit, language), headers=headers))


for path, view, short in (("", list_sets, "head_open_sets"), ("/{name}", ask_set, "head_open_set")):
    router.api_operation(["HEAD"], path, operation_id=short, include_in_schema=False)(view)


def _fields(told: OpenIn) -> dict[str, Any]:
    return {name: getattr(told, name) for name in told.__struct_fields__}


def _open(reply: HttpResponse) -> HttpResponse:
    """Why: what anybody may read any site's script may read, too; no cookie is ever asked for here."""
    reply["Access-Control-Allow-Origin"] = "*"
    reply["Access-Control-Expose-Headers"] = READ_BY_SCRIPTS
    reply["Cache-Control"] = KEPT
    reply["Vary"] = "Accept-Language"
    return reply


def _headers(one: OpenSet, answer: Answer, tag: str, following: str) -> dict[str, str]:
    told = {"ETag": tag}
    if answer.changed_at:
        told["Last-Modified"] = http_date(answer.changed_at.timestamp())
    links = [f'<{following}>; rel="next"'] if following else []
    if one.deprecated:
        told["Deprecation"] = f"@{int(_midnight(one.deprecated).timestamp())}"
        links.append('</open-data/>; rel="deprecation"')
    if one.sunset:
        told["Sunset"] = http_date(_midnight(one.sunset).timestamp())
    return told | ({"Link": ", ".join(links)} if links else {})


def _midnight(day: Any) -> datetime:
    return datetime.combine(day, time(), tzinfo=UTC)


def _next(request: HttpRequest, name: str, answer: Answer) -> str:
    """The address of the following page, only when there is one."""
    kept = {key: text for key, text in request.GET.items() if key not in ("cursor", "since")}
    if answer.next:
        return SET.format(name=name) + "?" + urlencode(kept | {"cursor": answer.next})
    if answer.next_since is not None and answer.truncated:
        return SET.format(name=name) + "?" + urlencode(kept | {"since": answer.next_since})
    return ""
