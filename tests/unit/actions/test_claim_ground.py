# SPDX-License-Identifier: Apache-2.0
"""Grounds that hold: a claim that labels contradict, one open case a ground, events as they stand now."""

from __future__ import annotations

import json
import shlex
from datetime import timedelta

import msgspec
import pytest

from nadzor.actions.add_case_ground import add_case_ground
from nadzor.actions.claim_ground import claim_facts
from nadzor.actions.open_case import open_case
from nadzor.actions.open_filing import open_filing
from nadzor.base.problems import Refusal
from nadzor.detect.calc.registry import calculate
from nadzor.register import queries as registered
from nadzor.register.models import Filing
from nadzor.vigilance.case_grounds import grounds, rests
from nadzor.vigilance.models import AdverseEvent, CaseGround
from tests.case_samples import DEVICE, case_on_signal, event, ground, heard
from tests.filing_samples import HEAD, INSPECTOR, MAKER_ADMIN, move, town
from tests.register_samples import NOW
from tests.rollup_samples import row, write_rollups

pytestmark = pytest.mark.django_db
TODAY = NOW.date()


@pytest.fixture(autouse=True)
def _town():
    town()


def labels(home, right: int, wrong: int) -> str:
    """Fair labels of the device's sensitivity; returns the claim as a ground names it."""
    claim = next(each for each in registered.claims(DEVICE) if each.metric == "sensitivity")
    day = TODAY - timedelta(days=20)
    more = {"dimension": "selection", "stratum": "all", "known": day, "version": "1.0"}
    counts = {"tp": right, "fn": wrong}
    rows = [row(name, n, day, finding=claim.finding, **more) for name, n in counts.items()]
    write_rollups(home, [*rows, row("processed", 5, day, version="1.0")])
    return f"{claim.finding}/sensitivity/1.0"


def add_claim(number: str, ref: str, home):
    """The claim as a ground, added by the inspector."""
    return add_case_ground(number, "claim", ref, by=INSPECTOR, now=NOW, because="It bears.", home=home)


def test_a_contradicted_claim_is_a_ground_with_its_figures(home):
    """Declared bound, estimate, interval, cases; the command gives the estimate again; no site is named."""
    number, ref = case_on_signal(), labels(home, 120, 180)
    add_claim(number, ref, home)
    facts = grounds(number)[1].facts
    assert facts["outcome"] == "contradicted" and facts["cases"] == 300
    assert facts["claim"]["lower_bound"] > facts["estimate"]["high"]
    given = shlex.split(facts["reproduced_by"])[1].encode()
    again = msgspec.to_builtins(calculate("proportion-ci", given))
    assert again["estimate"] == pytest.approx(facts["estimate"]["estimate"])
    assert "site" not in json.dumps(facts)
    heard(number)
    assert move(number, "issue_warning") == "warned"


@pytest.mark.parametrize(
    ("right", "wrong", "change", "code"),
    [
        (295, 5, "", "case.ground-unfit"),
        (5, 5, "", "case.ground-unfit"),
        (120, 180, "9", "case.ground-unknown"),
    ],
)
def test_a_claim_that_stands_is_no_ground(home, right, wrong, change, code):
    """Neither one that holds, nor one that cannot be tested, nor one of a version that is not there."""
    number, ref = case_on_signal(), labels(home, right, wrong)
    with pytest.raises(Refusal) as refusal:
        add_claim(number, ref + change, home)
    assert refusal.value.code == code and len(grounds(number)) == 1


def test_without_a_rollup_no_claim_was_checked(home):
    """Nor where the caller has no house to read."""
    for house in (home, None):
        with pytest.raises(Refusal, match=r"case\.ground-unknown"):
            claim_facts(house, DEVICE, "effusion/sensitivity/1.0", today=TODAY)


def test_the_check_beside_its_own_signal_is_that_signal_again(home):
    """A claim check and a signal of the claim check: one kind of ground, which carries no measure."""
    number = case_on_signal(detector="claim_check", kind="claim.contradicted")
    add_claim(number, labels(home, 120, 180), home)
    assert [rest.kind for rest in rests(number)] == ["signal", "signal"]


def test_one_ground_has_one_open_case():
    """A second press leads to the first case; another way to the same ground is refused, by its number."""
    number = case_on_signal()
    ref = grounds(number)[0].ref
    told = {"grounds": [("signal", ref)], "now": NOW, "because": "again"}
    assert open_case(DEVICE, by=INSPECTOR, **told) == number
    with pytest.raises(Refusal, match=r"filing\.not-yours"):
        open_case(DEVICE, by=MAKER_ADMIN, **told)
    other = open_filing("case", by=INSPECTOR, now=NOW, device=DEVICE)
    with pytest.raises(Refusal) as refusal:
        ground(other, "signal", ref)
    assert refusal.value.code == "case.ground-elsewhere" and refusal.value.facts["filing"] == number
    move(number, "close_unconfirmed", by=HEAD)
    assert ground(other, "signal", ref) and Filing.objects.filter(procedure="case").count() == 2


def test_an_event_that_was_declined_since_carries_nothing():
    """What it said stays in the case; the measure asks how it stands today."""
    number = case_on_signal()
    ground(number, "event", event(seriousness="death"))
    heard_before = CaseGround.objects.filter(filing=number).count()
    AdverseEvent.objects.update(state="declined")
    assert [rest.kind for rest in rests(number)] == ["signal"]
    move(number, "confirm_deviation")
    with pytest.raises(Refusal, match=r"case\.signal-alone"):
        move(number, "suspend_at_once")
    assert CaseGround.objects.filter(filing=number).count() == heard_before


def test_an_event_that_proved_less_serious_lets_nobody_skip_the_hearing():
    """Reclassified as other, it bears on the case, and the maker is heard first."""
    number = case_on_signal()
    ground(number, "event", event(seriousness="death"))
    AdverseEvent.objects.update(seriousness="other")
    move(number, "confirm_deviation")
    with pytest.raises(Refusal, match=r"case\.not-at-once"):
        move(number, "suspend_at_once")
    heard_case = [rest.seriousness for rest in rests(number)]
    assert heard_case == ["", "other"]
