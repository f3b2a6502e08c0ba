# SPDX-License-Identifier: Apache-2.0
"""What reality brings to filings: doubles, concurrent changes, suspended devices, courts, evidence."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from nadzor.actions.add_evidence import EvidenceRecord, add_evidence
from nadzor.actions.move_filing import move_filing
from nadzor.actions.resubmit_filing import resubmit_filing
from nadzor.actions.save_form import save_form
from nadzor.base.clock import moscow_date
from nadzor.base.problems import Refusal
from nadzor.register import filings, queries, revisions
from tests.filing_samples import (
    AUDITOR,
    EXPERT,
    FORM,
    HEAD,
    INSPECTOR,
    MAKER_ADMIN,
    MOSCOW,
    REGISTRAR,
    REPORTER,
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
TO_REFUSAL = (*TO_DECISION[:-1], "conclude_negative", "notify_negative")
LATER = NOW + timedelta(hours=1)


@pytest.fixture(autouse=True)
def _town():
    town()


def card(number, by=AUDITOR):
    """The filing as the auditor sees it."""
    return filings.filing(by, number, today=TODAY)


def amendment(procedure="amendment_expertise", **form):
    """An amendment of the sample device."""
    return draft(procedure=procedure, device="ai-901", form=form)


def entered(number, at=LATER):
    """An amendment carried to its entry."""
    carry(number, "submit", "start", "send_task", "conclude_positive", at=at)
    return move(number, "enter_amendment", at=at + timedelta(hours=1))


def test_a_double_filing_is_refused_naming_the_first():
    """However the name is spaced, quoted or written; once the first is withdrawn, a new one may come."""
    first = draft()
    move(first, "submit")
    second = draft(form={**FORM, "name": {"ru": "лучик  сердце КТ", "en": "Other"}})
    with pytest.raises(Refusal) as refusal:
        move(second, "submit")
    assert (refusal.value.code, refusal.value.facts["first"]) == ("filing.double", first)
    assert card(second).row.state == "draft" and "same-name" in {flag.code for flag in card(second).flags}
    move(first, "withdraw")
    assert move(second, "submit") == "checking"


def test_a_withdrawn_draft_was_never_filed():
    """It has no day of receipt, and the regulator does not learn of it."""
    number = draft()
    move(number, "withdraw")
    assert card(number).row.filed_on is None
    with pytest.raises(Refusal, match=r"filing\.unknown"):
        card(number, REGISTRAR)


def test_concurrent_amendments_are_told_and_a_changed_entry_stops_the_second():
    """Both may run; what the first changed the second may not overwrite unseen; the head may confirm it."""
    first = amendment(name={"ru": "Лучик «Лёгкие-КТ» 2", "en": "Luchik Lung CT 2"})
    second = amendment(name={"ru": "Лучик «Лёгкие»", "en": "Luchik Lungs"})
    carry(second, "submit", "start", "send_task", "conclude_positive")
    move(first, "submit", at=LATER)
    assert {flag.code: flag.filings for flag in card(second).flags if flag.filings} == {
        "concurrent": (first,)
    }
    carry(first, "start", "send_task", "conclude_positive", "enter_amendment", at=LATER)
    with pytest.raises(Refusal) as refusal:
        move(second, "enter_amendment", at=LATER + timedelta(hours=1))
    now = refusal.value.facts["now"]
    assert refusal.value.code == "filing.base-changed" and "name" in refusal.value.facts["fields"]
    assert "stale-base" in {flag.code for flag in card(second).flags}
    assert move(second, "enter_amendment", at=LATER + timedelta(hours=2), confirm_base=now) == "entered"
    assert queries.device("ai-901").name_en == "Luchik Lungs"
    assert card(second).steps[-1].facts["confirm_base"] == now


@pytest.mark.parametrize(
    ("procedure", "form", "code"),
    [
        ("amendment_plain", {}, "route-unstated"),
        ("amendment_plain", {"changes": ["functional_purpose"]}, "route-other"),
        ("amendment_version", {"changes": ["version_numbering"]}, ""),
        ("amendment_plain", {"changes": ["address_renamed"]}, ""),
    ],
)
def test_a_route_that_the_changes_do_not_lead_to_is_told(procedure, form, code):
    """It bars nothing: the registrar reroutes, citing a norm."""
    number = amendment(procedure, **form)
    told = {flag.code for flag in card(number).flags}
    assert told == ({code} if code else set())
    assert move(number, "submit") == "considering"


def test_concurrent_amendments_of_other_fields_do_not_meet():
    """An entry changed elsewhere stops nobody."""
    first = amendment(field="oncology")
    second = amendment(solution_type="triage")
    carry(second, "submit", "start", "send_task", "conclude_positive")
    entered(first)
    assert move(second, "enter_amendment", at=LATER + timedelta(hours=2)) == "entered"
    assert (queries.device("ai-901").field, queries.device("ai-901").solution_type) == ("oncology", "triage")


def test_an_amendment_of_a_suspended_device_waits_unless_it_was_demanded():
    """Filing and expertise go on; entering waits until the case itself demands the amendment."""
    number = amendment(field="oncology")
    carry(number, "submit", "start", "send_task", "conclude_positive")
    case = draft(by=INSPECTOR, procedure="case", device="ai-901")
    carry(case, "open_matter", "confirm_deviation", "inquire", "answer", "suspend", at=LATER)
    assert queries.device("ai-901").status == "suspended"
    assert "suspended-device" in {flag.code for flag in card(number).flags}
    with pytest.raises(Refusal, match=r"move\.device-suspended"):
        move(number, "enter_amendment", at=LATER + timedelta(hours=1))
    move(case, "require_amendment", at=LATER + timedelta(hours=1))
    assert move(number, "enter_amendment", at=LATER + timedelta(hours=2)) == "entered"
    assert queries.device("ai-901").status == "suspended"
    carry(case, "note_amendment", "resume_use", at=LATER + timedelta(hours=3))
    assert queries.device("ai-901").status == "registered"
    kinds = [letter.kind for letter in card(case).letters]
    assert kinds == ["case_inquiry", "suspended", "amendment_demanded", "amendment_entered", "resumed"]


def test_a_court_reverses_a_registration():
    """The act is named with court, number and day; the entry is cancelled and the history says by whom."""
    number = draft()
    carry(number, *TO_DECISION, "register")
    code = card(number).row.device
    assert move(number, "court_reversal", at=LATER) == "annulled"
    assert queries.device(code).status == "cancelled"
    assert revisions.history(code)[-1].cause == "court"
    assert "A40-1/2026" in card(number).letters[-1].text.en


@pytest.mark.parametrize(
    ("verb", "facts", "fact"),
    [
        ("find_incomplete", {"defects": []}, "defects"),
        ("find_incomplete", {"defects": "x" * 20_001}, "defects"),
        ("withdraw", {}, ""),
    ],
)
def test_what_a_move_asks_for_must_be_there(verb, facts, fact):
    """The first thing missing is named with how to give it, and nothing moves."""
    number = draft()
    move(number, "submit")
    if not fact:
        assert move(number, verb) == "withdrawn"
        return
    with pytest.raises(Refusal) as refusal:
        move(number, verb, **facts)
    assert (refusal.value.code, refusal.value.at) == ("filing.fact-malformed", f"$.facts.{fact}")
    assert refusal.value.facts["hint_ru"] and card(number).row.state == "checking"


def test_a_register_number_may_come_with_the_decision():
    """Without one the entry carries a draft number of ours."""
    number = draft()
    carry(number, *TO_DECISION)
    move(number, "register", at=LATER, register_number="РЗН 2026/31001")
    assert queries.device(card(number).row.device).number == "РЗН 2026/31001"


def test_filing_anew_carries_form_and_papers_and_links_both():
    """After a refusal: a new draft with new clocks; the old one stays as it ended."""
    number = draft()
    carry(number, *TO_REFUSAL, "waive_objections", "refuse")
    fresh = resubmit_filing(number, by=MAKER_ADMIN, now=LATER)
    old, new = card(number), card(fresh)
    assert (old.row.state, old.resubmissions, new.previous) == ("refused", (fresh,), number)
    assert new.form == old.form and (new.row.state, new.row.filed_on) == ("draft", None)
    move(fresh, "submit", at=LATER)
    assert {run.started for run in card(fresh).runs} == {moscow_date(LATER)}


@pytest.mark.parametrize(
    ("by", "more", "code"),
    [
        (RIVAL, {}, "filing.unknown"),
        (REPORTER, {}, "filing.not-yours"),
        (MAKER_ADMIN, {}, "filing.not-resubmittable"),
    ],
)
def test_what_still_runs_is_not_filed_anew(by, more, code):
    """Nor by anybody else."""
    number = draft()
    move(number, "submit")
    with pytest.raises(Refusal) as refusal:
        resubmit_filing(number, by=by, now=NOW, **more)
    assert refusal.value.code == code


def test_a_rerouted_amendment_is_filed_by_the_way_named():
    """Its form goes with it; a case of the regulator is no way."""
    number = amendment("amendment_version", version="1.1", released_on="2026-10-01")
    carry(number, "submit", "refuse")
    with pytest.raises(Refusal, match=r"filing\.procedure-unknown"):
        resubmit_filing(number, by=MAKER_ADMIN, now=LATER, procedure="case")
    fresh = resubmit_filing(number, by=MAKER_ADMIN, now=LATER, procedure="amendment_expertise")
    assert (card(fresh).row.procedure, card(fresh).form["version"]) == ("amendment_expertise", "1.1")


def test_a_direction_to_register_opens_a_registration():
    """The change needs a new registration: the applicant opens it from the directed affair."""
    number = amendment("amendment_new_registration", **FORM)
    carry(number, "submit", "direct_to_registration")
    fresh = resubmit_filing(number, by=MAKER_ADMIN, now=LATER)
    assert (card(number).row.state, card(fresh).row.procedure) == (
        "registration_opened",
        "registration_simplified",
    )
    assert card(fresh).row.device == ""


def test_an_accelerated_filing_goes_to_the_institution_it_names():
    """It registers the paper set; the Moscow centre sees it and records the trial, and moves nothing."""
    number = draft(procedure="registration_accelerated")
    with pytest.raises(Refusal, match=r"filing\.expert-unknown"):
        move(number, "submit")
    save_form(number, {"expert_body": "nik"}, by=MAKER_ADMIN, now=NOW)
    carry(number, "submit", "register_paper")
    trial = EvidenceRecord(kind="clinical_trial", body="moscow-centre", day=TODAY, outcome="positive")
    with pytest.raises(Refusal, match=r"people\.not-yours"):
        add_evidence(number, trial, by=MAKER_ADMIN, now=NOW)
    assert add_evidence(number, trial, by=MOSCOW, now=NOW).role == "moscow_centre"
    assert filings.moves_open_to(MOSCOW, card(number, MOSCOW), today=TODAY) == ()
    carry(
        number,
        "conclude_negative",
        "resubmit",
        "register_paper",
        "conclude_positive",
        "receive_positive",
        at=LATER,
    )
    keys = [run.key for run in card(number).runs]
    assert keys.count("accelerated.expertise") == 2 and len(card(number).submissions) == 2
    assert move(number, "register", at=LATER + timedelta(hours=2)) == "registered"


@pytest.mark.parametrize(
    ("changes", "by", "code"),
    [
        ({"kind": "seance"}, REGISTRAR, "filing.evidence-malformed"),
        ({"day": date(2027, 1, 1)}, REGISTRAR, "filing.evidence-malformed"),
        ({"valid_until": date(2026, 1, 1)}, REGISTRAR, "filing.evidence-malformed"),
        ({"outcome": "so-so"}, REGISTRAR, "filing.evidence-malformed"),
        ({"body": "moscow-centre"}, REGISTRAR, "filing.body-unfit"),
        ({"kind": "expertise", "body": "luchik"}, REGISTRAR, "filing.body-unfit"),
        ({}, EXPERT, "filing.unknown"),
        ({}, AUDITOR, "people.not-yours"),
        ({"kind": "expertise"}, MAKER_ADMIN, "people.not-yours"),
        ({}, RIVAL, "filing.unknown"),
    ],
)
def test_unsound_evidence_is_refused(changes, by, code):
    """The body must be on the law's list for that work, the days must make sense, the hand must be right."""
    number = draft()
    move(number, "submit")
    told = {"kind": "inspection", "body": "nik", "day": date(2026, 2, 3), "outcome": "positive", **changes}
    with pytest.raises(Refusal) as refusal:
        add_evidence(number, EvidenceRecord(**told), by=by, now=NOW)
    assert refusal.value.code == code
    assert card(number).evidence == ()


