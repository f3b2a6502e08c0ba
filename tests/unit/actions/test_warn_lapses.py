# SPDX-License-Identifier: Apache-2.0
"""A lapse is told once, in time, to the head and the registrar, and kept in the chain of deeds."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from nadzor.actions.warn_lapses import warn_lapses
from nadzor.records import audit, notices

pytestmark = pytest.mark.django_db

EARLY = datetime(2026, 11, 1, 12, tzinfo=UTC)
IN_TIME = datetime(2026, 11, 2, 12, tzinfo=UTC)
AFTER = datetime(2027, 1, 5, 12, tzinfo=UTC)
ENDING = {f"order-{number}:2027-01-01" for number in ("1113n", "885n", "980n")}


def test_nobody_is_told_too_early() -> None:
    """Sixty-one days before the end of the year nothing is said."""
    assert warn_lapses(now=EARLY) == ()
    assert notices.of("head", None) == []


def test_sixty_days_ahead_the_house_warns() -> None:
    """Head and registrar are told of each act that ends, and the deed is recorded with its norms."""
    assert set(warn_lapses(now=IN_TIME)) == ENDING
    for role in ("head", "registrar"):
        told = notices.of(role, None)
        assert {note.subject for note in told} == {f"lapse {name}" for name in ENDING}
        assert all("01.01.2027" in note.text.ru and "1 Jan 2027" in note.text.en for note in told)
    (deed,) = audit.entries(object="lapse order-1113n:2027-01-01")
    assert (deed.verb, deed.by) == ("law.lapse.warn", "house")
    assert "vigilance.report.death" in deed.facts["norms"]


def test_nothing_is_told_twice() -> None:
    """A second run, and one after the lapse itself, add nothing."""
    warn_lapses(now=IN_TIME)
    assert warn_lapses(now=IN_TIME) == warn_lapses(now=AFTER) == ()
    assert len(notices.of("head", None)) == len(ENDING)


def test_a_house_opened_late_is_told_of_what_has_lapsed() -> None:
    """Where the loop did not run in time, the lapse that is already over is told as such."""
    assert set(warn_lapses(now=AFTER)) == ENDING
    assert any("lapsed on 1 Jan 2027" in note.text.en for note in notices.of("registrar", None))
