# SPDX-License-Identifier: Apache-2.0
"""Events an installation sent: filed once each, with site and core, held, corrected, and never lost."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import permutations

import pytest

from nadzor.actions import take_wire_events as taking
from nadzor.actions.take_wire_events import take_wire_events
from nadzor.journal.bodies import BodyKeys, Shelf
from nadzor.journal.sheet import receipt_month
from nadzor.records.models import Notice
from nadzor.register.models import Installation
from nadzor.vigilance.models import AdverseEvent, Alert, EarlyCorrection, Narrative, WireMark
from nadzor_wire import event
from nadzor_wire.receipt import Verdict
from tests.event_samples import PERSONAL, furnish
from tests.register_samples import NOW
from tests.wire_events import INSTALLATION, RECEIVED, id_of, lay, sent

pytestmark = pytest.mark.django_db
HEARTBEAT = event.Heartbeat(id=id_of(900), at=RECEIVED, sdk="0.1.0")


@pytest.fixture(autouse=True)
def _furnished(home):
    furnish(home)


def corrects(number, reason="duplicate"):
    """A correction of the n-th event."""
    return event.Correct(id=id_of(number + 500), at=RECEIVED, corrects=id_of(number), reason=reason)


def test_without_a_journal_there_is_nothing(home):
    """A house that never received a batch takes in nothing and fails at nothing."""
    assert take_wire_events(home, now=NOW).batches == 0


def test_an_event_is_filed_with_its_place_and_its_days(home):
    """Site, installation, study, codes; T-19 from the day it was known, the maker's clock from today."""
    lay(home, [HEARTBEAT, sent(1, study="5" * 32, problem_codes=("A110201", "F02", "C1010"))])
    assert take_wire_events(home, now=NOW).events == 1
    row = AdverseEvent.objects.get()
    assert (row.way, row.site, row.installation, row.device) == (
        "sdk",
        "s-000000000001",
        INSTALLATION,
        "ai-901",
    )
    assert (row.event_on, row.aware_on, row.received_on) == (
        date(2026, 11, 18), date(2026, 11, 19), date(2026, 11, 21),
    )  # fmt: skip
    codes = [[each["code"] for each in kept] for kept in (row.problems, row.effects, row.causes)]
    assert codes == [["A110201"], ["F02"], ["C1010"]] and row.seriousness == "death"
    assert [step.verb for step in row.steps.all()] == ["discover", "send_message", "tell_maker_death"]
    assert Alert.objects.get().event == row and row.received_at == RECEIVED


def test_a_second_run_and_a_repeat_file_nothing_twice(home):
    """The mark moves on; the same event in a later batch, or after the mark was lost, is the same event."""
    lay(home, [sent(1)], [sent(1), sent(2)])
    assert take_wire_events(home, now=NOW).events == 2
    assert take_wire_events(home, now=NOW).batches == 0
    WireMark.objects.all().delete()
    assert take_wire_events(home, now=NOW).events == 0 and AdverseEvent.objects.count() == 2


def test_only_clinical_accepted_events_of_real_installations_count(home):
    """A phantom's, a rejected one and one of a bench are passed over."""
    Installation.objects.create(
        id="i-bench0000001",
        device=Installation.objects.get().device,
        site="s-bench",
        sandbox=True,
        created=NOW,
    )
    lay(home, [sent(1, purpose="phantom"), sent(2)], rejected=(Verdict(2, "event.unknown"),), shapes=("{}",))
    lay(home, [sent(3)], installation="i-bench0000001", stream=1)
    assert take_wire_events(home, now=NOW).events == 0
    assert WireMark.objects.get().index == 2


def test_a_narrative_the_gateway_held_is_held_here(home):
    """By its verdict, whatever our own search would say; and by our own search."""
    flagged = (Verdict(1, "narrative.held", "$.narrative", "snils"),)
    lay(home, [sent(1, narrative="A plain text."), sent(2, narrative=PERSONAL)], flagged=flagged)
    take_wire_events(home, now=NOW)
    assert sorted(Narrative.objects.values_list("kind", "held", "text")) == [
        ("name", True, ""), ("snils", True, ""),
    ]  # fmt: skip
    assert not Notice.objects.filter(text_ru__contains="Иванов").exists()


def test_a_corrected_event_is_declined_with_grounds(home):
    """It stays visible, its clocks stop, the inspectors are told; a second correction changes nothing."""
    lay(home, [sent(1)], [corrects(1)], [corrects(1)])
    taken = take_wire_events(home, now=NOW)
    row = AdverseEvent.objects.get()
    assert (taken.events, taken.voided, row.state) == (1, 1, "declined")
    assert "duplicate" in row.steps.last().because
    assert Notice.objects.filter(role="inspector", text_en__contains="taken back").count() == 1


