# SPDX-License-Identifier: Apache-2.0
"""Words of the house are no password: in either alphabet, on the wrong keyboard, disguised, with a year."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError

from nadzor.people.house_words import LEFT_MIN, remaining

WEAK = {
    "year": "Nadzor-2026-2026!",
    "agency": "roszdravnadzor",
    "in russian": "Росздравнадзор2026",
    "wrong keyboard": "yflpjhyflpjh1",
    "disguised": "n@dz0r-n@dz0r-12",
    "two": "MinzdravInspector1",
}
STRONG = {
    "no word": "correct horse battery staple",
    "digits alone, of no word": "8391 4471 0925 3316",
    "a word and enough beside": "надзор кофе на подоконнике",
    "russian": "тихий ёж у трёх сосен",
}


@pytest.mark.parametrize("name", WEAK)
def test_a_word_everybody_guesses_is_refused(name):
    """What is left without such words is less than eight signs."""
    assert remaining(WEAK[name]) < LEFT_MIN
    with pytest.raises(ValidationError) as refused:
        validate_password(WEAK[name])
    assert "password_house_words" in {fault.code for fault in refused.value.error_list}


@pytest.mark.parametrize("name", STRONG)
def test_a_phrase_stays_a_phrase(name):
    """Length is what counts: one such word in a long phrase harms nobody."""
    assert remaining(STRONG[name]) >= LEFT_MIN


def test_the_name_of_ones_own_organisation_is_such_a_word():
    """The maker's name and a year are refused to its people, and to them alone."""
    own = SimpleNamespace(organisation=SimpleNamespace(name="Brightmark Imaging"))
    with pytest.raises(ValidationError):
        validate_password("Brightmark-2026-77", own)
    assert remaining("Brightmark-2026-77") >= LEFT_MIN
