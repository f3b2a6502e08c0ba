# SPDX-License-Identifier: Apache-2.0
"""A deadline names its ground: the norm, the edition, the transitional rule, and how well it is known."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from nadzor.base.problems import Refusal
from nadzor.law.answer import deadline_answer, norm_answer, noted
from nadzor.law.deadline import deadline, legal_day
from nadzor.law.load import norms
from nadzor.law.norm import NormMissing
from nadzor.workdays.calendar import CalendarMissing


def test_the_ground_comes_first() -> None:
    """The first step names the norm, its limit, its edition and its citation."""
    found = deadline("T-15", date(2026, 11, 20))
    assert "5 working days; edition in force from 1 Mar 2025 until 1 Jan 2029" in found.steps[0].text.en
    assert found.steps[0].cite == found.norm.cite
    assert (found.key, found.due) == ("registration.version_amendment", date(2026, 11, 27))


def test_a_transitional_rule_is_told() -> None:
    """What was filed before the end finishes under that edition, and a step says so."""
    found = deadline("T-12", date(2027, 1, 11), filed=date(2026, 12, 1))
    assert found.due == date(2027, 2, 20)
    assert any("what was filed under it finishes" in step.text.en for step in found.steps)
    inside = deadline("T-12", date(2026, 12, 1), filed=date(2026, 11, 1))
    assert not any("finishes" in step.text.en for step in inside.steps)


def test_an_unverified_norm_says_that_it_decides_nothing() -> None:
    """The date is given for information only."""
    found = deadline("T-27.1", datetime(2026, 11, 20, 10, tzinfo=UTC))
    assert found.norm.status == "unverified"
    assert any("decides nothing by itself" in step.text.en for step in found.steps)


def test_the_edition_can_be_that_of_another_day() -> None:
    """The clock may start later than the day whose edition is read."""
    assert deadline("vigilance.message", date(2027, 1, 11), on=date(2026, 12, 31)).due == date(2027, 2, 8)


def test_only_terms_have_deadlines() -> None:
    """A duty in roubles sets no limit; a day at the end of all calendars has no date."""
    with pytest.raises(Refusal) as refusal:
        deadline("F-01", date(2026, 11, 20))
    assert refusal.value.code == "law.not-a-term"
    with pytest.raises(CalendarMissing):
        deadline("T-26.1", date(9999, 12, 31))


def test_the_legal_day_is_that_of_moscow() -> None:
    """Late evening in London is the next day in Moscow; a moment without a zone is Moscow's."""
    assert legal_day(datetime(2026, 11, 20, 22, tzinfo=UTC)) == date(2026, 11, 21)
    assert legal_day(datetime.fromisoformat("2026-11-20T22:00")) == date(2026, 11, 20)


def test_doors_say_a_deadline_in_one_shape() -> None:
    """Key, start, limit, unit, date, citation, status and steps; a moment carries its zone."""
    since = datetime.fromisoformat("2026-11-20T10:00")
    told = deadline_answer(deadline("T-26.1", since), since)
    assert (told.start, told.limit, told.unit) == ("2026-11-20T10:00:00", 24, "hour")
    assert told.due == "2026-11-21T10:00:00+03:00"
    assert told.steps and told.cite and told.status == "reported"
    assert deadline_answer(deadline("T-23", date(2026, 11, 20)), date(2026, 11, 20)).due is None


def test_doors_say_a_norm_in_one_shape() -> None:
    """All editions, the one of a day, and the conflicts in full; no edition on that day is refused."""
    told = norm_answer("registration.version_amendment", on=date(2026, 11, 20))
    assert told.in_force == told.editions[0]
    assert [note.key for note in told.conflicts] == ["X1"] == [one.key for one in noted(norms()[told.key][1])]
    assert norm_answer("amendment.question_answer").hole is not None
    with pytest.raises(NormMissing):
        norm_answer("amendment.question_answer", on=date(2026, 11, 20))
