# SPDX-License-Identifier: Apache-2.0
"""The search's one spelling."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from nadzor.register.fold import fold, fold_words, other_layout

CYRILLIC = "АВЕКМНОРСТУХ"
LATIN = "ABEKMHOPCTYX"
TYPED = st.text(alphabet="«»\"' -–—№/.,абвгдёжзийклмн АВСabcXYZ0123456789 ", max_size=40)


@given(st.text(max_size=60))
def test_folding_twice_is_folding_once(text):
    """A stored spelling and a typed one meet at the same place."""
    assert fold(fold(text)) == fold(text)


@given(st.text(max_size=60))
def test_case_never_matters(text):
    """Shouting a name finds the same device."""
    assert fold(text.upper().lower()) == fold(text.lower())


@given(TYPED, TYPED)
def test_spaces_and_quotes_never_matter(left, right):
    """A name pasted with quotes and non-breaking spaces is the same name."""
    assert fold(f"«{left}»\u00a0\t{right}") == fold(left + right)


def test_look_alike_letters_are_one_letter():
    """A registration number typed on the wrong keyboard is found."""
    assert fold(CYRILLIC) == fold(LATIN)
    assert fold("РЗН 2025/90901") == fold("P3H2025/90901")


def test_yo_and_short_i_are_forgiven():
    """Few people type ё, and an accent is never asked for."""
    assert fold("ЛЁГКИЙ") == fold("легкии")


@given(st.text(max_size=60))
def test_no_wildcard_survives(text):
    """What reaches the database's pattern holds no sign with a meaning there."""
    assert not set("%_\\") & set(fold(text))


def test_words_are_folded_one_by_one():
    """Every word of a query must be found; empty ones ask for nothing."""
    assert fold_words("  «Лёгкие»  — КТ ") == [fold("легкие"), fold("КТ")]


@given(TYPED)
def test_spaces_hyphens_and_dashes_are_one(text):
    """A name is found whichever sign stands between its words."""
    assert fold(text.replace(" ", "–")) == fold(text.replace(" ", "-")) == fold(text.replace(" ", ""))


def test_the_other_layout_is_its_own_way_back():
    """A person who forgot to switch the keyboard typed the right keys."""
    assert other_layout("kexbr") == "лучик"
    assert other_layout("дгтп СЕ") == "lung ct"
    assert other_layout(other_layout("лёгкие 2025/1")) == "лёгкие 2025/1"
