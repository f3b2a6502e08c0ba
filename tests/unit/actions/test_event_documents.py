# SPDX-License-Identifier: Apache-2.0
"""Documents about an event: who may send which, what they add, how a graver fact starts its own clock."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from msgspec.structs import replace

from nadzor.actions.event_fields import FIELDS_MAX
from nadzor.actions.file_document import file_document
from nadzor.actions.move_event import Grounds, move_event
from nadzor.actions.redact_narrative import open_narrative, redact_narrative
from nadzor.base.problems import Refusal
from nadzor.records import audit
from nadzor.records.models import Notice
from nadzor.vigilance.event_rows import runs_of_event
from nadzor.vigilance.models import AdverseEvent, Alert, Narrative
from tests.event_samples import (
    CLINIC,
    DEATH,
    HEAD,
    INSPECTOR,
    MAKER,
    OTHER_MAKER,
    PERSONAL,
    STRANGER,
    TOLD,
    code_of,
    furnish,
    told_by,
)
from tests.register_samples import NOW

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(weeks=1)
REVEALED = {"event_type": "death", "known_on": "2026-11-24"}


@pytest.fixture
def event(home):
    """An event of the sample clinic that waits for the maker's report."""
    furnish(home)
    return told_by(home, CLINIC)


def sent(home, number, kind, fields, by, **how):
    """A document a week later."""
    return file_document(home, number, kind, fields, by=by, now=how.pop("now", LATER), **how)


def clocks(number):
    """The runs of an event: clock, day it started, state."""
    row = AdverseEvent.objects.get(number=number)
    return [(run.key.rpartition(".")[2], run.started, run.state) for run in runs_of_event(row, LATER.date())]


def test_a_report_meets_the_clock(home, event):
    """The maker's report stops its clock, joins its codes to the core, and the inspectors are told."""
    assert (
        sent(home, event.number, "report", {"causes": ["C1001"], "summary": "A setting."}, MAKER)
        == "reported"
    )
    row = AdverseEvent.objects.get()
    assert [each["code"] for each in row.causes] == ["C1001"]
    assert clocks(event.number)[-1] == ("other", NOW.date(), "met")
    assert row.steps.last().because.startswith("документ ")
    assert Notice.objects.filter(role="inspector", text_en__contains="filed about event").exists()


@pytest.mark.parametrize(
    ("kind", "form"),
    [
        ("follow_up", "order-1113n-report 2021"),
        ("safety_notice", "order-1113n-safety-notice 2021"),
        ("corrective_action", "order-1113n-corrective-action 2021"),
    ],
)
def test_a_document_names_its_form_and_edition(home, event, kind, form):
    """As the law's own data call them, the lapsed edition after the lapse."""
    sent(home, event.number, kind, {}, MAKER, now=NOW + timedelta(weeks=10))
    assert AdverseEvent.objects.get().documents.last().form == form


def test_a_makers_graver_fact_starts_its_clock_on_its_own_day(home, event):
    """Ten days from the day the maker learned of the death; the former clock stops; an alert goes out."""
    assert sent(home, event.number, "follow_up", REVEALED, MAKER) == "awaiting_report"
    assert clocks(event.number)[1:] == [
        ("other", NOW.date(), "met"), ("death", date(2026, 11, 24), "running"),
    ]  # fmt: skip
    assert Alert.objects.get().kind == "death"


def test_what_a_clinic_adds_the_maker_learns_today(home, event):
    """A clinic's own day does not start the maker's clock; the house tells the maker, and that day does."""
    sent(home, event.number, "follow_up", REVEALED, CLINIC)
    assert clocks(event.number)[-1] == ("death", LATER.date(), "running")
    texts = Notice.objects.filter(organisation_code="luchik").values_list("text_en", flat=True)
    assert any("another gravity" in text for text in texts)


def test_a_known_day_before_the_clock_is_the_clocks_first_day(home, event):
    """Nobody can learn that an event grew graver before knowing of the event."""
    sent(home, event.number, "follow_up", {**REVEALED, "known_on": "2026-11-01"}, MAKER)
    assert clocks(event.number)[-1] == ("death", NOW.date(), "running")


def test_a_report_that_is_there_waits_again_for_a_graver_one(home, event):
    """After its report, too: the event awaits the graver report."""
    sent(home, event.number, "report", {}, MAKER)
    assert sent(home, event.number, "follow_up", REVEALED, MAKER) == "awaiting_report"


def test_a_document_takes_nothing_from_the_core(home):
    """A maker neither makes a death less grave nor says the clinic's days anew; it fills what is empty."""
    furnish(home)
    event = told_by(home, CLINIC, replace(DEATH, version=""))
    fields = {"event_type": "other", "event_on": "2026-11-01", "version": "1.0", "effects": ["F26"]}
    sent(home, event.number, "report", fields, MAKER)
    row = AdverseEvent.objects.get()
    assert (row.event_type, row.seriousness, row.event_on) == ("death", "death", DEATH.event_on)
    assert row.version == "1.0" and row.effects


def test_who_told_of_it_may_say_its_days_anew(home, event):
    """The clinic corrects its own day; a day that contradicts is refused and nothing is kept."""
    sent(home, event.number, "follow_up", {"event_on": "2026-11-17"}, CLINIC)
    assert AdverseEvent.objects.get().event_on == date(2026, 11, 17)
    contradicting = {"event_on": "2026-11-20"}
    assert (
        code_of(sent, home, event.number, "follow_up", contradicting, CLINIC) == "vigilance.dates-contradict"
    )
    assert AdverseEvent.objects.get().documents.count() == 2


