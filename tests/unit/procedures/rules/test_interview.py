# SPDX-License-Identifier: Apache-2.0
"""One question a page, in order, with the letter's examples; going back forgets what no longer applies."""

from __future__ import annotations

from datetime import date

import pytest

from nadzor.base.problems import Refusal
from nadzor.law.load import resolve
from nadzor.procedures.rules import answers as kinds
from nadzor.procedures.rules.answers import Answers, Part
from nadzor.procedures.rules.criteria import NATURE_RULES
from nadzor.procedures.rules.interview import answer, asked, in_words, interview, next_question, said
from nadzor.procedures.rules.rule import known_rule

DAY = date(2026, 11, 22)


def told(*pairs):
    """Answers given one after the other."""
    answers = Answers()
    for key, value in pairs:
        answers = answer(answers, key, value)
    return answers


NATIONAL = (("route", "national"), ("product", "X"), ("complex", False))


def test_the_first_question_is_the_route():
    """National or EAEU comes before anything about the product."""
    first = next_question(Answers())
    assert (first.key, first.at, first.number, first.page.kind) == ("route", "$.route", 1, "choice")
    assert next_question(told(("route", "eaeu"))) is None


def test_questions_come_by_turn_and_only_where_they_apply():
    """Mode and influence are asked only of software that interprets."""
    plain = told(*NATIONAL, ("software.program", True), ("software.functions", ["units"]))
    keys = [question.key for question in asked(plain)]
    assert keys[:4] == ["route", "product", "complex", "software.program"]
    assert "software.mode" not in keys
    reading = answer(plain, "software.functions", ["interpretation"])
    assert [question.number for question in asked(reading)] == list(range(1, 17))
    assert "software.decisions" in [question.key for question in asked(reading)]


def test_a_part_that_is_no_program_is_asked_little():
    """Of a sensor only its purpose matters, of a channel nothing more."""
    answers = told(*NATIONAL[:2], ("complex", True), ("parts", ["channel", "sensing"]))
    answers = answer(answer(answers, "sensing.program", False), "channel.program", False)
    assert [question.key for question in asked(answers)][4:] == [
        "sensing.program", "sensing.health_care", "channel.program",
    ]  # fmt: skip


def test_answering_otherwise_forgets_what_no_longer_applies():
    """Who takes interpretation back has not said how it works."""
    reading = (("software.functions", ["interpretation"]), ("software.mode", "automatic"))
    answers = told(*NATIONAL, ("software.program", True), *reading)
    assert answer(answers, "software.functions", ["units"]).part("software") == Part(
        program=True, functions=("units",)
    )
    assert answer(answers, "route", "eaeu") == Answers(route="eaeu")


def test_a_question_not_asked_cannot_be_answered():
    """Nobody answers ahead, and a wrong value is named by its place."""
    with pytest.raises(Refusal, match="rules.question-unasked"):
        answer(Answers(), "software.program", True)
    with pytest.raises(Refusal) as refused:
        answer(Answers(), "route", "mars")
    assert (refused.value.code, refused.value.at) == ("rules.malformed", "$.route")


def test_an_answer_is_told_in_words():
    """Yes, no, the labels chosen, the text itself, and an empty list as none of these."""
    pages = interview().each_part
    assert in_words(pages["program"], True).ru == "да"
    assert in_words(pages["purposes"], ()).en == "none of these"
    assert (
        in_words(pages["purposes"], ("treatment", "diagnosis")).en
        == "diagnosis of disease; treatment of disease"
    )
    assert in_words(pages["mode"], "neither").en == "neither way"
    question = next_question(told(("route", "national")))
    assert said(Answers(route="national", product="X"), question).ru == "X"


def test_pages_offer_exactly_what_can_be_answered():
    """The choices of the pages are the values of the answers, no more and no fewer."""
    pages = interview().each_part
    assert tuple(pages["purposes"].choices) == kinds.PURPOSES
    assert tuple(pages["functions"].choices) == kinds.FUNCTIONS
    assert tuple(pages["natures"].choices) == kinds.NATURES
    assert tuple(interview().opening["parts"].choices) == kinds.PARTS
    assert {key: choice.fact for key, choice in pages["natures"].choices.items()} == NATURE_RULES
    assert set(pages) == set(Part.__struct_fields__)


def test_every_page_rests_on_a_fact_of_the_law():
    """No question without its rule."""
    pages = [*interview().opening.values(), *interview().each_part.values()]
    facts = {page.fact for page in pages} | {
        c.fact for page in pages for c in page.choices.values() if c.fact
    }
    assert all(resolve(fact) for fact in facts)
    assert known_rule("R-020", date(2020, 1, 1)) is None
    assert known_rule("R-020", DAY).key == "device.misclassification"
