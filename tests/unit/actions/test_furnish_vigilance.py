# SPDX-License-Identifier: Apache-2.0
"""The demonstration's adverse events: every way, every state, one alert that waits, made once, on any day."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from nadzor.actions.create_staff import create_staff
from nadzor.actions.furnish_cases import furnish_cases
from nadzor.actions.furnish_monitoring import furnish_monitoring
from nadzor.actions.furnish_vigilance import furnish_vigilance, lead_to_events
from nadzor.actions.import_register import DEMO_REGISTER, import_register
from nadzor.actions.send_warnings import send_warnings
from nadzor.base.clock import moscow_date
from nadzor.people.models import User
from nadzor.people.queries import CONSOLE, Person
from nadzor.people.roles import Role
from nadzor.records import audit, vault
from nadzor.register.models import Device, Filing, Installation
from nadzor.vigilance.case_grounds import grounds
from nadzor.vigilance.duty import standing_alerts
from nadzor.vigilance.events import runs_of_event
from nadzor.vigilance.models import (
    AdverseEvent,
    DutyDay,
    EventImport,
    LikelySame,
    MissedLimit,
    Narrative,
    PublicNotice,
    ReporterToken,
    SafetyWarning,
    WarningCopy,
)
from tests.case_samples import FACTS
from tests.register_samples import NOW
from tests.unit.vigilance.signals import file_signal

pytestmark = pytest.mark.django_db
INSPECTOR = Person("inspector", "inspector", Role.INSPECTOR)
AFTER_LAPSE = datetime(2027, 3, 15, 9, 0, tzinfo=UTC)
SATURDAY = datetime(2026, 11, 21, 21, 30, tzinfo=UTC)  # a Sunday of Moscow already
WAYS = {"portal", "public", "letter", "api", "import"}
STATES = {
    "unconfirmed",
    "received",
    "awaiting_report",
    "reported",
    "questioned",
    "closed",
    "duplicate",
    "declined",
}


@pytest.fixture
def stage(home):
    """The demonstration's register and accounts, and two installations at the clinic of its account."""
    import_register(DEMO_REGISTER, by=CONSOLE, now=NOW)
    create_staff(now=NOW)
    clinic = User.objects.select_related("organisation").get(role="clinic").organisation
    site = vault.pseudonym(clinic.oid, home=home)
    for number, device in enumerate(("ai-020", "ai-023")):
        row = Device.objects.get(code=device)
        Installation.objects.create(id=f"i-{number}", device=row, site=site, created=NOW)
    return home


def test_every_way_and_every_state_is_there(stage):
    """Eight states by five ways; a held text, a missed limit, a likely pair, a broken row; then once."""
    counts = furnish_vigilance(stage, now=NOW)
    assert set(counts) == STATES and sum(counts.values()) == AdverseEvent.objects.count() > 18
    assert set(AdverseEvent.objects.values_list("way", flat=True)) == WAYS
    assert Narrative.objects.filter(held=True).count() == 1
    assert MissedLimit.objects.count() == 1 and LikelySame.objects.filter(said="").exists()
    assert AdverseEvent.objects.filter(device="").exclude(device_told="").exists()
    assert EventImport.objects.get().refused == 1 and ReporterToken.objects.count() == 3
    assert {row.source for row in PublicNotice.objects.all()} == {"maker", "regulator"}
    before = audit.head()
    assert furnish_vigilance(stage, now=NOW + timedelta(minutes=1)) == counts
    assert audit.head() == before and audit.verify() == []


@pytest.mark.parametrize("now", [NOW, SATURDAY], ids=["workday", "weekend"])
def test_one_alert_waits_for_the_officer_of_today(stage, now):
    """A death of today is told to who is on duty today; the threat of the past was acknowledged."""
    furnish_vigilance(stage, now=now)
    (alert,) = standing_alerts(INSPECTOR)
    assert moscow_date(alert.raised_at) == moscow_date(now)
    assert DutyDay.objects.get(day=moscow_date(now)).username == alert.duty == "inspector"
    assert DutyDay.objects.count() == 7


def test_letters_wait_at_the_clinic_and_a_case_rests_on_an_event(stage):
    """The old caution has an answer, that of today none; the case gets its event, once."""
    file_signal(device="ai-032", detector="silence", facts=FACTS)
    furnish_vigilance(stage, now=NOW)
    furnish_cases(stage, now=NOW)
    letters = lead_to_events(stage, now=NOW)
    before = audit.head()
    assert lead_to_events(stage, now=NOW) == letters == SafetyWarning.objects.count() == 3
    assert audit.head() == before
    assert sorted(WarningCopy.objects.values_list("answer", flat=True)) == ["", "watching"]
    number = Filing.objects.get(procedure="case").number
    ground = next(each for each in grounds(number) if each.kind == "event")
    assert AdverseEvent.objects.get(number=ground.ref).device == "ai-032"


def test_after_the_orders_lapse_it_is_made_without_dates(stage):
    """In 2027 all is received all the same; clocks that start then have no last day."""
    counts = furnish_vigilance(stage, now=AFTER_LAPSE)
    assert set(counts) == STATES
    today = moscow_date(AFTER_LAPSE)
    for row in AdverseEvent.objects.exclude(way="import"):
        assert all(run.due is None for run in runs_of_event(row, today))
    assert not MissedLimit.objects.exists() and len(standing_alerts(INSPECTOR)) == 1


def test_without_a_clinic_nothing_is_made_up(home):
    """A house whose register names no clinic stays empty."""
    assert furnish_vigilance(home, now=NOW) == {}
    assert furnish_monitoring(home, now=NOW) == 0
    assert send_warnings(home, now=NOW) == 0 == AdverseEvent.objects.count()
