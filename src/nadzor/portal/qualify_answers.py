# SPDX-License-Identifier: Apache-2.0
"""What a visitor has told the interview so far: kept in the session, nowhere else, until it ends.

Why: nothing said is thrown away by going back, by a mistake or by another language; answers to questions that
no longer apply wait, in case they apply again.
"""

from __future__ import annotations

from typing import Any, Final

import msgspec
from django.http import HttpRequest
from django.utils.translation import gettext as _
from msgspec import Struct

from nadzor.procedures.rules.answers import Answers
from nadzor.procedures.rules.interview import Question, trimmed
from nadzor_wire.personal import find_personal

DRAWER: Final = "qualify"
NONE: Final = "none"  # the choice "none of these": said, not overlooked
LONGEST: Final = {"product": 300}  # as long as the opinion's own field
LONG: Final = 2_000  # a paragraph; the letter's example takes a twentieth of it
DRAFT_MAX: Final = 4 * LONG  # what is kept of a text that is too long: nobody's visit fills our disk
GIVEN_MAX: Final = 50  # more boxes than any question has


class Given(Struct, frozen=True):
    """What a form brought: the value it means, or what is wrong with it."""

    value: Any = None
    fault: str = ""


def answers_of(request: HttpRequest) -> Answers:
    """The answers that apply; a drawer of an older interview that no longer fits is emptied."""
    try:
        return trimmed(msgspec.convert(_nested(_drawer(request)["said"]), Answers))
    except msgspec.ValidationError:
        forget(request)
        return Answers()


def given_in(request: HttpRequest) -> list[str]:
    """What the form brought, as much of it as a person may have typed."""
    return [text[:DRAFT_MAX] for text in request.POST.getlist("answer")[:GIVEN_MAX]]


def keep(request: HttpRequest, key: str, value: Any) -> None:
    """Remember an answer; what was being typed is done with."""
    drawer = _drawer(request)
    request.session[DRAWER] = {"said": {**drawer["said"], key: value}, "draft": {}}


def keep_draft(request: HttpRequest, key: str, given: list[str]) -> None:
    """Remember what could not be accepted, so that the person mends it instead of typing it anew."""
    request.session[DRAWER] = {**_drawer(request), "draft": {key: given}}


def draft_of(request: HttpRequest, key: str) -> list[str] | None:
    """What was typed and not accepted, if anything was."""
    draft: list[str] | None = _drawer(request)["draft"].get(key)
    return draft


def forget(request: HttpRequest) -> None:
    """Empty the drawer."""
    request.session.pop(DRAWER, None)


def read(question: Question, given: list[str]) -> Given:
    """What a form's answer means for a question."""
    if question.page.kind == "text":
        return _read_text(given[0] if given else "", longest(question))
    if question.page.kind == "choices":
        return _read_many(question, given)
    known = ("yes", "no") if question.page.kind == "yes_no" else tuple(question.page.choices)
    if len(given) != 1 or given[0] not in known:
        return Given(fault=_("Choose one answer."))
    return Given(given[0] == "yes" if question.page.kind == "yes_no" else given[0])


def longest(question: Question) -> int:
    """How many characters an answer may have."""
    return LONGEST.get(question.field, LONG)


def may_be_none(question: Question) -> bool:
    """Whether "none of these" is an answer: a complex, at least, has parts."""
    return question.page.kind == "choices" and question.field != "parts"


def _read_text(typed: str, most: int) -> Given:
    text = typed.replace("\r\n", "\n").strip()
    if not text:
        return Given(fault=_("Write an answer: a few words will do."))
    if len(text) > most:
        return Given(fault=_("Shorten the answer to %(most)s characters.") % {"most": most})
    if find_personal(text):
        return Given(
            fault=_("This looks like somebody's personal details. Take them out: no opinion needs them.")
        )
    return Given(text)


def _read_many(question: Question, given: list[str]) -> Given:
    chosen = [key for key in question.page.choices if key in given]
    is_none = NONE in given and may_be_none(question)
    if is_none and chosen:
        return Given(fault=_("Mark either what fits or “none of these”, not both."))
    if not chosen and not is_none:
        return Given(fault=_("Mark at least one."))
    return Given(chosen)


def _drawer(request: HttpRequest) -> dict[str, Any]:
    held = request.session.get(DRAWER)
    return held if isinstance(held, dict) else {"said": {}, "draft": {}}


def _nested(said: dict[str, Any]) -> dict[str, Any]:
    plain: dict[str, Any] = {key: value for key, value in said.items() if "." not in key}
    for key, value in said.items():
        part, dot, field = key.partition(".")
        if dot:
            plain.setdefault("components", {}).setdefault(part, {})[field] = value
    return plain
