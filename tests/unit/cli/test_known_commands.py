# SPDX-License-Identifier: Apache-2.0
"""`nadzor known`: each kind of thing as it was known, as a table and as JSON."""

from __future__ import annotations

import json

import pytest

from nadzor.actions.create_home import create_home
from nadzor.actions.file_event import Told, file_event
from nadzor.actions.import_register import import_register
from nadzor.base.clock import moscow_date
from nadzor.people.queries import CONSOLE
from tests.case_samples import DEVICE, case_on_signal
from tests.filing_samples import INSPECTOR
from tests.register_samples import NOW, device, register
from tests.rollup_samples import row, write_rollups
from tests.unit.cli.console import answer, ask, refused

pytestmark = pytest.mark.django_db
ON = moscow_date(NOW).isoformat()


@pytest.fixture
def house(home):
    """A device with a case on a signal, and one event."""
    made = create_home(home.root)
    import_register(register(device()), by=CONSOLE, now=NOW)
    write_rollups(home, [row("studies", 93, moscow_date(NOW), device=DEVICE)])
    return made


def test_each_kind_is_told(house):
    """The state of then, in JSON whole and as a table for people."""
    number = case_on_signal()
    told = Told(device=DEVICE, event_on=moscow_date(NOW), event_type="malfunction", problems=("A0908",))
    event = file_event(house, told, by=INSPECTOR, now=NOW, way="letter").number
    asked = {"device": [DEVICE], "signal": ["1"], "event": [event], "case": [number], "register": []}
    found = {kind: answer(house, "known", kind, *words, "--on", ON) for kind, words in asked.items()}
    assert found["case"]["state"] == "analysing" or found["case"]["steps"]
    assert found["signal"]["state"] == "confirmed_for_case" and found["event"]["number"] == event
    assert found["register"]["by_status"] == {"registered": 1} and len(found["device"]["things"]) == 3
    for kind, words in asked.items():
        assert ask(house, "known", kind, *words, "--on", ON).exit_code == 0


def test_a_replay_that_does_not_come_back_ends_with_one(house):
    """The sample's finding stands on no rows at all, so its detector finds nothing in them."""
    case_on_signal()
    done = ask(house, "known", "signal", "1", "--on", ON, "--replay", "--json")
    told = json.loads(done.stdout)
    assert done.exit_code == 1 and told["again"] is None and told["same_rows"] is False


def test_a_replay_needs_evidence_of_its_time(house):
    """Raised in the morning, but the run that told of it is not there."""
    from tests.unit.vigilance.signals import NOW as RAISED
    from tests.unit.vigilance.signals import file_signal

    row_ = file_signal(device=DEVICE)
    from nadzor.vigilance.models import Signal

    Signal.objects.filter(pk=row_.pk).update(raised_at=RAISED.replace(hour=1))
    at = RAISED.replace(hour=2).isoformat()
    words = ("known", "signal", str(row_.pk), "--on", at, "--replay", "--json")
    assert refused(ask(house, *words)) == "known.no-evidence"


def test_wrong_use_says_what_is_wrong(house):
    """No day, and a device that is not there."""
    assert refused(ask(house, "known", "register", "--on", "soon", "--json")) == "known.day"
    assert refused(ask(house, "known", "device", "ai-000", "--on", ON, "--json")) == "register.device-unknown"
