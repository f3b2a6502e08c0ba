# SPDX-License-Identifier: Apache-2.0
"""Lapses are seen sixty days ahead, stay seen afterwards, and name a successor only where one is known."""

from __future__ import annotations

from datetime import date

from nadzor.law.lapse import lapses, warning

NEW_YEAR = ("order-1113n:2027-01-01", "order-885n:2027-01-01", "order-980n:2027-01-01")


def test_sixty_days_and_no_more() -> None:
    """On the sixty-first day before there is nothing to say, on the sixtieth there is."""
    assert lapses(date(2026, 11, 1)) == ()
    found = lapses(date(2026, 11, 2))
    assert tuple(lapse.name for lapse in found) == NEW_YEAR
    assert {(lapse.days_left, lapse.state) for lapse in found} == {(60, "ahead")}


def test_what_has_lapsed_stays_on_the_list() -> None:
    """From its day on an act is lapsed, not forgotten."""
    assert {lapse.state for lapse in lapses(date(2027, 1, 1))} == {"lapsed"}
    assert {lapse.name for lapse in lapses(date(2027, 3, 1))} >= set(NEW_YEAR)


def test_every_end_that_is_known() -> None:
    """Decree 1684 ends twice, for applications and for amendments; 206n and 181n come later."""
    found = {lapse.name: lapse for lapse in lapses(date(2026, 11, 22), every=True)}
    assert {
        "decree-1684:2028-01-01",
        "decree-1684:2029-01-01",
        "order-206n:2027-09-01",
        "order-181n:2031-09-01",
    } <= set(found)
    assert found["decree-1684:2028-01-01"].state == "later"
    assert "act.decree-1684" in found["decree-1684:2029-01-01"].norms


def test_a_longer_look_sees_more() -> None:
    """The window is the caller's."""
    assert "order-206n:2027-09-01" in {lapse.name for lapse in lapses(date(2026, 11, 22), ahead_days=300)}


def test_only_a_known_successor_is_named() -> None:
    """Order 421n follows 885n; nothing is known to follow 1113n, and nothing is guessed."""
    found = {lapse.act: lapse for lapse in lapses(date(2026, 12, 1))}
    assert found["order-1113n"].successor is None
    assert "421n" in getattr(found["order-885n"].successor, "en", "")
    assert "its successor is unknown" in warning(found["order-1113n"]).en
    assert "утратит силу 01.01.2027" in warning(found["order-885n"]).ru
    (past,) = (lapse for lapse in lapses(date(2027, 1, 2)) if lapse.act == "order-980n")
    assert "lapsed on 1 Jan 2027" in warning(past).en