@pytest.mark.parametrize("by", [STRANGER, OTHER_MAKER], ids=["clinic", "maker"])
def test_a_strangers_follow_up_learns_nothing(home, event, by):
    """To another clinic and another maker the event is as unknown as one that never was."""
    assert code_of(sent, home, event.number, "follow_up", {}, by) == "vigilance.event-unknown"
    assert code_of(sent, home, "AE-2026-999999", "follow_up", {}, CLINIC) == "vigilance.event-unknown"


@pytest.mark.parametrize(
    ("kind", "fields", "code"),
    [
        ("novel", {}, "vigilance.kind-unknown"),
        ("follow_up", {"event_on": "yesterday"}, "vigilance.field-malformed"),
        ("follow_up", {"nested": {"a": 1}}, "vigilance.field-malformed"),
        ("follow_up", {"No Name": "a"}, "vigilance.field-malformed"),
        ("follow_up", {"event_type": ["death"]}, "vigilance.field-malformed"),
        ("follow_up", {"problems": [1]}, "vigilance.field-malformed"),
        ("follow_up", {"measures": PERSONAL}, "vigilance.told-personal"),
        ("follow_up", {"measures": "a" * FIELDS_MAX}, "vigilance.text-too-long"),
        ("follow_up", {"known_on": "2027-11-01"}, "vigilance.event-future"),
        ("report", {}, "move.not-yours"),
        ("answer", {}, "move.not-from-here"),
    ],
    ids=range(11),
)
def test_what_is_wrong_with_a_document_is_said(home, event, kind, fields, code):
    """Each fault has its code, and the event keeps its one document."""
    assert code_of(sent, home, event.number, kind, fields, CLINIC) == code
    assert AdverseEvent.objects.get().documents.count() == 1


def test_a_long_narrative_is_refused(home, event):
    """As long as on the wire and no longer."""
    refusal = code_of(sent, home, event.number, "follow_up", {}, CLINIC, narrative="a" * 4001)
    assert refusal == "vigilance.text-too-long"


def test_a_question_is_answered_by_a_document(home, event):
    """The inspector asks on the card; the maker's answer brings the event back; an empty one does not."""
    sent(home, event.number, "report", {}, MAKER)
    asked = Grounds("Which setting?", {"question": "Which setting?"})
    assert move_event(home, event.number, "ask", by=INSPECTOR, grounds=asked, now=LATER) == "questioned"
    assert code_of(sent, home, event.number, "answer", {}, MAKER) == "move.no-grounds"
    assert sent(home, event.number, "answer", {}, MAKER, narrative="The window level.") == "reported"


def test_a_follow_up_to_a_closed_event_is_kept_and_told(home, event):
    """It reopens nothing by itself, unless it is graver; then the maker's clock runs again."""
    sent(home, event.number, "report", {}, MAKER)
    closing = Grounds("Read.", {"outcome": "A setting was corrected."})
    move_event(home, event.number, "close", by=INSPECTOR, grounds=closing, now=LATER)
    assert sent(home, event.number, "follow_up", {"more": "It froze again."}, CLINIC) == "closed"
    assert sent(home, event.number, "follow_up", REVEALED, CLINIC) == "awaiting_report"


def test_a_death_told_of_a_duplicate_reaches_the_leading_event(home, event):
    """The duplicate stays where it is; the event that leads it awaits the graver report."""
    other = told_by(home, CLINIC)
    same = Grounds("One event.", {"leading_event": event.number})
    move_event(home, other.number, "mark_duplicate", by=INSPECTOR, grounds=same, now=NOW)
    assert sent(home, other.number, "follow_up", REVEALED, CLINIC) == "duplicate"
    leading = AdverseEvent.objects.get(number=event.number)
    assert (leading.state, leading.seriousness) == ("awaiting_report", "death")
    assert clocks(event.number)[-1][0] == "death"


def test_a_held_narrative_is_opened_on_record_and_released_clean(home):
    """Only the desk opens it, the chain says so, a text that still names somebody is refused."""
    furnish(home)
    told_by(home, CLINIC, replace(TOLD, narrative=PERSONAL))
    document = Narrative.objects.get().document_id
    assert code_of(open_narrative, home, document, by=MAKER, now=NOW) == "people.inspector-only"
    assert open_narrative(home, document, by=INSPECTOR, now=NOW) == PERSONAL
    assert code_of(redact_narrative, document, PERSONAL, by=HEAD, now=NOW) == "vigilance.still-personal"
    assert code_of(redact_narrative, document, " ", by=HEAD, now=NOW) == "vigilance.text-too-long"
    redact_narrative(document, "The patient's image had no description.", by=HEAD, now=NOW)
    kept = Narrative.objects.get()
    assert not kept.held and "patient" in kept.text
    assert [link.verb for link in audit.walk()][-2:] == [
        "vigilance.narrative.open",
        "vigilance.narrative.release",
    ]
    assert code_of(redact_narrative, document, "Again.", by=HEAD, now=NOW) == "vigilance.narrative-unknown"


def test_a_seal_that_was_touched_does_not_open(home):
    """A changed byte is a refusal, not another text."""
    furnish(home)
    told_by(home, CLINIC, replace(TOLD, narrative=PERSONAL))
    row = Narrative.objects.get()
    row.sealed = bytes([bytes(row.sealed)[0] ^ 1]) + bytes(row.sealed)[1:]
    row.save()
    with pytest.raises(Refusal) as refusal:
        open_narrative(home, row.document_id, by=INSPECTOR, now=NOW)
    assert refusal.value.code == "vigilance.narrative-damaged"
