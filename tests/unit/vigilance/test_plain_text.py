# SPDX-License-Identifier: Apache-2.0
"""Personal details are found however they are hidden, and text that hides nothing stays as it is."""

from __future__ import annotations

import pytest

from nadzor.vigilance.plain_text import hides, personal_in, plain

HIDDEN = {
    "zero width": ("112\u200b-233\u200b-445 95", "snils"),
    "soft hyphen": ("ivan\u00ad@clinic\u00ad.ru", "email"),
    "turned direction": ("\u202e112-233-445 95", "snils"),
    "nul": ("112-233\x00-445 95", "snils"),
    "thin spaces": ("+7\u00a0916\u2009123\u202f45 67", "phone"),
    "long dashes": ("112\u2013233\u2013445 95", "snils"),
    "wide digits": ("１１２-２３３-４４５ ９５", "snils"),
}


@pytest.mark.parametrize("name", HIDDEN)
def test_a_hidden_detail_is_found(name: str) -> None:
    """A sign nobody sees hides a number from nobody."""
    text, kind = HIDDEN[name]
    assert personal_in(text) == kind


def test_plain_text_stays() -> None:
    """Line breaks, tabs and letters of any language are text."""
    text = "Узел 9 мм пропущен.\r\n\tThe viewer froze — twice. 写真"
    assert (plain(text), hides(text), personal_in(text)) == (text, False, "")


def test_hidden_signs_are_taken_out() -> None:
    """What is kept is what is seen."""
    assert plain("a\x00b\u200bc\u202ed\ufeff") == "abcd"
    assert hides("a\u2066b")