def test_evidence_ends_with_the_affair():
    """A laboratory of the class the law accredits passes; a closed filing takes nothing more."""
    number = draft()
    move(number, "submit")
    record = EvidenceRecord(kind="technical_trial", body="accredited-laboratory", day=TODAY, text="Lab One")
    add_evidence(number, record, by=REGISTRAR, now=NOW)
    assert card(number).evidence[0].body == "accredited-laboratory"
    move(number, "withdraw")
    with pytest.raises(Refusal, match=r"filing\.closed"):
        add_evidence(number, record, by=REGISTRAR, now=NOW)


def test_proceedings_may_stand_still_and_go_on():
    """Liquidation under way: no clock runs; resumed where it stood; or terminated with its reason."""
    number = draft()
    carry(number, "submit", "find_complete")
    move(number, "stand_still", by=HEAD)
    assert {run.state for run in card(number).runs if run.stopped is None} <= {"paused", "running"}
    assert move(number, "resume", by=HEAD) == "starting"
    move(number, "stand_still", by=HEAD)
    assert move(number, "terminate") == "terminated"
    assert "struck off" in card(number).letters[-1].text.en


def test_only_known_facts_are_kept():
    """What a person adds beyond what the move asks for does not enter the record."""
    number = draft()
    move_filing(number, "submit", by=MAKER_ADMIN, now=NOW, facts={"confirm_defects": True, "secret": "x"})
    assert set(card(number).steps[0].facts) == {"defects_found", "submission"}
