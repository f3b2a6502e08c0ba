# SPDX-License-Identifier: Apache-2.0
"""The pure parts of the pages of events: forms, documents, squares, what comes next."""

from __future__ import annotations

import re
from datetime import date

import pytest
import segno

from nadzor.portal.event_document_fields import NEEDED, asked_fields, read_document
from nadzor.portal.event_fields import OTHER, Answers, as_day, read, wrongs_of
from nadzor.portal.event_harm import harms, problems_of
from nadzor.portal.event_next import next_steps
from nadzor.portal.printed_code_square import QUIET, square
from nadzor.procedures.rules.seriousness import seriousness
from nadzor.statutory.event_form import KINDS
from nadzor.vigilance.code_cards import own_cards

TODAY = date(2026, 11, 22)
WHOLE = {"system": "i-1", "event_on": "2026-11-20", "harm": "none", "words": "It hung.", "once": "x"}


def wrong(**more):
    """What is wrong with a form, field by field."""
    answers = read(WHOLE | more, ["stopped"], once="y")
    return set(wrongs_of(answers, today=TODAY, systems=["i-1"]))


@pytest.mark.parametrize("more, fields", [
    ({}, set()),
    ({"system": "i-2"}, {"system"}),
    ({"system": OTHER}, {"told"}),
    ({"system": OTHER, "told": "Helper 3"}, set()),
    ({"event_on": "2026-11-23"}, {"event_on"}),
    ({"event_on": "0206-11-20"}, {"event_on"}),
    ({"event_on": "20.11.2026"}, {"event_on"}),
    ({"event_on": "2026-11-20", "aware_on": "2026-11-19"}, {"aware_on"}),
    ({"event_on": "", "aware_on": "2026-11-22"}, set()),
    ({"harm": "perhaps"}, {"harm"}),
    ({"words": "x" * 5000}, {"words"}),
])  # fmt: skip
def test_a_form_says_what_is_wrong_by_field(more, fields):
    """Each wrong answer by itself; an empty day is no fault, a day that cannot be is."""
    assert wrong(**more) == fields


def test_a_form_needs_a_trouble_or_words():
    """One of the two is enough, and what is no trouble of ours is left out."""
    bare = read(WHOLE | {"words": ""}, ["nonsense"], once="y")
    assert bare.wrong == () and "wrong" in wrongs_of(bare, today=TODAY, systems=None)
    assert "wrong" not in wrongs_of(read(WHOLE, [], once="y"), today=TODAY, systems=None)


def test_what_was_typed_comes_back_whole():
    """Hidden fields read again give the same answers."""
    first = read(WHOLE | {"aware_on": "2026-11-21", "told": "a<b"}, ["stopped", "slow"], once="y")
    pairs = first.hidden()
    again = read(dict(pairs), [text for name, text in pairs if name == "wrong"], once="z")
    assert again == first and isinstance(again, Answers)


@pytest.mark.parametrize("text", ["", "x", "2026-02-30", "2026-1-1", "99999-01-01", "2026-11-20T00:00"])
def test_rubbish_is_no_day(text):
    """Only a day of the calendar is one."""
    assert as_day(text) is None


def test_every_answer_about_harm_stands_for_codes_that_exist():
    """Each code is of our short list, and the gravest answers have the shortest clocks."""
    found = harms()
    assert {code for each in found.values() for code in each.codes} <= set(own_cards())
    judged = {key: seriousness(each.event_type, each.codes).value for key, each in found.items()}
    assert {key for key, value in judged.items() if value == "threat"} == {"many"}
    assert {key for key, value in judged.items() if value == "death"} == {"death", "life"}


def test_plain_answers_give_each_code_once():
    """Two answers that share a code do not say it twice."""
    assert problems_of(["no-result", "no-result", "slow"]) == ("A0907", "A090812", "A110301")


def test_what_comes_next_names_the_day_while_a_norm_is_in_force():
    """A death gives ten calendar days from the day the maker is told; without a norm no day is named."""
    told = next_steps("death", ("F02",), today=TODAY)
    assert any("2026" in step.text and step.norm is not None for step in told)
    later = next_steps("death", ("F02",), today=date(2027, 1, 11))
    assert all(step.norm is None for step in later) and not any("2027" in step.text for step in later)


@pytest.mark.parametrize("kind", sorted(NEEDED))
def test_an_empty_document_says_what_it_needs(kind):
    """Every kind of document needs something, in a field that its form has."""
    found = read_document(kind, {}, on=TODAY)
    assert set(found.errors) == set(NEEDED[kind])
    if kind in KINDS and kind != "follow_up":
        assert set(NEEDED[kind]) <= set(asked_fields(kind, on=TODAY))


def test_a_follow_up_may_bring_a_graver_harm():
    """The answer about harm becomes codes and a kind of event; nothing said adds nothing."""
    graver = read_document("follow_up", {"narrative": "She died.", "harm": "death"}, on=TODAY)
    assert graver.fields == {"effects": ["F02"], "event_type": "death"} and graver.errors == {}
    assert read_document("follow_up", {"narrative": "More.", "harm": ""}, on=TODAY).fields == {}


def test_codes_of_causes_are_read_apart():
    """Spaces and commas part them."""
    told = {"conclusion": "c", "causes": "c1010, D19"}
    assert read_document("report", told, on=TODAY).fields["causes"] == ["C1010", "D19"]


@pytest.mark.parametrize("text", ["http://127.0.0.1:8400/say/ABCDEFGHJK/", "https://portal.example/say/X/"])
def test_a_square_holds_every_dark_module(text):
    """The path covers exactly the modules of the code, inside a quiet zone of four."""
    rows = [bytes(line) for line in segno.make(text, error="m", micro=False).matrix]
    runs = re.findall(r"M(\d+) (\d+)h(\d+)v1h-\3z", square(text))
    dark = {(int(x) + n - QUIET, int(y) - QUIET) for x, y, width in runs for n in range(int(width))}
    assert dark == {(x, y) for y, line in enumerate(rows) for x, module in enumerate(line) if module}


def test_a_square_keeps_what_stands_in_the_address_inert():
    """Its title is escaped: an address is text."""
    assert "<script" not in square("https://x.example/<script>")
