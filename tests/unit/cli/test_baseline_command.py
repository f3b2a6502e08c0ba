# SPDX-License-Identifier: Apache-2.0
"""`nadzor baseline`: what a device is measured against, shown and set."""

from __future__ import annotations

import pytest

from nadzor.actions.create_home import create_home
from nadzor.actions.import_register import DEMO_REGISTER, import_register
from nadzor.base import clock
from nadzor.people.queries import CONSOLE
from nadzor.register.queries import devices
from tests.unit.cli.console import answer, ask, refused

pytestmark = pytest.mark.django_db
WINDOW = ("--first", "2026-03-01", "--after", "2026-06-01", "--because", "First full quarter.")


@pytest.fixture
def house(home):
    """A home with the demonstration register."""
    made = create_home(home.root)
    import_register(DEMO_REGISTER, by=CONSOLE, now=clock.now())
    return made


def test_a_window_is_set_and_shown(house):
    """What was set comes back, with who and why."""
    device = devices()[0].code
    assert answer(house, "baseline", device) == []
    (told,) = answer(house, "baseline", device, *WINDOW)
    assert (told["first"], told["after"], told["because"]) == ("2026-03-01", "2026-06-01", WINDOW[-1])


def test_a_day_that_is_none_is_refused(house):
    """The 31st of February is no day; nothing is set."""
    device = devices()[0].code
    done = ask(house, "baseline", device, "--first", "2026-02-31", *WINDOW[2:], "--json")
    assert refused(done) == "baseline.day"
    assert answer(house, "baseline", device) == []
