# SPDX-License-Identifier: Apache-2.0
"""Only a person sets what a device is measured against, on grounds, and nothing that stood is lost."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from nadzor.actions.import_register import DEMO_REGISTER, import_register
from nadzor.actions.register_baseline import VERB, register_baseline
from nadzor.actions.run_detectors import context
from nadzor.base.problems import Refusal
from nadzor.detect.window import Window
from nadzor.people.queries import CONSOLE, Person
from nadzor.people.roles import Role
from nadzor.records import audit
from nadzor.register.baselines import baselines
from nadzor.register.queries import devices

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 20, 9, tzinfo=UTC)
SPRING = Window(date(2026, 3, 1), date(2026, 6, 1))
INSPECTOR = Person("inspector", "inspector", Role.INSPECTOR)
MAKER = Person("maker", "maker", Role.MANUFACTURER_ADMIN)


@pytest.fixture
def device():
    """A device of the demonstration register."""
    import_register(DEMO_REGISTER, by=CONSOLE, now=NOW)
    return devices()[0].code


def test_the_newest_window_stands_and_detectors_are_told_of_it(device):
    """The older window stays to be seen; the detectors' context holds the newer one."""
    register_baseline(device, SPRING, by=INSPECTOR, because="First full quarter.", now=NOW)
    later = Window(date(2026, 6, 1), date(2026, 9, 1))
    register_baseline(device, later, by=INSPECTOR, because="New scanner accepted.", now=NOW)
    assert [(one.first, one.because) for one in baselines(device)] == [
        (later.first, "New scanner accepted."),
        (SPRING.first, "First full quarter."),
    ]
    assert context(today=NOW.date()).baselines == {device: later}
    assert [entry.object for entry in audit.entries() if entry.verb == VERB] == [f"device {device}"] * 2


@pytest.mark.parametrize(
    ("window", "because", "code"),
    [
        (Window(SPRING.first, SPRING.first + timedelta(days=27)), "x", "baseline.short"),
        (Window(SPRING.after, SPRING.first), "x", "baseline.short"),
        (Window(date(2026, 10, 1), date(2026, 11, 21)), "x", "baseline.future"),
        (SPRING, "  ", "move.no-grounds"),
    ],
)
def test_a_window_that_makes_no_sense_is_refused(device, window, because, code):
    """Too short, backwards, not over yet, or without grounds: nothing is set."""
    with pytest.raises(Refusal, match=code):
        register_baseline(device, window, by=INSPECTOR, because=because, now=NOW)
    assert baselines(device) == []


def test_a_maker_does_not_choose_its_own_baseline(device):
    """A device that moved its baseline after a fault would never deviate."""
    with pytest.raises(Refusal, match="people.inspector-only"):
        register_baseline(device, SPRING, by=MAKER, because="It is better so.", now=NOW)
    assert baselines(device) == []


def test_an_unknown_device_has_no_baseline():
    """A misspelt code is refused."""
    with pytest.raises(Refusal, match="register.device-unknown"):
        register_baseline("nobody", SPRING, by=INSPECTOR, because="x", now=NOW)
    assert baselines("nobody") == []
