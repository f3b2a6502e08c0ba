# SPDX-License-Identifier: Apache-2.0
"""Moves of an event by desk, clinic and nobody else: what each leaves, whom it tells, what follows."""

from __future__ import annotations

from datetime import timedelta

import pytest
from msgspec.structs import replace

from nadzor.actions.declare_interest import declare_interest
from nadzor.actions.file_document import file_document
from nadzor.actions.move_event import Grounds, move_event
from nadzor.people.models import User
from nadzor.records import audit
from nadzor.records.models import Notice
from nadzor.vigilance.event_rows import runs_of_event
from nadzor.vigilance.models import AdverseEvent
from tests.event_samples import (
    CLINIC,
    DEATH,
    DEVICE,
    HEAD,
    INSPECTOR,
    MAKER,
    PERSONAL,
    STRANGER,
    TOLD,
    code_of,
    furnish,
    told_by,
)
from tests.register_samples import NOW

pytestmark = pytest.mark.django_db
UNPLACED = replace(TOLD, device="", device_told="a chest viewer")
WHY = Grounds("Compared the documents.")


@pytest.fixture(autouse=True)
def _furnished(home):
    furnish(home)


def moved(home, number, verb, by=INSPECTOR, *, now=NOW, because=WHY.because, **added):
    """The state a move leads to."""
    return move_event(home, number, verb, by=by, grounds=Grounds(because, added), now=now)


def running(number, today):
    """The clocks that run."""
    row = AdverseEvent.objects.get(number=number)
    return [run.key.rpartition(".")[2] for run in runs_of_event(row, today) if run.stopped is None]


def test_a_linked_device_reaches_its_maker_that_day(home):
    """The maker is told and its clock starts; an unknown code links nothing."""
    found = told_by(home, INSPECTOR, UNPLACED)
    assert (
        code_of(moved, home, found.number, "link_device", device_code="ai-000") == "vigilance.device-unknown"
    )
    later = NOW + timedelta(days=3)
    assert moved(home, found.number, "link_device", now=later, device_code=DEVICE) == "awaiting_report"
    (run,) = [run for run in runs_of_event(AdverseEvent.objects.get(), later.date()) if run.stopped is None]
    assert run.started == later.date()
    assert Notice.objects.filter(organisation_code="luchik").count() == 1


def test_a_person_takes_a_shorter_limit_away_with_grounds(home):
    """To make an event less grave is the desk's move; its new clock starts today, the maker is told."""
    found = told_by(home, CLINIC, DEATH)
    assert code_of(moved, home, found.number, "reclassify_other", because=" ") == "move.no-grounds"
    assert code_of(moved, home, found.number, "reclassify_other", MAKER) == "move.not-yours"
    assert moved(home, found.number, "reclassify_other") == "awaiting_report"
    assert running(found.number, NOW.date()) == ["other"]
    assert AdverseEvent.objects.get().seriousness == "other"
    later = NOW + timedelta(days=5)
    assert code_of(moved, home, found.number, "reclassify_other", now=later) == "vigilance.serious-already"
    (run,) = [run for run in runs_of_event(AdverseEvent.objects.get(), later.date()) if run.stopped is None]
    assert run.started == NOW.date()


def test_a_duplicate_is_led_and_split_again(home):
    """Its clocks stop; one that is led itself passes on its leader; split, the maker is told anew."""
    first, second, third = (told_by(home, CLINIC).number for _ in range(3))
    assert moved(home, second, "mark_duplicate", leading_event=first) == "duplicate"
    assert moved(home, third, "mark_duplicate", leading_event=second) == "duplicate"
    leaders = AdverseEvent.objects.filter(leading__number=first).values_list("number", flat=True)
    assert set(leaders) == {second, third} and running(second, NOW.date()) == []
    assert moved(home, third, "split") == "awaiting_report"
    assert running(third, NOW.date()) == ["other"]


def test_a_split_event_that_was_reported_is_reported(home):
    """No clock starts for a report that is here already."""
    first, second = (told_by(home, CLINIC).number for _ in range(2))
    file_document(home, second, "report", {}, by=MAKER, now=NOW)
    moved(home, second, "mark_duplicate", leading_event=first)
    assert moved(home, second, "split") == "reported" and running(second, NOW.date()) == []


def test_no_event_leads_itself_nor_an_unknown_leads(home):
    """Each has its code, and the event stays where it was."""
    one, two = (told_by(home, CLINIC).number for _ in range(2))
    assert code_of(moved, home, one, "mark_duplicate", leading_event=one) == "vigilance.leads-itself"
    assert code_of(moved, home, one, "mark_duplicate", leading_event="AE-1") == "vigilance.leading-unknown"
    moved(home, two, "mark_duplicate", leading_event=one)
    assert code_of(moved, home, one, "mark_duplicate", leading_event=two) == "vigilance.leads-itself"
    assert AdverseEvent.objects.get(number=one).state == "awaiting_report"


def test_closed_reopened_and_taken_back(home):
    """A closed event opens again; one taken back stays visible with its grounds; the clinic hears of it."""
    found = told_by(home, INSPECTOR, UNPLACED).number
    assert moved(home, found, "close", outcome="Not a device.") == "closed"
    assert moved(home, found, "reopen", HEAD) == "received"
    own = told_by(home, CLINIC).number
    assert moved(home, own, "void") == "declined" and running(own, NOW.date()) == []
    assert Notice.objects.filter(organisation_code="ward", text_en__contains="news").exists()


@pytest.mark.parametrize(
    ("verb", "by", "because", "added", "code"),
    [
        ("close", INSPECTOR, "Read.", {"outcome": "Done."}, "move.not-from-here"),
        ("mark_duplicate", INSPECTOR, "Same.", {}, "move.unanswered"),
        ("mark_duplicate", CLINIC, "Same.", {}, "move.not-yours"),
        ("void", INSPECTOR, "a" * 4001, {}, "move.grounds-too-long"),
        ("void", INSPECTOR, PERSONAL, {}, "vigilance.told-personal"),
        ("file_report", MAKER, "Here.", {}, "vigilance.by-document"),
        ("void", STRANGER, "Mine.", {}, "vigilance.event-unknown"),
        ("tell_maker_death", HEAD, "Tell.", {}, "move.not-from-here"),
        ("reclassify_death", CLINIC, "Grave.", {}, "move.not-yours"),
        ("void", None, "None.", {}, "vigilance.event-unknown"),
    ],
    ids=range(10),
)
def test_a_move_that_cannot_be_made_is_refused_whole(home, verb, by, because, added, code):
    """No step, no notice, no word of it in the chain of deeds."""
    found = told_by(home, CLINIC).number
    before = (AdverseEvent.objects.get().steps.count(), audit.head())
    assert code_of(moved, home, found, verb, by, because=because, **added) == code
    assert (AdverseEvent.objects.get().steps.count(), audit.head()) == before


def test_whoever_has_an_interest_moves_nothing(home):
    """An inspector with a declared interest in the maker is refused."""
    found = told_by(home, CLINIC).number
    User.objects.create(username="ivan", role="inspector")
    declare_interest("luchik", why="A brother works there.", by=INSPECTOR, now=NOW)
    assert code_of(moved, home, found, "void") == "filing.interest"
