# SPDX-License-Identifier: Apache-2.0
"""init, serve, status, load, detect, rebuild, register, enrol, key: each does its deed and says it once."""

from __future__ import annotations

import json

import pytest
from typer.testing import CliRunner

from nadzor.actions.create_home import create_home
from nadzor.actions.enrol_installation import enrol_installation
from nadzor.base import clock
from nadzor.cli.app import app
from nadzor.register import queries as register
from nadzor.simulate.devices import devices_of
from nadzor_wire.base64text import b64
from nadzor_wire.enrolment import new_key
from tests.register_samples import device
from tests.register_samples import register as register_file
from tests.unit.cli.console import Frame, answer, ask, refused

pytestmark = pytest.mark.django_db
CLINIC = "1.2.643.5.1.13.13.12.2.77.8510"


@pytest.fixture
def house(home):
    """A home with an empty journal."""
    return create_home(home.root)


@pytest.fixture
def registered(house, tmp_path):
    """A home whose register holds one device."""
    (tmp_path / "register.json").write_bytes(register_file(device()))
    answer(house, "register", "import", tmp_path / "register.json")
    return house


def test_accounts_are_shown_once(tmp_path):
    """The first `init` prints a password for each account, the second none; the directory stays."""
    for expected in (True, False):
        done = CliRunner().invoke(app, ["init", "--data", str(tmp_path / "new"), "--json"], obj=Frame())
        assert bool(json.loads(done.stdout)["staff"]) is expected
    assert (tmp_path / "new" / "nadzor.json").is_file()


def test_accounts_fit_a_terminal(tmp_path):
    """Without `--json` the accounts come as a table."""
    done = CliRunner().invoke(app, ["init", "--data", str(tmp_path / "new")], obj=Frame())
    assert done.exit_code == 0
    assert "inspector" in done.stdout


def test_serving_hands_over_what_was_asked_for(house):
    """Doors, workers and the port reach the frame; a port once given is kept."""
    frame = Frame()
    assert (
        ask(house, "serve", "--only", "gateway", "--workers", 2, "--port", 9600, frame=frame).exit_code == 0
    )
    assert ask(house, "serve", frame=frame).exit_code == 0
    assert frame.served == [("http://127.0.0.1:9600", ["gateway"], 2), ("http://127.0.0.1:9600", [], 1)]


def test_a_door_that_is_none_is_wrong_use(house):
    """Exit 2 before anything is started."""
    frame = Frame()
    assert ask(house, "serve", "--only", "kitchen", frame=frame).exit_code == 2
    assert frame.served == []


def test_a_register_file_is_entered_and_found(registered):
    """The report counts what the file held; the device is found by its code."""
    assert [card["code"] for card in answer(registered, "register", "search", "ai-901")] == ["ai-901"]
    assert answer(registered, "register", "search", "nothing of the kind") == []
    assert "ai-901" in ask(registered, "register", "search", "ai-901").stdout


def test_a_bad_register_file_changes_nothing(house, tmp_path):
    """Every defect is in the refusal, and no row was entered."""
    page = json.loads(register_file(device()))
    page["devices"][0]["maker"] = "nobody"
    page["organisations"][0]["inn"] = "1234567890"
    (tmp_path / "bad.json").write_text(json.dumps(page))
    done = ask(house, "register", "import", tmp_path / "bad.json")
    assert refused(done) == "register.rows"
    assert {one["code"] for one in done.exception.facts["problems"]} >= {
        "register.row-inn",
        "register.row-organisation-unknown",
    }
    assert register.counts().devices == 0


def test_what_is_no_register_file_is_refused(house, tmp_path):
    """A letter is not a register."""
    (tmp_path / "letter.txt").write_text("hello")
    assert refused(ask(house, "register", "import", tmp_path / "letter.txt")) == "register.file"


def test_a_token_enrols_one_installation_and_its_key_is_revoked(registered):
    """The way of a maker: token, key made at the device, and the day the key is taken away."""
    told = answer(registered, "enrol", "--device", "ai-901", "--clinic", CLINIC)
    assert told["token"] in told["next"]
    _, public, _ = new_key()
    kept = enrol_installation(registered, token=told["token"], public_key=b64(public), now=clock.now())
    assert answer(registered, "key", "revoke", kept.keyid) == {"revoked": kept.keyid}
    (card,) = register.installations("ai-901")
    assert card.keys[0].revoked_at is not None


def test_nobody_is_enrolled_for_what_is_not_registered(registered):
    """An unknown device, an OID that is none, a key nobody has: each has its own answer."""
    assert refused(ask(registered, "enrol", "--device", "ai-999", "--clinic", CLINIC)) == (
        "register.device-unknown"
    )
    assert refused(ask(registered, "key", "revoke", "nobody")) == "enrol.key-unknown"


@pytest.mark.parametrize("word", ["performance", "detect", "report"])
def test_before_the_first_load_it_says_so(house, word):
    """A house that loaded nothing has no figures, and does not pretend that all is well."""
    assert refused(ask(house, word)) == "rollup.missing"


def test_a_month_that_is_none_is_wrong_use(house):
    """Month thirteen is a slip of the keyboard."""
    assert ask(house, "report", "--month", "2026-13").exit_code == 2


def test_an_empty_journal_loads_to_nothing(house):
    """Load, detect and rebuild work on nothing: no row, no signal, equal digests."""
    assert answer(house, "load")["load"]["rows"] == 0
    assert answer(house, "detect")["raised"] == 0
    assert answer(house, "rebuild")["equal"] is True
    assert answer(house, "performance") == []
    assert answer(house, "verify", "journal") == []


def test_a_rebuild_without_a_lake_is_refused(house):
    """There is nothing to compare with."""
    assert refused(ask(house, "rebuild")) == "lake.missing"


def test_a_small_nation_is_sent_by_hand(house, monkeypatch):
    """`nadzor simulate nation` registers its own devices; what it sent is in the status."""
    from nadzor.actions import send_nation

    monkeypatch.setattr(send_nation, "devices_of", lambda raw, volume_scale: devices_of(raw)[:1])
    told = answer(house, "simulate", "nation", "--days", 2)
    status = answer(house, "status")
    assert status["accepted"] == told["sent"] > 0
    assert status["lag"]["batches"] == status["batches"] > 0
    receipt = ask(house, "receipt", 0)
    assert json.loads(receipt.stdout)["index"] == 0
    assert refused(ask(house, "receipt", status["tree_size"])) == "journal.no-batch"
