# SPDX-License-Identifier: Apache-2.0
"""A question of the interview as a page, and the list of what has been said so far."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from msgspec import Struct

from nadzor.portal.fields import Tick, Ticks, Wrong
from nadzor.portal.law_marks import sentence
from nadzor.portal.qualify_answers import NONE, longest, may_be_none
from nadzor.portal.words import said
from nadzor.procedures.rules.answers import Answers, PartKind
from nadzor.procedures.rules.interview import (
    NO,
    NONE_OF_THESE,
    YES,
    Question,
    answered,
    asked,
    interview,
    value_of,
)
from nadzor.procedures.rules.interview import said as said_of


class Told(Struct, frozen=True):
    """One question of the list: what was asked and answered, and where to change it."""

    asks: str
    answer: str
    href: str
    is_current: bool


class ToldGroup(Struct, frozen=True):
    """The questions about one thing: the product, or one part of a complex."""

    label: str
    lines: Sequence[Told]


class QuestionSheet(Struct, frozen=True, kw_only=True):
    """A question as the page prints it: its words, its field filled in, what was wrong with the answer."""

    key: str
    asks: str
    about: str
    number: int
    help: str
    hints: Sequence[str]
    field: Ticks | None
    text: str
    longest: int
    is_line: bool
    error: str
    errors: Sequence[Wrong]
    back: str


def question_sheet(answers: Answers, question: Question, typed: list[str], *, error: str) -> QuestionSheet:
    """A question with the answer that was given or typed."""
    is_text = question.page.kind == "text"
    return QuestionSheet(
        key=question.key,
        asks=said(question.page.ask),
        about=about(answers, question.part),
        number=question.number,
        help=said(question.page.help),
        hints=[said(hint) for hint in question.page.hints],
        field=None if is_text else _field(question, typed, error),
        text=typed[0] if is_text and typed else "",
        longest=longest(question),
        is_line=question.field == "product",
        error=error,
        errors=[Wrong(error, "#answer" if is_text else "#answer-1")] if error else [],
        back=_back(answers, question),
    )


def typed_of(answers: Answers, question: Question) -> list[str]:
    """An accepted answer as the form would have brought it."""
    if not answered(answers, question):
        return []
    value: Any = value_of(answers, question)
    if isinstance(value, bool):
        return ["yes" if value else "no"]
    if isinstance(value, str):
        return [value]
    return list(value) or [NONE]


def told_so_far(answers: Answers, current: str = "") -> list[ToldGroup]:
    """What has been said, by part, each line with the way to change it; the current question is marked."""
    lines = [each for each in asked(answers) if answered(answers, each) or each.key == current]
    return [
        ToldGroup(about(answers, part), [_told(answers, each, current) for each in group])
        for part, group in groupby(lines, key=lambda each: each.part)
    ]


def about(answers: Answers, part: PartKind | None) -> str:
    """What a question is about: the product as a whole, or one part of a complex."""
    if part is None:
        return _("The product as a whole")
    if not answers.complex:
        return _("The software")
    label = said(interview().opening["parts"].choices[part].label)
    return _("Part of the complex: %(part)s") % {"part": label}


def _told(answers: Answers, question: Question, current: str) -> Told:
    answer = said(said_of(answers, question)) if answered(answers, question) else ""
    return Told(
        asks=said(question.page.ask),
        answer=answer,
        href=reverse("qualify-question", args=[question.key]),
        is_current=question.key == current,
    )


def _back(answers: Answers, question: Question) -> str:
    before = [each for each in asked(answers) if each.number == question.number - 1]
    return reverse("qualify-question", args=[before[0].key]) if before else reverse("qualify")


def _field(question: Question, typed: list[str], error: str) -> Ticks:
    return Ticks(
        name="answer",
        legend=said(question.page.ask),
        ticks=_ticks(question, typed),
        error=error,
        is_many=question.page.kind == "choices",
    )


def _ticks(question: Question, typed: list[str]) -> list[Tick]:
    if question.page.kind == "yes_no":
        values = {"yes": sentence(said(YES)), "no": sentence(said(NO))}
    else:
        values = {key: sentence(said(choice.label)) for key, choice in question.page.choices.items()}
    found = [Tick(value, label, is_chosen=value in typed) for value, label in values.items()]
    if may_be_none(question):
        label = sentence(said(NONE_OF_THESE))
        found.append(Tick(NONE, label, is_chosen=NONE in typed, is_apart=True))
    return found