@pytest.mark.parametrize("order", list(permutations((0, 1, 2, 3))), ids=str)
def test_any_order_of_arrival_says_the_same(home, order):
    """Events and corrections in every order: the same events stand, in one run or in one for each batch."""
    lines = [sent(1), corrects(1), sent(2, event_type="death"), corrects(2, "other")]
    for stream, place in enumerate(order):
        lay(home, [lines[place]], stream=stream)
        if stream % 2:
            take_wire_events(home, now=NOW)
    take_wire_events(home, now=NOW)
    kept = {row.source_id[-2:]: (row.state, row.steps.last().verb) for row in AdverseEvent.objects.all()}
    assert sorted(kept.values()) == [("awaiting_report", "follow_up"), ("declined", "void")]
    assert not EarlyCorrection.objects.filter(applied_at=None).exists()


def test_a_correction_that_came_first_is_counted_and_waits(home):
    """It is kept once, the waiting are counted, and a run after the mark was lost applies nothing twice."""
    lay(home, [corrects(1)], [corrects(1, "other")])
    assert take_wire_events(home, now=NOW).waiting == 1
    assert EarlyCorrection.objects.get().reason == "duplicate"
    lay(home, [sent(1)], stream=1)
    assert take_wire_events(home, now=NOW).voided == 1
    WireMark.objects.all().delete()
    again = take_wire_events(home, now=NOW)
    assert (again.voided, again.waiting, AdverseEvent.objects.get().state) == (0, 0, "declined")


def test_no_installation_takes_back_a_death(home):
    """The maker's software runs there: the correction is attached, and a person decides."""
    lay(home, [sent(1, event_type="death")], [corrects(1, "other")])
    assert take_wire_events(home, now=NOW).voided == 0
    row = AdverseEvent.objects.get()
    assert (row.state, row.steps.last().verb) == ("awaiting_report", "follow_up")
    assert Notice.objects.filter(text_en__contains="Only a person").exists()


def test_a_correction_of_something_else_is_nothing_here(home):
    """Corrections of studies pass by."""
    lay(home, [corrects(7, "wrong_study")])
    assert take_wire_events(home, now=NOW).voided == 0 and not AdverseEvent.objects.exists()


def test_a_core_with_odd_codes_days_and_device_is_kept_with_its_doubts(home):
    """Nobody can ask an installation again: what contradicts itself is kept and marked."""
    odd = sent(1, problem_codes=("A99", "G02"), event_date=date(2026, 11, 20), version="9.9")
    lay(home, [odd], device="ai-000")
    take_wire_events(home, now=NOW)
    row = AdverseEvent.objects.get()
    assert (row.device, row.device_told, row.state) == ("", "ai-000", "received")
    assert {"code_unknown", "aware_before_event"} <= set(row.doubts)
    assert row.problems == [{"code": "A99", "edition": ""}]


def test_destroyed_and_damaged_bodies_are_counted_and_passed(home):
    """A body whose key is gone stops nothing behind it."""
    lay(home, [sent(1)])
    lay(home, [sent(2)], installation="i-000000000002", stream=1)
    month = receipt_month(RECEIVED)
    BodyKeys(home.body_keys).shred(Shelf(INSTALLATION, month))
    taken = take_wire_events(home, now=NOW)
    assert (taken.shredded, taken.events, taken.batches) == (1, 1, 2)


def test_what_fails_half_way_is_made_good(home, monkeypatch):
    """An error while an event is filed leaves neither the event nor the mark; the next run files it."""
    lay(home, [sent(1), sent(2)], [sent(3)])
    real, seen = taking.tell_staff, []

    def broken(row, *, now):
        seen.append(row.number)
        if len(seen) == 2:
            raise OSError
        real(row, now=now)

    monkeypatch.setattr(taking, "tell_staff", broken)
    with pytest.raises(OSError):
        take_wire_events(home, now=NOW)
    assert not AdverseEvent.objects.exists() and not WireMark.objects.filter(index__gt=0).exists()
    assert take_wire_events(home, now=NOW + timedelta(seconds=2)).events == 3
    assert sorted(AdverseEvent.objects.values_list("source_id", flat=True)) == [
        f"{INSTALLATION}/{id_of(number)}" for number in (1, 2, 3)
    ]
