# SPDX-License-Identifier: Apache-2.0
"""The first suspension of an AI device in Russia, walked with the real actions to both of its ends."""

from __future__ import annotations

import pytest

from nadzor.actions.open_case import open_case
from nadzor.actions.open_filing import open_filing
from nadzor.base.clock import moscow_date
from nadzor.law.load import norm
from nadzor.records import audit, notices
from nadzor.register import filings, revisions
from nadzor.register import queries as register
from nadzor.vigilance.packs import packs
from tests.case_samples import DEVICE, at, confirmed_signal, event, ground
from tests.filing_samples import AUDITOR, HEAD, INSPECTOR, MAKER_ADMIN, draft, move, town
from tests.register_samples import NOW

pytestmark = pytest.mark.django_db

#: Which state of ours stands for each step of the norm.
STEPS = {
    "signal": "draft",
    "analysis": "analysing",
    "deviation_confirmed": "deviation_confirmed",
    "suspension": "suspended",
    "unscheduled_control": "under_control",
    "outcome": "outcome",
}
TO_OUTCOME = (
    ("confirm_deviation", 1), ("inquire", 2), ("answer", 8), ("suspend", 9), ("ask_consent", 9),
    ("note_consent", 10), ("order_control", 11), ("record_control", 20),
)  # fmt: skip


def card(number, by=MAKER_ADMIN):
    """The filing as somebody sees it."""
    return filings.filing(by, number, today=moscow_date(NOW))


@pytest.fixture
def case() -> str:
    """From a confirmed signal, with an event beside it, to the control's outcome."""
    town()
    ref = str(confirmed_signal())
    number = open_case(DEVICE, grounds=[("signal", ref)], by=INSPECTOR, now=NOW, because="The rows show it.")
    ground(number, "event", event(seriousness="threat"))
    for verb, day in TO_OUTCOME:
        move(number, verb, at=at(day))
    return number


def test_the_order_is_that_of_the_precedent(case):
    """Signal, analysis, deviation confirmed, suspension, control, outcome: as the norm lists them."""
    listed = [item.key for item in norm("suspension.precedent", moscow_date(NOW)).items]
    assert listed == list(STEPS)
    way = [step.start for step in card(case, HEAD).steps] + [card(case, HEAD).row.state]
    places = [way.index(STEPS[key]) for key in listed]
    assert places == sorted(places) and way[-1] == "outcome"
    assert register.device(DEVICE).status == "suspended"


def test_it_may_end_with_the_device_in_use_again(case):
    """Resumed: the register shows both turns, the maker has every letter, the chain every deed."""
    assert move(case, "resume_use", at=at(25)) == "resumed"
    assert register.device(DEVICE).status == "registered"
    assert [each.cause for each in revisions.history(DEVICE)][-2:] == ["suspension", "resumption"]
    kinds = [letter.kind for letter in card(case).letters]
    assert kinds == ["case_inquiry", "suspended", "case_control", "case_outcome", "resumed"]
    told = [notice for notice in notices.of("manufacturer_admin", "luchik") if case in notice.subject]
    assert len(told) >= len(kinds) - 1
    verbs = {deed.verb for deed in audit.entries(object=f"filing {case}")}
    assert {"vigilance.case.pack", "register.filing.suspend", "register.filing.resume_use"} <= verbs
    assert audit.verify() == []


@pytest.mark.parametrize(
    ("by", "reads"), [(MAKER_ADMIN, False), (HEAD, True), (INSPECTOR, True), (AUDITOR, True)]
)
def test_what_the_prosecutor_was_told_stays_with_the_regulator(case, by, reads):
    """Its letter and the words of the move that wrote it; that consent was asked, the maker does see."""
    seen = card(case, by)
    assert ("prosecutor" in {letter.to for letter in seen.letters}) is reads
    asked = next(step for step in seen.steps if step.verb == "ask_consent")
    assert (bool(asked.because), bool(asked.facts)) == (reads, reads)


def test_it_may_end_with_the_registration_cancelled(case):
    """Passed on: a case of cancellation ends the registration; use was never resumed on the way."""
    assert move(case, "pass_to_cancellation", at=at(25)) == "passed_to_cancellation"
    assert register.device(DEVICE).status == "suspended"
    cancelling = open_filing("cancellation", by=INSPECTOR, now=at(26), device=DEVICE)
    for verb in ("open_case", "propose", "cancel"):
        move(cancelling, verb, at=at(27))
    assert register.device(DEVICE).status == "cancelled"
    assert [each.cause for each in revisions.history(DEVICE)][-2:] == ["suspension", "cancellation"]


def test_a_court_undoes_the_suspension_but_not_a_later_cancellation(case):
    """The act resumes what the case suspended; what another decision cancelled stays cancelled."""
    move(case, "pass_to_cancellation", at=at(25))
    cancelling = open_filing("cancellation", by=INSPECTOR, now=at(26), device=DEVICE)
    for verb in ("open_case", "propose", "cancel"):
        move(cancelling, verb, at=at(27))
    assert move(case, "court_reversal", at=at(30)) == "reversed"
    assert register.device(DEVICE).status == "cancelled"


def test_the_pack_was_given_before_the_maker_answered(case):
    """One pack, for both grounds, written with the inquiry and readable by the maker."""
    found = packs(case)
    assert [each["kind"] for each in found[0].body["grounds"]] == ["signal", "event"]
    steps = card(case, MAKER_ADMIN).steps
    asked = next(step for step in steps if step.verb == "inquire")
    answered = next(step for step in steps if step.verb == "answer")
    assert asked.at == found[0].at < answered.at


@pytest.mark.parametrize("verb", ["suspend", "prescribe", "issue_warning"])
def test_after_the_orders_lapsed_every_move_still_works(verb):
    """From 1 January 2027 no order on monitoring is in force: the case goes on, its clock is the house's."""
    town()
    ref = str(confirmed_signal())
    number = open_case(DEVICE, grounds=[("signal", ref)], by=INSPECTOR, now=at(100), because="because")
    for step in ("confirm_deviation", "inquire", "answer"):
        move(number, step, at=at(101))
    runs = card(number, HEAD).runs
    assert [run.key for run in runs] == ["case.inquiry_answer"] and runs[0].due is not None
    assert move(number, verb, at=at(102)) in ("suspended", "prescribed", "warned")
    assert draft(at=at(103)).startswith("20")
