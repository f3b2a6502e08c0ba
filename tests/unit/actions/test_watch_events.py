# SPDX-License-Identifier: Apache-2.0
"""Alerts, the roster and missed limits: each told once, to whoever must act, and never a decision."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from msgspec.structs import replace

from nadzor.actions.acknowledge_alert import acknowledge_alert
from nadzor.actions.file_document import file_document
from nadzor.actions.set_duty import set_duty
from nadzor.actions.watch_events import watch_events
from nadzor.people.models import User
from nadzor.records.models import Notice
from nadzor.vigilance.duty import on_duty, roster, standing_alerts
from nadzor.vigilance.events import EventFilter, event, events
from nadzor.vigilance.models import AdverseEvent, Alert, MissedLimit
from tests.event_samples import (
    CLINIC,
    DEATH,
    HEAD,
    INSPECTOR,
    MAKER,
    TODAY,
    TOLD,
    code_of,
    furnish,
    told_by,
)
from tests.register_samples import NOW

pytestmark = pytest.mark.django_db
UNDATED = replace(DEATH, event_on=None, aware_on=None)
AFTER_LAPSE = datetime(2027, 1, 11, 9, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _furnished(home):
    furnish(home)


def test_whoever_is_set_is_told_and_a_day_without_a_name_is_the_heads(home):
    """The roster holds for its day alone; the alert names the officer and goes to that role."""
    User.objects.create(username="ivan", role="inspector")
    set_duty(TODAY, "ivan", by=HEAD, now=NOW)
    told_by(home, CLINIC, DEATH)
    assert Alert.objects.get().duty == "ivan"
    assert Notice.objects.filter(role="inspector", text_en__startswith="URGENT").exists()
    assert on_duty(TODAY + timedelta(days=1)).role == "head"
    assert [card.username for card in roster(TODAY, TODAY)] == ["ivan"]
    set_duty(TODAY, "", by=HEAD, now=NOW)
    assert on_duty(TODAY).username == ""


def test_only_a_head_sets_a_living_officer_ahead():
    """An inspector sets nobody; nobody is set for yesterday; a maker's account is no officer."""
    User.objects.create(username="petr", role="manufacturer_admin")
    assert code_of(set_duty, TODAY, "petr", by=INSPECTOR, now=NOW) == "people.head-only"
    assert code_of(set_duty, TODAY, "petr", by=HEAD, now=NOW) == "vigilance.duty-unknown"
    assert code_of(set_duty, date(2026, 11, 1), "", by=HEAD, now=NOW) == "vigilance.duty-past"


def test_an_alert_nobody_acknowledged_reaches_the_head_once(home):
    """Two hours by the house's own target, on a Saturday; told once."""
    told_by(home, CLINIC, DEATH)
    assert watch_events(home, now=NOW + timedelta(hours=2))[1] == 0
    late = NOW + timedelta(hours=2, seconds=1)
    assert (watch_events(home, now=late)[1], watch_events(home, now=late)[1]) == (1, 0)
    assert Notice.objects.filter(role="head", text_en__contains="within 2 h").count() == 1


def test_an_acknowledged_alert_is_quiet(home):
    """The first who acknowledges stands; to a maker the alert does not exist."""
    found = told_by(home, CLINIC, DEATH)
    id = Alert.objects.get().pk
    assert code_of(acknowledge_alert, id, by=MAKER, now=NOW) == "vigilance.alert-unknown"
    assert [card.event for card in standing_alerts(HEAD)] == [found.number] and not standing_alerts(MAKER)
    assert acknowledge_alert(id, by=INSPECTOR, now=NOW) == found.number
    acknowledge_alert(id, by=HEAD, now=NOW + timedelta(hours=1))
    assert Alert.objects.get().acknowledged_by == "ivan" and not standing_alerts(HEAD)
    assert watch_events(home, now=NOW + timedelta(days=1))[1] == 0


