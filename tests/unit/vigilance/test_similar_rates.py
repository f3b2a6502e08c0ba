# SPDX-License-Identifier: Apache-2.0
"""Rates per processed study with exact limits, and what makes two events alike."""

from __future__ import annotations

import pytest

from nadzor.vigilance.similar import branch, likeness, rate_of


def test_a_rate_has_the_exact_limits_of_its_count() -> None:
    """Five events: Garwood's limits 1.6235 and 11.6683, here per 10,000 of 20,000 studies."""
    told = rate_of(5, 20_000)
    assert (told.per_10000, told.low, told.high) == (2.5, pytest.approx(0.8117), pytest.approx(5.8342))


def test_no_events_still_have_an_upper_limit() -> None:
    """Nought of ten thousand does not exclude 3.69."""
    told = rate_of(0, 10_000)
    assert (told.per_10000, told.low, told.high) == (0.0, 0.0, pytest.approx(3.6889))


@pytest.mark.parametrize("studies", [None, 0])
def test_without_studies_there_is_no_rate(studies: int | None) -> None:
    """The count stands alone: unknown is not nought."""
    told = rate_of(7, studies)
    assert (told.events, told.studies, told.per_10000, told.low, told.high) == (7, studies, None, None, None)


@pytest.mark.parametrize(
    ("mine", "theirs", "found"),
    [
        (["A090803"], ["A090803", "A11"], "code"),
        (["A090803"], ["A090804"], "kin"),
        (["A090803"], ["A0907"], None),
        (["A0908"], ["A090803"], "kin"),
        (["A09"], ["A090803"], "kin"),
        (["A09"], [], None),
        ([], ["A09"], "any"),
    ],
    ids=["same", "sibling", "cousin", "narrower", "chapter", "no-code", "any"],
)
def test_likeness_goes_by_code_and_branch(mine: list[str], theirs: list[str], found: str | None) -> None:
    """A sibling is kin, a cousin is not; an event without a code is like any of its scope."""
    assert likeness(mine, theirs) == found


def test_a_chapter_is_its_own_branch() -> None:
    """The code right above: two signs less, never less than the chapter."""
    assert [branch(code) for code in ("A090803", "A0908", "A09", "C1010")] == ["A0908", "A09", "A09", "C10"]
