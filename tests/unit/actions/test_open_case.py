# SPDX-License-Identifier: Apache-2.0
"""Cases with grounds: what opens one, what carries a measure, what the maker is given and may answer."""

from __future__ import annotations

import json

import pytest
from msgspec.structs import replace

from nadzor.actions.add_case_ground import open_on
from nadzor.actions.attach_paper import Upload, attach_paper
from nadzor.actions.open_case import open_case
from nadzor.actions.recompute import FIGURES_MAX, recompute
from nadzor.base.problems import Refusal
from nadzor.records import audit
from nadzor.register import queries as register
from nadzor.vigilance.case_facts import digest_of
from nadzor.vigilance.case_grounds import cases_on, grounds, recomputations
from nadzor.vigilance.packs import pack, packs
from tests.case_samples import DEVICE, case_on_signal, confirmed_signal, event, ground, heard
from tests.filing_samples import (
    AUDITOR,
    CLINIC,
    HEAD,
    INSPECTOR,
    MAKER_ADMIN,
    PDF,
    REPORTER,
    RIVAL,
    move,
    town,
)
from tests.register_samples import NOW
from tests.unit.vigilance.signals import file_signal

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _town():
    town()


def test_a_case_opens_on_a_confirmed_signal_and_an_event():
    """Grounds with a copy of what they said, the case under analysis, the deed in the chain."""
    ref = str(confirmed_signal())
    told = [("signal", ref), ("event", event(seriousness="death"))]
    number = open_case(DEVICE, grounds=told, by=INSPECTOR, now=NOW, because="Both bear on it.")
    found = grounds(number)
    assert [(each.kind, each.ref) for each in found] == told
    assert all(each.digest == digest_of(each.facts) for each in found)
    assert found[1].facts["seriousness"] == "death"
    assert "site" not in json.dumps(found[1].facts)
    assert cases_on("signal", ref) == (number,) and open_on("signal", ref, device=DEVICE) == number
    assert "vigilance.case.ground" in {deed.verb for deed in audit.entries(object=f"filing {number}")}


@pytest.mark.parametrize(
    ("by", "told", "code"),
    [
        (INSPECTOR, [], "case.no-grounds"),
        (INSPECTOR, [("signal", "999")], "case.ground-unknown"),
        (INSPECTOR, [("signal", "x")], "case.ground-unknown"),
        (INSPECTOR, [("rumour", "1")], "case.ground-unknown"),
        (INSPECTOR, [("event", "AE-2026-999999")], "case.ground-unknown"),
        (INSPECTOR, [("month", "2026-01")], "case.ground-unknown"),
        (INSPECTOR, [("monitoring", "2025")], "case.ground-unknown"),
        (INSPECTOR, [("document", "answer/1")], "case.ground-unknown"),
        (INSPECTOR, [("recomputation", "7")], "case.ground-unknown"),
        (MAKER_ADMIN, [("event", "AE-2026-000001")], "filing.not-yours"),
        (CLINIC, [("event", "AE-2026-000001")], "filing.not-yours"),
        (AUDITOR, [("event", "AE-2026-000001")], "filing.not-yours"),
    ],
)
def test_what_opens_no_case(by, told, code):
    """Nothing, what is not there, what is of another device, and whoever opens none: nothing is filed."""
    event()
    with pytest.raises(Refusal) as refusal:
        open_case(DEVICE, grounds=told, by=by, now=NOW, because="because")
    assert refusal.value.code == code
    assert cases_on("event", "AE-2026-000001") == ()


def test_what_nobody_confirmed_carries_no_case():
    """A raised signal and a word said at the public door wait for a person."""
    raised = str(file_signal(device=DEVICE).pk)
    word = event(state="unconfirmed")
    for told in ([("signal", raised)], [("event", word)]):
        with pytest.raises(Refusal, match=r"case\.ground-unfit"):
            open_case(DEVICE, grounds=told, by=INSPECTOR, now=NOW, because="because")


def test_a_case_on_a_signal_alone_takes_no_measure_until_the_maker_answered():
    """The maker's silence does not carry it, a document of the case does."""
    number = case_on_signal()
    move(number, "confirm_deviation")
    with pytest.raises(Refusal, match=r"case\.signal-alone"):
        move(number, "suspend_at_once")
    move(number, "inquire")
    move(number, "answer")
    assert move(number, "suspend") == "suspended"
    assert register.device(DEVICE).status == "suspended"


def test_a_paper_of_the_case_is_a_ground(home):
    """Its digest stands in the case, and the same paper twice is one ground."""
    number = case_on_signal()
    attach_paper(number, Upload("evidence_file", PDF, "trial.pdf"), by=INSPECTOR, now=NOW, home=home)
    first = ground(number, "document", "evidence_file/1")
    assert ground(number, "document", "evidence_file/1") == first
    assert [each.kind for each in grounds(number)] == ["signal", "document"]
    assert len(grounds(number)[1].facts["digest"]) == 64


@pytest.mark.parametrize("by", [MAKER_ADMIN, AUDITOR, RIVAL, CLINIC, None])
def test_only_the_regulator_adds_grounds(by):
    """Nobody else: whoever may not see the case learns nothing of it."""
    from nadzor.actions.add_case_ground import add_case_ground

    number = case_on_signal()
    with pytest.raises(Refusal) as refusal:
        add_case_ground(number, "event", event(), by=by, now=NOW)
    assert refusal.value.code in ("people.not-yours", "filing.unknown")
    assert len(grounds(number)) == 1


