# SPDX-License-Identifier: Apache-2.0
"""A month of an installation is destroyed for good; every proof of it holds as before."""

from __future__ import annotations

import json
import shutil
from contextlib import closing
from datetime import timedelta

import msgspec
import pytest

from nadzor.actions.make_bundle import bundle_of
from nadzor.actions.rebuild_lake import rebuild_lake
from nadzor.actions.replay_reads import replay_reads
from nadzor.actions.roll_up_day import roll_up_day
from nadzor.actions.shred_bodies import VERB, shred_bodies
from nadzor.base import clock
from nadzor.base.problems import Refusal
from nadzor.journal.bodies import BodyKeys, Shelf, Shredded
from nadzor.journal.opening import open_reader
from nadzor.journal.reader import Reader
from nadzor.journal.sheet import receipt_month
from nadzor.journal.verify import verify_journal
from nadzor.people.queries import CONSOLE, Person
from nadzor.people.roles import Role
from nadzor.receipts.bundle_check import Pins, verify_bundle
from nadzor.records import audit
from nadzor.simulate.read_directory import read_directory
from nadzor_wire.receipt import verify_receipt
from tests.unit.actions.gate import gate, write_small_reads
from tests.unit.cli.console import ask, refused

pytestmark = pytest.mark.django_db
INSPECTOR = Person("inspector", "inspector", Role.INSPECTOR)


@pytest.fixture
def told(home, tmp_path):
    """A home that has received and rolled up a few studies, and the shelf on which they lie."""
    reads = read_directory(write_small_reads(tmp_path / "reads"))
    now = clock.now()
    with gate(home) as address:
        replay_reads(home, reads, gateway=address, now=now)
    roll_up_day(home, now=clock.now())
    with closing(open_reader(home)) as reader:
        return home, Shelf(reader.batch(0).installation, receipt_month(now))


def shred(home, shelf, *, by=CONSOLE, days=70):
    """Destroyed, so many days from now."""
    return shred_bodies(
        home, shelf, by=by, because="the term is over", now=clock.now() + timedelta(days=days)
    )


def faults(home, keys=None):
    """What verify finds, bodies included."""
    return verify_journal(home.log, home.log_vkey, body_keys=keys or BodyKeys(home.body_keys))


def test_what_was_reported_is_gone_and_its_proof_is_not(told):
    """The key's file is no more, the body cannot be read; receipt, journal, bundle and lake hold."""
    home, shelf = told
    done = shred(home, shelf)
    assert (done.batches > 0, done.events) == (True, 24)
    assert list(home.body_keys.rglob(f"*{shelf.month}.key*")) == []
    with closing(open_reader(home)) as reader:
        verify_receipt(reader.receipt(0), home.log_vkey)
        with pytest.raises(Shredded) as gone:
            reader.batch(0).coded()
    assert gone.value.code == "journal.shredded"
    assert faults(home) == []
    report = verify_bundle(bundle_of(home, 0, by=CONSOLE, now=clock.now()), Pins(vkey=home.log_vkey))
    assert (report.batches, report.unread, report.counts) == (1, 1, {})
    assert rebuild_lake(home).equal


def test_the_deed_is_in_the_chain_and_may_be_done_again(told):
    """Who, on what ground, how much; after a crash it is finished by doing it once more."""
    home, shelf = told
    shred(home, shelf)
    assert shred(home, shelf).events == 24
    deeds = audit.entries(verb=VERB)
    assert [(deed.object, deed.because, deed.facts["events"]) for deed in deeds] == [
        (shelf.installation, "the term is over", 24)
    ] * 2


def test_a_copy_of_the_database_alone_is_useless(told, tmp_path):
    """A backup of the journal without its keys opens no body: destroying the key destroys it there, too."""
    home, shelf = told
    with closing(open_reader(home)) as reader:
        coded = reader.batch(0).coded()
        text = reader.batch(0).body().splitlines()[0]
    shutil.copytree(home.journal.parent, tmp_path / "backup")
    shred(home, shelf)
    copy = tmp_path / "backup" / home.journal.name
    held = b"".join(file.read_bytes() for file in (tmp_path / "backup").iterdir())
    assert coded not in held
    assert json.loads(text)["id"].encode() not in held
    with closing(Reader(copy, body_keys=BodyKeys(home.body_keys))) as reader, pytest.raises(Shredded):
        reader.batch(0).coded()


def test_a_key_that_is_lost_is_not_a_key_that_was_shredded(told):
    """Without its tombstone a missing key is a fault, and the batches are named."""
    home, shelf = told
    (home.body_keys / shelf.installation / f"{shelf.month}.key").unlink()
    assert {(fault.what, fault.detail) for fault in faults(home)} == {
        ("body", "its key is gone and was never shredded")
    }


def test_what_a_crash_left_beside_the_key_goes_too(told):
    """A half-made copy under a hidden name holds the same bytes."""
    home, shelf = told
    key = home.body_keys / shelf.installation / f"{shelf.month}.key"
    copy = key.with_name(f".{key.name}.0a0b0c")
    copy.hardlink_to(key)
    shred(home, shelf)
    assert not copy.exists()


@pytest.mark.parametrize(
    "change, days, code",
    [
        ({"month": "2026-13"}, 70, "shred.month"),
        ({}, 0, "shred.too-early"),
        ({"installation": "i-nobody"}, 70, "shred.nothing"),
        ({"month": "2020-01"}, 70, "shred.nothing"),
    ],
    ids=["no month", "not over", "nobody", "nothing"],
)
def test_what_must_not_be_destroyed_is_refused(told, change, days, code):
    """A month that is none, one that is not over, one of which there is nothing."""
    home, shelf = told
    with pytest.raises(Refusal) as refusal:
        shred(home, msgspec.structs.replace(shelf, **change), days=days)
    assert refusal.value.code == code


def test_only_the_head_or_the_console_destroys(told):
    """An inspector does not, nor does the public."""
    home, shelf = told
    for person in (INSPECTOR, None):
        with pytest.raises(Refusal) as refusal:
            shred(home, shelf, by=person)
        assert refusal.value.code == "people.head-only"


def test_the_command_asks_for_a_ground(told):
    """`nadzor shred`: no ground, no deed; and never the month that runs."""
    home, shelf = told
    words = ("shred", "--installation", shelf.installation, "--month", shelf.month)
    assert ask(home, *words).exit_code == 2
    assert refused(ask(home, *words, "--because", "the term is over")) == "shred.too-early"
