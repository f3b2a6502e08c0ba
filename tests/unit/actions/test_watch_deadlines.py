# SPDX-License-Identifier: Apache-2.0
"""A limit that passed is seen once, told to those who answer for it, and decides nothing."""

from __future__ import annotations

from datetime import timedelta

import pytest

from nadzor.actions.watch_deadlines import watch_deadlines
from nadzor.base.clock import moscow_date
from nadzor.records import audit, notices
from nadzor.register import filings
from tests.filing_samples import AUDITOR, carry, draft, town
from tests.register_samples import NOW

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _town():
    town()


def after(days):
    """A moment so many days later."""
    return NOW + timedelta(days=days)


def card(number, at):
    """The filing on a later day."""
    return filings.filing(AUDITOR, number, today=moscow_date(at))


def test_a_breach_is_noted_once():
    """On the last day nothing; after it one breach, one letter to the head, and never again."""
    number = draft()
    carry(number, "submit")
    due = card(number, NOW).row.next_due
    last = NOW + (due - moscow_date(NOW))
    assert watch_deadlines(now=last) == 0
    assert watch_deadlines(now=last + timedelta(days=1)) == 1
    assert watch_deadlines(now=last + timedelta(days=2)) == 0
    found = card(number, last + timedelta(days=2))
    assert [(b.clock, b.due, b.responsible) for b in found.breaches] == [
        ("registration.completeness_check", due, "registrar")
    ]
    assert found.row.state == "checking" and found.row.late
    assert found.letters[-1].kind == "breach" and found.letters[-1].cites == (
        "registration.completeness_check",
    )


def test_those_who_answer_are_told():
    """The role the limit binds and the head; an expert institution and an applicant as organisations."""
    waiting, curing = draft(), draft(form={})
    carry(waiting, "submit", "find_complete", "start", "send_task")
    carry(curing, "submit", "find_incomplete")
    assert watch_deadlines(now=after(60)) == 3
    passed = [told.text.en for told in notices.of("head", None) if "passed" in told.text.en]
    assert len(passed) == 3
    assert any("passed" in told.text.en for told in notices.of("expert", "nik"))
    assert any("passed" in told.text.en for told in notices.of("manufacturer_admin", "luchik"))
    assert len(audit.entries(verb="register.filing.breach")) == 3


def test_a_closed_affair_breaches_nothing():
    """What ended late stays as it ended."""
    number = draft()
    carry(number, "submit", "withdraw")
    assert watch_deadlines(now=after(200)) == 0


def test_beyond_the_calendar_nothing_is_guessed():
    """No date, no breach: the watch goes on with the others."""
    number = draft()
    late = NOW + timedelta(days=395)  # 2027-12-21: the last days fall into a year that is not loaded
    carry(number, "submit", at=late)
    assert watch_deadlines(now=late + timedelta(days=5)) == 0
    assert {run.state for run in card(number, late).runs} >= {"unknown"}
