# SPDX-License-Identifier: Apache-2.0
"""`nadzor gate`: status, test, verify, outage; and the sandbox's journal verified."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from typer.testing import CliRunner

from nadzor.actions.create_home import create_home
from nadzor.actions.import_register import import_register
from nadzor.base import clock
from nadzor.cli.app import app
from nadzor.people.queries import CONSOLE
from nadzor.register.models import Outage
from nadzor_wire.note import vkey
from tests.register_samples import NOW, device, register
from tests.unit.actions.gate_house import DEVICE, judged_bench, opened_gate, stand_on
from tests.unit.cli.console import Frame, answer, ask, refused

pytestmark = pytest.mark.django_db


def offline(*words):
    """Run a command that needs no data directory."""
    return CliRunner().invoke(app, [*map(str, words)], obj=Frame())


@pytest.fixture
def house(home):
    """A house with one device."""
    made = create_home(home.root)
    import_register(register(device()), by=CONSOLE, now=NOW)
    return made


def test_the_gate_is_tested_and_its_certificate_verified_from_the_command_line(house, tmp_path, monkeypatch):
    """Passed: exit 0, the record kept in a file that verifies with the key alone; the log verifies too."""
    stand_on(monkeypatch)
    judged_bench(house, tmp_path, monkeypatch)
    file = tmp_path / "certificate.txt"
    record = answer(house, "gate", "test", DEVICE, "--out", file)
    assert (record["passed"], record["number"]) == (True, "2026-000001")
    name, private = house.gate_key()
    told = offline("gate", "verify", file, "--key", vkey(name, private.public_key()), "--json")
    assert (told.exit_code, json.loads(told.stdout)["certificate"]["device"]) == (0, DEVICE)
    assert ask(house, "gate", "verify", file).exit_code == 0
    status = answer(house, "gate", "status", DEVICE)
    assert (status["state"], status["certificate"]["number"]) == ("test_passed", "2026-000001")
    assert "test_passed" in ask(house, "gate", "status", DEVICE).stdout
    assert answer(house, "verify", "journal", "--sandbox") == []


def test_a_certificate_somebody_changed_exits_1(house, tmp_path):
    """And a file that is none, or a key that is none, is wrong use."""
    file, name = tmp_path / "certificate.txt", house.gate_key()
    public = vkey(name[0], name[1].public_key())
    file.write_text("nadzor certificate of transmission v1\n{}\n\n— x AAAAAAAAAAAA\n", "utf-8")
    done = offline("gate", "verify", file, "--key", public, "--json")
    assert (done.exit_code, json.loads(done.stdout)["valid"]) == (1, False)
    assert refused(offline("gate", "verify", tmp_path / "no", "--key", public)) == "certificate.unreadable"
    assert refused(offline("gate", "verify", file, "--key", "no key")) == "receipt.key-malformed"
    assert refused(offline("gate", "verify", file)) == "receipt.no-key"


def test_a_device_without_a_stream_has_nothing_to_test(house):
    """The status says what to do; the test says what is missing."""
    assert answer(house, "gate", "status", DEVICE)["state"] == ""
    assert refused(ask(house, "gate", "test", DEVICE)) == "gate.not-declared"
    opened_gate(house)
    assert refused(ask(house, "gate", "test", DEVICE)) == "gate.no-stream"
    assert refused(ask(house, "gate", "status", "ai-000")) == "register.device-unknown"


def test_an_outage_is_entered_with_zones(house):
    """Its hours stand; a moment that is none is a slip of the keyboard."""
    began = clock.now() - timedelta(hours=3)
    words = ["--from", began.isoformat(), "--to", clock.now().isoformat(), "--what", "power"]
    assert answer(house, "gate", "outage", *words)["noted_by"] == "console"
    assert Outage.objects.get().began == began
    assert ask(house, "gate", "outage", "--from", "yesterday", *words[2:]).exit_code == 2
    words[1] = began.replace(tzinfo=None).isoformat()
    assert refused(ask(house, "gate", "outage", *words)) == "gate.outage-span"
