# SPDX-License-Identifier: Apache-2.0
"""Routes of the terminology of adverse events: search, one code, editions, what is offered for a failure."""

from __future__ import annotations

from typing import Annotated, Literal

from django.http import HttpRequest, HttpResponse
from msgspec import Meta, Struct
from ninja import Router

from nadzor.api.description import told
from nadzor.api.filing_words import Code
from nadzor.api.law_words import Strict
from nadzor.api.wire import asked, said
from nadzor.base.problems import Refusal
from nadzor.vigilance.code_cards import CodeCard
from nadzor.vigilance.codes import (
    FOUND_MAX,
    EditionCard,
    Later,
    children,
    code,
    editions,
    find_codes,
    later,
)
from nadzor.vigilance.suggestions import Suggestion, explained

router = Router(tags=["terminology"])


class CodesIn(Strict, frozen=True, kw_only=True):
    """Words to find, of which annexes (A to G) and edition; no words: the codes in their order."""

    q: Annotated[str, Meta(max_length=200)] = ""
    annex: Annotated[str, Meta(max_length=7)] = ""
    edition: Code = ""
    lang: Literal["ru", "en"] = "ru"
    limit: Annotated[int, Meta(ge=1, le=200)] = FOUND_MAX


class EditionIn(Strict, frozen=True, kw_only=True):
    """Of which edition; the current one unless told otherwise."""

    edition: Code = ""


class FailureIn(Strict, frozen=True, kw_only=True):
    """A stage of the SDK at which a study failed, and its failure code."""

    stage: Code = ""
    failure_code: Code = ""


class CodesOut(Struct, frozen=True):
    """Codes that were found, the likeliest first."""

    items: tuple[CodeCard, ...]


class CodeOut(Struct, frozen=True, kw_only=True):
    """One code, the codes right under it, and what later editions make of it."""

    code: CodeCard
    children: tuple[CodeCard, ...]
    later: tuple[Later, ...]


class EditionsOut(Struct, frozen=True):
    """Every edition that can be read here, the newest first."""

    items: tuple[EditionCard, ...]


class SuggestionsOut(Struct, frozen=True):
    """Codes that are offered, with the reason; a person confirms every one of them."""

    items: tuple[Suggestion, ...]


@router.get(
    "", operation_id="find_codes", openapi_extra=told(CodesOut, asks=CodesIn, refuses=[404, 422])
)  # fmt: skip
def find(request: HttpRequest) -> HttpResponse:
    """Codes by words; those that cannot be chosen are among them."""
    wanted = asked(request, CodesIn)
    found = find_codes(
        wanted.q, annex=wanted.annex, edition=wanted.edition, lang=wanted.lang, limit=wanted.limit
    )
    return said(CodesOut(tuple(found)))


@router.get("/editions", operation_id="list_code_editions", openapi_extra=told(EditionsOut))
def listed(request: HttpRequest) -> HttpResponse:
    """The editions of the terminology; a row keeps the edition it was coded in."""
    return said(EditionsOut(editions()))


@router.get(
    "/suggestions",
    operation_id="suggest_codes",
    openapi_extra=told(SuggestionsOut, asks=FailureIn, refuses=[422]),
)
def suggest(request: HttpRequest) -> HttpResponse:
    """Codes offered for a failure that the SDK told of."""
    wanted = asked(request, FailureIn)
    return said(SuggestionsOut(explained(wanted.stage, wanted.failure_code)))


@router.get(
    "/{code}", operation_id="read_code", openapi_extra=told(CodeOut, asks=EditionIn, refuses=[404, 422])
)
def read(request: HttpRequest, code: str) -> HttpResponse:
    """One code with its place in the hierarchy."""
    edition = asked(request, EditionIn).edition
    card = _card(code, edition)
    under = children(card.code, edition=edition)
    return said(CodeOut(code=card, children=tuple(under), later=later(card)))


def _card(wanted: str, edition: str) -> CodeCard:
    found = code(wanted, edition)
    if found is None:
        raise Refusal("codes.not-here")
    return found
