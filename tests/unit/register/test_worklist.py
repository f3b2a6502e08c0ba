# SPDX-License-Identifier: Apache-2.0
"""What desks show: open filings alone, with what the head could decide and whom an interest bars."""

from __future__ import annotations

from datetime import timedelta

import pytest

from nadzor.actions.declare_interest import declare_interest
from nadzor.base.clock import moscow_date
from nadzor.register.worklist import worklist
from tests.filing_samples import AGENT, EXPERT, HEAD, OTHER_EXPERT, REGISTRAR, carry, draft, town
from tests.register_samples import NOW

TODAY = moscow_date(NOW)
TO_EXPERT = ("submit", "find_complete", "start", "send_task")


@pytest.fixture(autouse=True)
def _town(db: None) -> None:
    town()


def test_a_draft_and_a_closed_filing_are_on_no_desk() -> None:
    """Only what waits for somebody, for those who may see it."""
    number = draft()
    assert worklist(REGISTRAR, today=TODAY) == ()
    carry(number, *TO_EXPERT)
    assert [work.row.number for work in worklist(REGISTRAR, today=TODAY)] == [number]
    assert [work.row.number for work in worklist(EXPERT, today=TODAY)] == [number]
    assert worklist(OTHER_EXPERT, today=TODAY) == worklist(None, today=TODAY) == ()
    carry(number, "conclude_positive", "register")
    assert worklist(HEAD, today=TODAY) == ()


def test_the_heads_moves_are_those_that_no_clock_bars() -> None:
    """A held refusal waits for the objections' last day; then it may be made; a start is the registrar's."""
    number = draft()
    carry(number, "submit", "find_complete")
    assert worklist(HEAD, today=TODAY)[0].head_moves == ()
    carry(number, "start", "send_task", "conclude_negative", "notify_negative")
    held, free = (worklist(HEAD, today=day)[0] for day in (TODAY, TODAY + timedelta(days=60)))
    assert [move.verb for move in held.head_moves] == []
    assert [move.verb for move in free.head_moves] == ["refuse"] and free.over


def test_ones_own_interest_bars_and_nobody_elses() -> None:
    """The applicant's own side is never barred from its filing."""
    carry(draft(), "submit")
    declare_interest("luchik", why="shares", by=REGISTRAR, now=NOW)
    assert [worklist(who, today=TODAY)[0].barred for who in (REGISTRAR, HEAD)] == [True, False]
    assert worklist(AGENT, today=TODAY) == ()


def test_a_list_may_be_narrowed_and_made_whole() -> None:
    """By procedure; whole, it brings papers and evidence."""
    carry(draft(), "submit")
    assert worklist(HEAD, today=TODAY, procedures=["cancellation", "nonsense"]) == ()
    found = worklist(HEAD, today=TODAY, procedures=["registration_simplified"], whole=True)
    assert len(found) == 1 and found[0].evidence == ()
