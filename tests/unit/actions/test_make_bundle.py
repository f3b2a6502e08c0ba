# SPDX-License-Identifier: Apache-2.0
"""A house makes a proof bundle of what it holds, for those who may read it, and writes down that it did."""

from __future__ import annotations

import json
import sqlite3
from datetime import timedelta

import pytest

from nadzor.actions import make_bundle as action
from nadzor.actions.make_bundle import Wish, bundle_of, make_bundle
from nadzor.actions.replay_reads import replay_reads
from nadzor.actions.revoke_key import revoke_key
from nadzor.base import clock
from nadzor.base.problems import Refusal
from nadzor.journal.opening import open_reader
from nadzor.people.queries import CONSOLE, Person
from nadzor.people.roles import Role
from nadzor.receipts.bundle_check import Pins, verify_bundle
from nadzor.records import audit
from nadzor.register import queries as register
from nadzor.simulate.read_directory import read_directory
from nadzor_sdk import verify_bundle as script
from tests.unit.actions.gate import gate, write_small_reads
from tests.unit.cli.console import answer, ask

pytestmark = pytest.mark.django_db
STRANGER = Person("stranger", "stranger", Role.MANUFACTURER_ADMIN, organisation="another")


@pytest.fixture
def told(home, tmp_path):
    """A home that has received a small directory of reads, and the device that sent them."""
    reads = read_directory(write_small_reads(tmp_path / "reads"))
    with gate(home) as address:
        replay_reads(home, reads, gateway=address, now=clock.now())
    return home, register.devices()[0].code


def made(home, device, **wish) -> bytes:
    """A bundle for a court."""
    wanted = Wish(device=device, because="the court's letter", **wish)
    return make_bundle(home, wanted, by=CONSOLE, now=clock.now())


def refusal(deed, *arguments, **named) -> str:
    """The code of a refusal."""
    with pytest.raises(Refusal) as refused:
        deed(*arguments, **named)
    return refused.value.code


def test_a_bundle_of_everything_holds_for_a_stranger(told, tmp_path):
    """All batches with a calculation and a named event; the lone script agrees; the deed is in the chain."""
    home, device = told
    with open_reader_of(home) as reader:
        line = json.loads(reader.batch(0).body().splitlines()[0])
    raw = made(home, device, events=(line["id"],), calculation="failed-share")
    report = verify_bundle(raw, Pins(vkey=home.log_vkey, directory_key=home.settings.directory_key))
    assert report.counts["study"] == 6
    assert report.calculation.input == {"events": 0, "trials": 6}
    assert report.events[0]["event"] == line
    (tmp_path / "b.json").write_bytes(raw)
    assert script.main(str(tmp_path / "b.json"), home.log_vkey).startswith("valid")
    assert audit.entries(verb="journal.bundle.make")[0].because == "the court's letter"


def open_reader_of(home):
    """The journal, let go in the end."""
    from contextlib import closing

    return closing(open_reader(home))


def test_only_what_was_received_then_and_there_is_in_it(told):
    """Until now everything, from now on nothing; of another installation nothing."""
    home, device = told
    soon = clock.now() + timedelta(hours=1)
    assert made(home, device, until=soon) != b""
    assert refusal(made, home, device, since=soon) == "bundle.empty"
    assert refusal(made, home, device, installation="i-none") == "bundle.empty"


def test_a_key_revoked_since_still_signed_what_it_signed(told):
    """The excerpt says when the key ended; what came before is proved as ever."""
    home, device = told
    keyid = register.installations(device)[0].keys[0].keyid
    revoke_key(home, keyid=keyid, by=CONSOLE, now=clock.now())
    told_key = json.loads(made(home, device))["directory"]["said"]["keys"][0]
    assert told_key["revoked_at"] is not None
    assert told_key["until"] > told_key["revoked_at"]


def test_nobody_gets_what_they_may_not_read(told):
    """A foreign maker and the public: the device is not theirs, the batch is as if there were none."""
    home, device = told
    wish = Wish(device=device, because="curiosity")
    for person in (STRANGER, None):
        assert refusal(make_bundle, home, wish, by=person, now=clock.now()) == "people.not-yours"
        assert refusal(bundle_of, home, 0, by=person, now=clock.now()) == "journal.no-batch"
    assert refusal(made, home, "none") == "register.device-unknown"
    assert refusal(bundle_of, home, 99, by=CONSOLE, now=clock.now()) == "journal.no-batch"
    assert bundle_of(home, 0, by=CONSOLE, now=clock.now()).startswith(b'{"batches":[')


def test_what_cannot_be_done_is_refused(told, monkeypatch):
    """An event that is not there, a share nobody knows, more than a court can read."""
    home, device = told
    assert refusal(made, home, device, events=("none",)) == "bundle.event-unknown"
    assert refusal(made, home, device, calculation="luck") == "bundle.calculation"
    monkeypatch.setattr(action, "BYTES_MAX", 10)
    assert refusal(made, home, device) == "bundle.too-large"
    monkeypatch.setattr(action, "BATCHES_MAX", 0)
    assert refusal(made, home, device) == "bundle.too-large"


def test_what_would_not_hold_is_not_handed_over(told):
    """A verdict altered behind the journal's back: no bundle, and the field is named."""
    home, device = told
    connection = sqlite3.connect(home.journal)
    said = '{"flagged":[{"code":"event.future-time","seq":1}],"rejected":[]}'
    connection.execute("UPDATE batch SET verdicts = ? WHERE idx = 0", (said,))
    connection.commit()
    connection.close()
    assert refusal(made, home, device) == "bundle.unsound"


def test_the_commands_make_and_check_it(told, tmp_path):
    """`nadzor bundle`, then `nadzor verify bundle` with the key it names."""
    home, device = told
    out = tmp_path / "court.json"
    words = ("--device", device, "--out", out, "--because", "the court's letter", "--since", "2026-01-01")
    assert answer(home, "bundle", *words)["bytes"] == out.stat().st_size
    done = ask(home, "verify", "bundle", out, "--json")
    assert json.loads(done.stdout)["valid"] is True
    assert ask(home, "bundle", *words[:-1], "yesterday").exit_code == 2
