# SPDX-License-Identifier: Apache-2.0
"""One calendar and one list of what waits, over filings, adverse events and yearly reports."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from nadzor.actions.file_event import Told, file_event
from nadzor.actions.import_register import import_register
from nadzor.base.clock import moscow_date
from nadzor.people.queries import CONSOLE, Person
from nadzor.people.roles import Role
from nadzor.procedures.signal import MAKER_ASKED
from nadzor.vigilance.models import MonitoringReport
from nadzor.vigilance.obligations import obligations, waiting
from tests.filing_samples import CLINIC, INSPECTOR, MAKER_ADMIN, RIVAL, draft
from tests.register_samples import NOW, device, register
from tests.unit.vigilance.signals import file_signal

pytestmark = pytest.mark.django_db
FIRST, AFTER = date(2020, 1, 1), date(2031, 1, 1)
TODAY = moscow_date(NOW)
CODE = device()["code"]


@pytest.fixture(autouse=True)
def _filled():
    import_register(register(device()), by=CONSOLE, now=NOW)


def told_of_death(home):
    """An event of death that an inspector took from a letter: the maker was told and its clock runs."""
    told = Told(device=CODE, version="1.0", event_on=TODAY, aware_on=TODAY, event_type="death",
                problems=("A090803",))  # fmt: skip
    return file_event(home, told, by=INSPECTOR, now=NOW, way="letter").number


def kinds(person, *, today=TODAY):
    """The kinds of last days that a person has."""
    return [row.kind for row in obligations(person, first=FIRST, after=AFTER, today=today)]


def test_a_maker_has_one_calendar(home):
    """Its event's clock and its yearly reports stand side by side in the order of their days."""
    number = told_of_death(home)
    rows = obligations(MAKER_ADMIN, first=FIRST, after=AFTER, today=TODAY)
    assert [row.day for row in rows] == sorted(row.day for row in rows)
    assert (number, "vigilance.report.death", "running") in [(r.filing, r.clock, r.state) for r in rows]
    assert {row.kind for row in rows} == {"event", "monitoring"}


def test_a_rival_a_clinic_and_nobody_see_none_of_it(home):
    """Whoever has no part in a device learns none of its days."""
    told_of_death(home)
    assert (
        kinds(RIVAL) == kinds(CLINIC) == list(obligations(None, first=FIRST, after=AFTER, today=TODAY)) == []
    )


def test_a_span_bounds_what_is_told(home):
    """Last days outside the days asked for are left out; the one inside stays."""
    told_of_death(home)
    due = next(
        r.day for r in obligations(MAKER_ADMIN, first=FIRST, after=AFTER, today=TODAY) if r.kind == "event"
    )
    day_after = date.fromordinal(due.toordinal() + 1)
    inside = obligations(MAKER_ADMIN, first=due, after=day_after, today=TODAY)
    before = obligations(MAKER_ADMIN, first=FIRST, after=due, today=TODAY)
    assert [row.kind for row in inside if row.kind == "event"] == ["event"]
    assert [row for row in before if row.kind == "event"] == []


def test_a_report_that_was_filed_is_owed_no_more(home):
    """The year's last day goes when the report is filed; the other years stay."""
    before = [r.filing for r in obligations(MAKER_ADMIN, first=FIRST, after=AFTER, today=TODAY)]
    year = int(before[0].partition("/")[2])
    MonitoringReport.objects.create(device=CODE, year=year, state="filed", changed_at=NOW)
    after = [r.filing for r in obligations(MAKER_ADMIN, first=FIRST, after=AFTER, today=TODAY)]
    assert set(before) - set(after) == {f"{CODE}/{year}"}


def test_a_passed_yearly_day_is_a_breach_until_it_is_filed(home):
    """On 2 February the report of last year is overdue."""
    later = date(2027, 2, 2)
    found = obligations(MAKER_ADMIN, first=FIRST, after=AFTER, today=later)
    assert {row.state for row in found if row.day < later} == {"breached"}
    assert {row.state for row in found if row.day > later} <= {"running"}


def test_what_waits_is_said_to_whoever_must_act(home):
    """The maker has a report and a question to answer, the inspector neither."""
    number = told_of_death(home)
    signal = file_signal(device=CODE, state=MAKER_ASKED)
    mine = {(task.kind, task.args) for task in waiting(MAKER_ADMIN, today=TODAY)}
    assert {("event_report", (number,)), ("signal_question", (str(signal.pk),))} <= mine
    assert [task.kind for task in waiting(INSPECTOR, today=TODAY)] == []
    assert waiting(None, today=TODAY) == ()


def test_an_event_nobody_can_place_waits_for_the_desk(home):
    """A letter about an unknown device waits for the inspector to find it, and for no maker."""
    told = Told(device_told="Some tomograph", event_on=TODAY, event_type="malfunction", problems=("A0908",))
    number = file_event(home, told, by=INSPECTOR, now=NOW, way="letter").number
    assert ("event_unplaced", (number,)) in {(t.kind, t.args) for t in waiting(INSPECTOR, today=TODAY)}
    assert [t for t in waiting(MAKER_ADMIN, today=TODAY) if t.args == (number,)] == []


def test_a_last_year_s_report_waits_for_the_maker(home):
    """In January the report on the year that is over waits; the one on the running year does not."""
    now = datetime(2027, 1, 12, 9, tzinfo=UTC)
    years = {
        task.args[1] for task in waiting(MAKER_ADMIN, today=moscow_date(now)) if task.kind == "monitoring"
    }
    assert "2026" in years and "2027" not in years


def test_a_draft_of_ones_own_waits_beside_them(home):
    """Tasks of filings keep their place in the one list."""
    number = draft()
    found = {(task.kind, task.args) for task in waiting(MAKER_ADMIN, today=TODAY)}
    assert ("draft", (number,)) in found


def test_words_are_complete():
    """Every kind of task has a sentence in both languages, with the gaps that are filled."""
    from nadzor.vigilance.obligations import DESK_STATES, OWN_STATES, obligation_words

    said = obligation_words()
    named = {*DESK_STATES.values(), *OWN_STATES.values(), "event", "signal_question", "monitoring",
             "monitoring_review"}  # fmt: skip
    assert named == set(said) and all(text.ru and text.en for text in said.values())


def test_somebody_without_a_part_has_nothing_to_do(home):
    """An auditor reads, and nothing waits for it."""
    told_of_death(home)
    auditor = Person("auditor-a", "Auditor", Role.AUDITOR)
    assert waiting(auditor, today=TODAY) == ()