def test_a_missed_limit_is_noted_once_and_decides_nothing(home):
    """Ten days after the maker was told: a row, notices to the head and the maker, the same state."""
    found = told_by(home, CLINIC, DEATH)
    over = NOW + timedelta(days=11)
    assert watch_events(home, now=NOW + timedelta(days=10))[0] == 0
    assert (watch_events(home, now=over)[0], watch_events(home, now=over)[0]) == (1, 0)
    card = event(INSPECTOR, found.number, today=over.date())
    assert (
        [run.key for run in card.broken] == ["vigilance.report.death"] == [each.clock for each in card.missed]
    )
    assert card.row.state == "awaiting_report"
    told = Notice.objects.filter(text_en__contains="is over")
    assert {(notice.role, notice.organisation_code) for notice in told} == {("head", ""), ("", "luchik")}


def test_a_report_that_came_too_late_stays_visibly_late(home):
    """The limit is met late; no new row is made of it and the old one stays."""
    found = told_by(home, CLINIC, DEATH)
    over = NOW + timedelta(days=11)
    watch_events(home, now=over)
    file_document(home, found.number, "report", {}, by=MAKER, now=over)
    card = event(HEAD, found.number, today=over.date())
    assert [run.state for run in card.runs][-1] == "late" and not card.broken and len(card.missed) == 1


def test_a_message_sent_too_late_is_noted_as_met_late(home):
    """Twenty working days after the clinic knew: its own lateness, told to the head once."""
    known = replace(TOLD, event_on=date(2026, 9, 1), aware_on=date(2026, 9, 1))
    told_by(home, CLINIC, known)
    assert (watch_events(home, now=NOW)[0], watch_events(home, now=NOW)[0]) == (1, 0)
    row = MissedLimit.objects.get()
    assert (row.clock, row.responsible, row.due) == ("vigilance.message", "clinic", date(2026, 9, 29))
    assert Notice.objects.filter(role="head", text_en__contains="met late").count() == 1


def test_without_a_norm_there_is_no_date_and_everything_else_goes_on(home):
    """1113n has lapsed: filed, alerted, told and reported, with the reason why no date can be given."""
    found = told_by(home, CLINIC, UNDATED, now=AFTER_LAPSE)
    assert (found.due, found.clock, found.state) == (None, "vigilance.report.death", "awaiting_report")
    run = event(MAKER, found.number, today=AFTER_LAPSE.date()).runs[-1]
    assert run.missing == "law.norm-missing" and run.why is not None
    assert Alert.objects.count() == 1
    text = Notice.objects.filter(organisation_code="luchik").get().text_en
    assert "No last day can be given" in text
    assert watch_events(home, now=AFTER_LAPSE + timedelta(days=400)) == (0, 1)
    assert file_document(home, found.number, "report", {}, by=MAKER, now=AFTER_LAPSE) == "reported"
    assert not MissedLimit.objects.exists()


def test_a_limit_begun_before_the_lapse_keeps_its_date(home):
    """Told of on 30 December, due on Saturday 9 January, hence on Monday, though the order is no more."""
    found = told_by(home, CLINIC, UNDATED, now=datetime(2026, 12, 30, 9, 0, tzinfo=UTC))
    assert found.due == date(2027, 1, 11)
    assert watch_events(home, now=AFTER_LAPSE)[0] == 0
    assert watch_events(home, now=AFTER_LAPSE + timedelta(days=1))[0] == 1


def test_the_late_are_found(home):
    """The queue's filter shows the events a limit of which was missed, and no other."""
    late, _fine = told_by(home, CLINIC, DEATH), told_by(home, CLINIC)
    over = NOW + timedelta(days=11)
    watch_events(home, now=over)
    page = events(HEAD, EventFilter(late=True), today=over.date())
    assert [row.number for row in page.rows] == [late.number]
    assert AdverseEvent.objects.count() == 2
