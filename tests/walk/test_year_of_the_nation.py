# SPDX-License-Identifier: Apache-2.0
"""A winter of the simulated nation in fake time, over the day two orders lapse and over 1 February."""

from __future__ import annotations

from datetime import date

import pytest

from nadzor.actions.year.accounts import accounts
from nadzor.actions.year.play import play_year
from nadzor.procedures.clocks import breaches
from nadzor.register.models import Breach
from nadzor.simulate.year import KNOWN_BEFORE, affairs, happenings, steps_of, year_world
from nadzor.vigilance.event_rows import runs_of_event
from nadzor.vigilance.models import AdverseEvent, Alert, MissedLimit, MonitoringReport, WarningCopy

pytestmark = pytest.mark.django_db
FIRST, AFTER = date(2026, 11, 16), date(2027, 2, 17)
LAPSE = date(2027, 1, 1)


def test_every_last_day_is_met_or_escalated(home):
    """Nobody is late unnoticed: a date is met, told to the head, ahead, or without a norm since the lapse."""
    report = play_year(home, year_world(3, devices=3, first=FIRST, after=AFTER), first=FIRST, after=AFTER)
    assert report.unaccounted == ()
    assert {"met", "escalated_met_late", "undated"} <= set(report.fates)
    assert len(report.by_clock) >= 10 and sum(report.fates.values()) > 25
    _the_lapse_stopped_dates_and_nothing_else(report)
    _deaths_and_threats_were_told_at_once()
    _february_was_watched()


def _the_lapse_stopped_dates_and_nothing_else(report):
    rows = accounts(today=AFTER, first=FIRST).rows
    undated = [row for row in rows if row.fate == "undated"]
    assert undated and all(row.started >= LAPSE for row in undated)
    later = AdverseEvent.objects.filter(received_on__gte=LAPSE)
    assert later.count() > 0 and later.exclude(state="received").exists()
    assert report.counts["adverse_events"] == AdverseEvent.objects.count()


def _deaths_and_threats_were_told_at_once():
    grave = AdverseEvent.objects.exclude(seriousness="other").exclude(state="unconfirmed")
    assert grave.count() >= 2
    for row in grave:
        raised = Alert.objects.filter(event=row).values_list("raised_at", flat=True)
        assert [moment.date() for moment in raised] == [row.received_on]
    assert WarningCopy.objects.filter(reached=True).exclude(confirmed_at=None).exists()


def _february_was_watched():
    filed = MonitoringReport.objects.exclude(filed_on=None).count()
    missed = MissedLimit.objects.filter(clock="monitoring.report").count()
    assert filed + missed > 0
    assert Breach.objects.exists()


def test_a_passed_day_that_nobody_noted_is_seen(home):
    """The accounts themselves can fail: without the night's watch an overdue report is unaccounted for."""
    play_year(
        home,
        year_world(3, devices=2, first=FIRST, after=date(2026, 11, 28)),
        first=FIRST,
        after=date(2026, 11, 28),
    )
    today = date(2026, 12, 31)
    found = accounts(today=today, first=FIRST)
    open_late = [row for row in AdverseEvent.objects.all() if breaches(runs_of_event(row, today), today)]
    named = {row.subject for row in found.unaccounted}
    assert {f"event {row.number}" for row in open_late} <= named | {
        missed.subject for missed in MissedLimit.objects.all()
    }
    assert named


def test_the_script_of_a_year_is_whole_and_repeatable():
    """The same seed tells the same events; there is a death on a Saturday, and each affair has its moves."""
    world = year_world(3, devices=3, first=FIRST, after=AFTER)
    told = happenings(world, first=FIRST, after=AFTER)
    again = happenings(year_world(3, devices=3, first=FIRST, after=AFTER), first=FIRST, after=AFTER)
    assert [(e.day, e.post.key, e.problem, e.way) for e in told] == [
        (e.day, e.post.key, e.problem, e.way) for e in again
    ]
    assert (FIRST - world.first).days == KNOWN_BEFORE
    assert {each.day.weekday() for each in told if each.event_type == "death" and each.number < 0} == {5}
    assert len(steps_of(FIRST)) == sum(len(each.steps) + 1 for each in affairs())
