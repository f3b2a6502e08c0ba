# SPDX-License-Identifier: Apache-2.0
"""The guided interview: which question comes next, and what an answer makes of those before it."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from typing import Any, Final, Literal

import msgspec

from nadzor.base import yaml_pages
from nadzor.base.problems import Refusal, Text
from nadzor.procedures.rules.answers import PARTS, Answers, Part, PartKind
from nadzor.procedures.rules.reading import unreadable

Kind = Literal["yes_no", "choice", "choices", "text"]

YES: Final = Text(ru="да", en="yes")
NO: Final = Text(ru="нет", en="no")
NONE_OF_THESE: Final = Text(ru="ничего из этого", en="none of these")
DESCRIPTION: Final = ("interpretation", "source", "use", "platform", "access")


class Choice(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One thing that can be chosen; `fact` is its own rule where it has one."""

    label: Text
    fact: str = ""


class Page(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One question as interview.yaml keeps it."""

    fact: str
    kind: Kind
    ask: Text
    help: Text
    hints: tuple[Text, ...] = ()
    choices: dict[str, Choice] = {}


class Caveat(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What an opinion must say of itself, and by which rule; `complex`: only of a complex."""

    fact: str
    text: Text
    complex: bool = False


class Interview(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Every page of the interview, and the sentences that follow from answers."""

    opening: dict[str, Page]
    each_part: dict[str, Page]
    follows: dict[str, Text]
    verdicts: dict[str, Text]
    whole: dict[str, Text]
    elsewhere: Text
    caveats: tuple[Caveat, ...]


class Question(msgspec.Struct, frozen=True, kw_only=True):
    """A question to put now: `key` to answer it by, `at` its place in the answers, its page number."""

    key: str
    at: str
    field: str
    part: PartKind | None
    number: int
    page: Page


@cache
def interview() -> Interview:
    """The interview as written.

    Law: Roszdravnadzor's letter 02I-297/20 of 13.02.2020, question by question.
    """
    page = files("nadzor.procedures.rules").joinpath("interview.yaml").read_text("utf-8")
    return msgspec.convert(yaml_pages.page(page), Interview)


def asked(answers: Answers) -> tuple[Question, ...]:
    """Every question that applies after these answers, up to the first one whose answer decides what follows.

    Law: R-002..R-021: criteria by turn, part by part.
    """
    keys: list[tuple[PartKind | None, str]] = [(None, name) for name in _opening(answers)]
    keys += [(kind, name) for kind in parts_of(answers) for name in _of_part(kind, answers.part(kind))]
    return tuple(_question(kind, name, number) for number, (kind, name) in enumerate(keys, start=1))


def next_question(answers: Answers) -> Question | None:
    """The first question that applies and has no answer; none when the interview is over.

    Law: none; the order is ours.
    """
    return next((each for each in asked(answers) if not answered(answers, each)), None)


def parts_of(answers: Answers) -> tuple[PartKind, ...]:
    """The parts to look at: the named ones of a complex, or the software alone.

    Law: R-021: only the part that meets the criteria is a device.
    """
    if answers.route != "national" or answers.complex is None:
        return ()
    return tuple(k for k in PARTS if k in (answers.parts or ())) if answers.complex else ("software",)


def value_of(answers: Answers, question: Question) -> Any:
    """What was answered, or None.

    Law: none; what the person said.
    """
    return getattr(answers if question.part is None else answers.part(question.part), question.field)


def answered(answers: Answers, question: Question) -> bool:
    """Whether a question has an answer; a blank text is none, and a complex has at least one part.

    Law: none; our own rule.
    """
    value = value_of(answers, question)
    if question.field == "parts":
        return bool(value)
    return bool(value.strip()) if isinstance(value, str) else value is not None


def said(answers: Answers, question: Question) -> Text:
    """An answer in words.

    Law: none; what the person said.
    """
    return in_words(question.page, value_of(answers, question))


def in_words(page: Page, value: Any) -> Text:
    """A value as the page words it.

    Law: none; names only.
    """
    if isinstance(value, bool):
        return YES if value else NO
    if page.kind == "text":
        return Text(ru=value, en=value)
    chosen = [value] if page.kind == "choice" else [key for key in page.choices if key in value]
    labels = [page.choices[key].label for key in chosen] or [NONE_OF_THESE]
    return Text(ru="; ".join(one.ru for one in labels), en="; ".join(one.en for one in labels))


def answer(answers: Answers, key: str, value: Any) -> Answers:
    """The answers with one more; what no longer applies after it is forgotten.

    Law: none; our own rule.
    Raises: Refusal rules.question-unasked, rules.malformed.
    """
    question = next((each for each in asked(answers) if each.key == key), None)
    if question is None:
        raise Refusal("rules.question-unasked", "$.key")
    held: dict[str, Any] = msgspec.to_builtins(answers)
    place = held if question.part is None else held.setdefault("components", {}).setdefault(question.part, {})
    place[question.field] = value
    try:
        return trimmed(msgspec.convert(held, Answers))
    except msgspec.ValidationError as error:
        raise unreadable(error, Answers) from error


def trimmed(answers: Answers) -> Answers:
    """The answers without those to questions that do not apply.

    Law: none; our own rule: who goes back and answers otherwise leaves nothing behind.
    """
    fields: dict[PartKind | None, dict[str, Any]] = {}
    for question in asked(answers):
        if answered(answers, question):
            fields.setdefault(question.part, {})[question.field] = value_of(answers, question)
    opening = fields.pop(None, {})
    return ordered(Answers(**opening, components={k: Part(**told) for k, told in fields.items() if k}))


def ordered(answers: Answers) -> Answers:
    """The same answers with every list in the interview's order, each entry once.

    Law: none; our own rule, so that the order of saying changes nothing.
    """
    parts = {kind: _in_order(answers.components[kind]) for kind in PARTS if kind in answers.components}
    named = None if answers.parts is None else tuple(kind for kind in PARTS if kind in answers.parts)
    return msgspec.structs.replace(answers, components=parts, parts=named)


def _in_order(part: Part) -> Part:
    lists = {name: page.choices for name, page in interview().each_part.items() if page.kind == "choices"}
    told = {name: getattr(part, name) for name in lists}
    kept = {
        n: tuple(key for key in lists[n] if key in value) for n, value in told.items() if value is not None
    }
    return msgspec.structs.replace(part, **kept)


def _question(kind: PartKind | None, name: str, number: int) -> Question:
    pages = interview()
    if kind is None:
        page = pages.opening[name]
        return Question(key=name, at=f"$.{name}", field=name, part=None, number=number, page=page)
    at = f"$.components.{kind}.{name}"
    page = pages.each_part[name]
    return Question(key=f"{kind}.{name}", at=at, field=name, part=kind, number=number, page=page)


def _opening(answers: Answers) -> Iterator[str]:
    yield "route"
    if answers.route == "national":
        yield from ("product", "complex")
        if answers.complex:
            yield "parts"


def _of_part(kind: PartKind, part: Part) -> Iterator[str]:
    yield "program"
    if part.program is False and kind == "sensing":
        yield "health_care"
    if part.program:
        yield from ("integral_part", "purposes", "health_care", "functions")
        if "interpretation" in (part.functions or ()):
            yield from ("mode", "decisions")
        yield "natures"
        yield from DESCRIPTION
