# SPDX-License-Identifier: Apache-2.0
"""A filing moves by its table: by the right person, on the right day, whole or not at all."""

from __future__ import annotations

from datetime import timedelta

import pytest

from nadzor.actions.move_filing import GROUNDS_MAX
from nadzor.base.clock import moscow_date
from nadzor.base.problems import Refusal
from nadzor.people.models import Organisation
from nadzor.records import audit, notices
from nadzor.register import filings, queries
from nadzor.register.refusals import refused_moves
from tests.filing_samples import (
    AGENT,
    EVERYBODY,
    EXPERT,
    HEAD,
    MAKER_ADMIN,
    OTHER_EXPERT,
    REGISTRAR,
    RIVAL,
    carry,
    draft,
    move,
    town,
)
from tests.register_samples import NOW

pytestmark = pytest.mark.django_db
TODAY = moscow_date(NOW)
TO_DECISION = ("submit", "find_complete", "start", "send_task", "conclude_positive")


@pytest.fixture(autouse=True)
def _town() -> None:
    town()


def card(number, by=MAKER_ADMIN, today=TODAY):
    """The filing as somebody sees it."""
    return filings.filing(by, number, today=today)


def test_a_registration_reaches_the_register():
    """Submitted, checked, started, concluded, registered: the device stands in the register."""
    number = draft()
    assert carry(number, *TO_DECISION, "register") == "registered"
    found = card(number)
    assert [step.verb for step in found.steps] == [*TO_DECISION, "register"]
    assert found.row.open is False and found.row.stage == "closed"
    assert queries.device(found.row.device).name_en == "Luchik Heart CT"
    assert [letter.kind for letter in found.letters] == ["accepted", "started", "task", "registered"]
    accepted, _, task, _ = found.letters
    assert accepted.cites == ("registration.completeness_check", "registration.simplified_limit")
    assert " 2026 (Decree 1684" in task.text.en and "Последний день" in accepted.text.ru
    verbs = [deed.verb for deed in audit.entries(object=f"filing {number}")]
    assert verbs[-1] == "register.filing.open" and "register.filing.register" in verbs


def test_clocks_run_and_name_who_must_act():
    """Both the step limit and the overall limit run from the day of receipt; the earlier one comes first."""
    number = draft()
    carry(number, "submit")
    row = card(number).row
    assert (row.filed_on, row.next_clock, row.whose) == (
        TODAY,
        "registration.completeness_check",
        "registrar",
    )
    assert row.next_due is not None and row.days_left == 5 and not row.late
    assert {run.key for run in card(number).runs} >= {"registration.simplified_limit"}


def test_foreign_filings_do_not_exist():
    """A rival, another expert, a clinic and the public learn nothing, not even that there is a filing."""
    number = draft()
    carry(number, "submit", "find_complete", "start", "send_task")
    for by in (RIVAL, OTHER_EXPERT):
        for verb in ("withdraw", "conclude_positive"):
            with pytest.raises(Refusal, match="filing.unknown"):
                move(number, verb, by=by)
    assert filings.filings(EXPERT, today=TODAY).rows[0].number == number
    assert filings.filings(OTHER_EXPERT, today=TODAY).rows == ()


def test_refused_attempts_leave_no_trace(capsys):
    """A wrong role, a wrong state, no grounds: state, steps and chain stay as they were, and it is logged."""
    number = draft()
    carry(number, "submit")
    before = (card(number), audit.head())
    for verb, by, because, code in (
        ("register", HEAD, "why", "move.not-from-here"),
        ("find_complete", MAKER_ADMIN, "why", "move.not-yours"),
        ("find_incomplete", REGISTRAR, "", "move.no-grounds"),
        ("find_incomplete", REGISTRAR, "x" * (GROUNDS_MAX + 1), "move.grounds-too-long"),
    ):
        with pytest.raises(Refusal) as refusal:
            move(number, verb, by=by, because=because)
        assert refusal.value.code == code
    assert (card(number), audit.head()) == before
    assert capsys.readouterr().out.count("register.filing.refused") == 4
    with pytest.raises(Refusal):
        move(number, "no such verb", by=HEAD)
    assert refused_moves() == {
        "move.grounds-too-long": 1, "move.no-grounds": 1, "move.not-from-here": 2, "move.not-yours": 1,
    }  # fmt: skip


def test_a_late_cure_is_told_its_day_and_norm():
    """After T-03 the cure is refused with the last day; the registrar may then return the application."""
    number = draft()
    carry(number, "submit", "find_incomplete")
    later = NOW + timedelta(days=60)
    with pytest.raises(Refusal) as refusal:
        move(number, "cure", at=later)
    assert refusal.value.code == "move.too-late"
    assert refusal.value.facts["norm"] == "registration.cure" and refusal.value.facts["due"]
    assert card(number).row.state == "curing"
    assert move(number, "return_uncured", at=later) == "returned"


def test_the_right_people_are_told():
    """The registrar hears of a new application, the applicant of every step, the expert of the task."""
    number = draft()
    carry(number, "submit")
    assert [told.subject for told in notices.of("registrar", None)] == [f"filing {number}"]
    carry(number, "find_complete", "start", "send_task")
    assert len(notices.of("manufacturer_admin", "luchik")) == 3
    assert any("Waits for you" in told.text.en for told in notices.of("expert", "nik"))


def test_who_represents_a_maker_no_more_hears_nothing():
    """Whoever may not see a filing any longer is not written to about it, even if it filed it."""
    number = draft(by=AGENT)
    move(number, "submit", by=AGENT)
    move(number, "find_complete")
    assert len(notices.of("representative", "posrednik")) == 1
    Organisation.objects.filter(code="farlight").update(represented_by=None)
    move(number, "start")
    assert len(notices.of("representative", "posrednik")) == 1
    assert len(notices.of("manufacturer_admin", "farlight")) == 2


def test_drafts_are_nobody_elses_business():
    """Before it is handed in, the registrar and the head do not see an application."""
    number = draft()
    seen = [person.role for person in EVERYBODY if filings.filings(person, today=TODAY).rows]
    assert [role.value for role in seen] == ["manufacturer_admin", "manufacturer_reporter", "auditor"]
    with pytest.raises(Refusal, match="filing.unknown"):
        filings.filing(REGISTRAR, number, today=TODAY)