def test_grounds_belong_to_open_cases_only():
    """No ground of an application, nor of a case that has ended."""
    from tests.filing_samples import draft

    with pytest.raises(Refusal, match=r"case\.not-a-case"):
        ground(_filed(draft()), "event", event())
    number = case_on_signal()
    move(number, "close_unconfirmed", by=HEAD)
    with pytest.raises(Refusal, match=r"filing\.closed"):
        ground(number, "event", "AE-2026-000001")


def _filed(number: str) -> str:
    move(number, "submit")
    return number


def test_the_pack_holds_what_the_maker_must_be_able_to_check():
    """At the inquiry: figures, hashes, code, commands, numbers of sites and no pseudonym."""
    number = case_on_signal(site="s-secret")
    move(number, "confirm_deviation")
    assert packs(number) == ()
    move(number, "inquire")
    body = packs(number)[0].body
    held = body["grounds"][0]
    for name in ("statistic", "threshold", "effect", "guarantee", "rows_hash", "rows_read", "code"):
        assert held["figures"][name] is not None
    assert held["reproduced_by"][0]["command"].startswith("echo ")
    assert held["statistic_has_calculator"] is True
    assert held["statistic_by"]["command"] == f"nadzor calc signal --file {held['statistic_by']['data']}"
    assert body["question"] == "Which data set was used?"
    assert "s-secret" not in json.dumps(body) and held["sites_named"] is False
    assert packs(number)[0].digest == digest_of(body)
    with pytest.raises(Refusal, match=r"case\.pack-unknown"):
        pack(number, 0)


def test_the_maker_recomputes_with_its_own_figures():
    """Our code runs on them; the row says whether it agrees, the step says so too, and nothing is lost."""
    number = case_on_signal()
    move(number, "confirm_deviation")
    move(number, "inquire")
    ours = packs(number)[0].body["grounds"][0]["reproduced_by"][0]
    same = json.dumps(ours["given"]).encode()
    assert recompute(number, ours["calculation"], same, by=REPORTER, now=NOW) is True
    other = json.dumps(ours["given"] | {"expected": 10 * ours["given"]["expected"]}).encode()
    assert recompute(number, ours["calculation"], other, by=REPORTER, now=NOW, because="Count anew.") is False
    assert [each.same for each in recomputations(number)] == [True, False]
    with pytest.raises(Refusal, match=r"case\.ground-unfit"):
        ground(number, "recomputation", str(recomputations(number)[1].id))
    assert len(ground(number, "recomputation", str(recomputations(number)[0].id))) == 64


@pytest.mark.parametrize(
    ("calculation", "figures", "by", "code"),
    [
        ("proportion-ci", b"{}", MAKER_ADMIN, "case.not-held"),
        ("poisson-ci", b"not json", MAKER_ADMIN, "calc.malformed"),
        ("poisson-ci", b" " * (FIGURES_MAX + 1), MAKER_ADMIN, "case.figures-too-large"),
        ("poisson-ci", b'{"observed": 1, "expected": 1}', INSPECTOR, "move.not-yours"),
        ("poisson-ci", b'{"observed": 1, "expected": 1}', RIVAL, "filing.unknown"),
    ],
)
def test_a_recomputation_that_is_none(calculation, figures, by, code):
    """Nothing is kept of it."""
    number = case_on_signal()
    move(number, "confirm_deviation")
    move(number, "inquire")
    with pytest.raises(Refusal) as refusal:
        recompute(number, calculation, figures, by=by, now=NOW)
    assert refusal.value.code == code
    assert recomputations(number) == ()


def test_every_complaint_is_decided_before_the_case_ends():
    """An upheld one lifts the measure and puts the device back; a case over an open one does not end."""
    number = case_on_signal()
    heard(number)
    move(number, "suspend")
    move(number, "complain")
    with pytest.raises(Refusal, match=r"case\.complaint-open"):
        move(number, "resume_use")
    assert move(number, "uphold_complaint", by=replace(HEAD, username="second-head")) == "weighing"
    assert register.device(DEVICE).status == "registered"
    with pytest.raises(Refusal, match=r"case\.no-complaint"):
        move(number, "reject_complaint")
    assert move(number, "leave_in_use") == "left_in_use"


def test_people_in_danger_come_before_the_hearing():
    """An event of death stops use at once; the maker is heard after, and nothing final before that."""
    number = case_on_signal()
    ground(number, "event", event(seriousness="death"))
    move(number, "confirm_deviation")
    assert move(number, "suspend_at_once") == "suspended"
    with pytest.raises(Refusal, match=r"case\.not-heard"):
        move(number, "pass_to_cancellation")
    assert move(number, "inquire") == "hearing"
    assert move(number, "answer") == "suspended"
    assert move(number, "pass_to_cancellation") == "passed_to_cancellation"


def test_other_events_let_nobody_skip_the_hearing():
    """An event that is serious in no such way is asked about first."""
    number = case_on_signal()
    ground(number, "event", event())
    move(number, "confirm_deviation")
    with pytest.raises(Refusal, match=r"case\.not-at-once"):
        move(number, "suspend_at_once")
