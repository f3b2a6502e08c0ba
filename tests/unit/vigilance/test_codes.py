# SPDX-License-Identifier: Apache-2.0
"""The terminology without any import: our own short list, its hierarchy, its search."""

from __future__ import annotations

import pytest

from nadzor.base.problems import Refusal
from nadzor.vigilance.code_cards import own_cards, parent_of
from nadzor.vigilance.codes import children, code, coded, current_edition, editions, find_codes, later

pytestmark = pytest.mark.django_db

OWN = "nadzor-2026"


def _codes(words: str, lang: str = "ru", annex: str = "") -> list[str]:
    return [card.code for card in find_codes(words, lang=lang, annex=annex)]


def test_the_own_list_stands_without_an_import() -> None:
    """A new house reads its own edition, named as ours and as the current one."""
    assert current_edition() == OWN
    assert [(card.name, card.is_ours, card.is_current) for card in editions()] == [(OWN, True, True)]


def test_every_code_hangs_under_its_longest_prefix() -> None:
    """A parent is the longest beginning that is itself a code; the tops of the annexes have none."""
    cards = own_cards()
    assert cards["A110303"].parent == "A1103"
    assert cards["A110303"].places == ("A11|A1103|A110303",)
    assert cards["G0200802"].parent == "G02008"
    assert all(card.parent == parent_of(card.code, cards) for card in cards.values())
    assert {card.annex for card in cards.values()} == set("ABCDFG")


@pytest.mark.parametrize(
    ("words", "lang", "first"),
    [
        ("A090803", "ru", "A090803"),
        ("пропущенные находки", "ru", "A090803"),
        ("ложная тревога", "ru", "A090804"),
        ("missed finding", "en", "A090803"),
        ("тяжкого вреда", "ru", "F12"),
        ("объем", "ru", "A090805"),
        ("объём", "ru", "A090805"),
        ("network", "ru", "A1101"),
    ],
    ids=["code", "endings", "called", "english", "case", "e", "yo", "other-language"],
)
def test_words_in_either_language_find_a_code(words: str, lang: str, first: str) -> None:
    """Words find the code whatever their ending, with or without the two dots, in both languages."""
    assert _codes(words, lang)[0] == first


def test_words_that_nothing_answers_find_nothing() -> None:
    """Every word must answer: one that does not empties the list."""
    assert _codes("сеть жираф") == []


def test_a_beginning_of_a_code_finds_the_branch() -> None:
    """The beginning of a code finds all that stands under it, in order."""
    assert _codes("A1103") == ["A1103", "A110301", "A110302", "A110303"]


def test_a_search_keeps_to_its_annexes() -> None:
    """Only codes of the annexes asked for are found; another letter is refused."""
    assert {one[0] for one in _codes("", annex="DF")} == {"D", "F"}
    with pytest.raises(Refusal, match="vigilance.annex-unknown"):
        find_codes("", annex="Z")


def test_the_children_of_a_code_stand_one_level_down() -> None:
    """Under a code stand its own children alone; under nothing, the tops of an annex."""
    assert [card.code for card in children("A1103")] == ["A110301", "A110302", "A110303"]
    assert [card.code for card in children("", annex="D")] == [
        "D01",
        "D11",
        "D14",
        "D15",
        "D16",
        "D18",
        "D19",
    ]


def test_a_chosen_code_keeps_its_edition() -> None:
    """What a person chose is stored with the edition it came from, once, however it was typed."""
    assert coded([" a090803", "A090803", ""], annex="A") == [{"code": "A090803", "edition": OWN}]


def test_a_code_that_is_not_there_is_refused_by_its_place() -> None:
    """An unknown code, and one of a foreign annex, are refused; what was typed is not repeated."""
    with pytest.raises(Refusal, match="vigilance.code-unknown") as refused:
        coded(["A0908", "A9999"], annex="A")
    assert refused.value.facts["place"] == 2
    with pytest.raises(Refusal, match="vigilance.code-unknown"):
        coded(["F02"], annex="A")


def test_a_heading_cannot_be_chosen() -> None:
    """A code that only heads others is shown and cannot be chosen."""
    assert not find_codes("G02")[0].selectable
    with pytest.raises(Refusal, match="vigilance.code-not-selectable"):
        coded(["G02"], annex="BCDG")


def test_too_many_codes_are_refused() -> None:
    """More codes than an event can have are refused."""
    with pytest.raises(Refusal, match="vigilance.codes-too-many"):
        coded([f"A{n:02d}" for n in range(41)], annex="A")


def test_an_unknown_edition_is_refused_and_ours_has_no_later_one() -> None:
    """An edition that is not here is refused; our own list has nothing after it."""
    with pytest.raises(Refusal, match="vigilance.edition-unknown"):
        code("A0908", "imdrf-1999")
    card = code("a0908", OWN)
    assert card is not None
    assert later(card) == ()


def test_signs_alone_find_nothing() -> None:
    """A question without a letter or a digit is answered by no code, not by all of them."""
    assert (_codes("%"), _codes("—?")) == ([], [])
    assert _codes(" ")
