# SPDX-License-Identifier: Apache-2.0
"""The first floor of the disclosure guard: who is counted, what is hidden, and that hidden is not zero."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nadzor.disclosure.guard import Cell, Floor, Hidden, Shown, floor, publishable, said
from nadzor.law.norm import NormMissing

FLOOR = Floor(organisations=5, studies=10, cite="house rule")
numbers = st.integers(0, 30)


def test_the_floor_is_a_dated_rule() -> None:
    """Five organisations and ten studies, by a rule of the house; before that rule nothing is published."""
    assert floor(date(2026, 11, 21)) == Floor(
        organisations=5, studies=10, cite="house rule: disclosure guard, first floor"
    )
    with pytest.raises(NormMissing):
        floor(date(2024, 12, 31))


@pytest.mark.parametrize(
    ("organisations", "studies", "figure"),
    [
        (5, 10, Shown(7)),
        (4, 1000, Hidden("organisations", 5)),
        (5, 9, Hidden("studies", 10)),
        (0, 0, Hidden("organisations", 5)),
    ],
)
def test_the_edges(organisations: int, studies: int, figure: Shown | Hidden) -> None:
    """At both floors a figure is shown; one below either it is hidden, organisations the first reason."""
    assert publishable(Cell(value=7, organisations=organisations, studies=studies), FLOOR) == figure


@given(value=numbers, organisations=numbers, studies=numbers)
def test_shown_only_above_both_floors(value: int, organisations: int, studies: int) -> None:
    """Whatever the figure itself, it is shown exactly when both floors are met."""
    figure = publishable(Cell(value=value, organisations=organisations, studies=studies), FLOOR)
    assert (figure == Shown(value)) == (organisations >= 5 and studies >= 10)


@given(value=numbers, organisations=numbers, studies=numbers, language=st.sampled_from(["ru", "en"]))
def test_hidden_never_looks_like_a_figure(
    value: int, organisations: int, studies: int, language: str
) -> None:
    """A hidden figure's words never read as a number, and a shown zero reads as 0 in both languages."""
    figure = publishable(Cell(value=value, organisations=organisations, studies=studies), FLOOR)
    words = said(figure, language)
    assert words
    assert words.isdigit() == isinstance(figure, Shown)
    assert said(Shown(0), language) == "0"


def test_a_hidden_figure_says_why() -> None:
    """The reader learns which floor was missed, in both languages."""
    assert said(Hidden("organisations", 5), "ru") == "скрыто: меньше 5 организаций"
    assert said(Hidden("studies", 10), "en") == "hidden: fewer than 10 studies"
