# SPDX-License-Identifier: Apache-2.0
"""A month of an installation is destroyed for good; every proof of it holds as before."""

from __future__ import annotations

import json
import shutil
import uuid
from contextlib import closing
from datetime import timedelta

import msgspec
import pytest
from msgspec.structs import astuple

from nadzor.actions.make_bundle import bundle_of
from nadzor.actions.order_shredding import Wanted, decide_shredding, order_shredding
from nadzor.actions.place_hold import Kept, lift_hold, place_hold
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
from nadzor.telemetry.lake import opened
from nadzor.telemetry.rollup import roll_up
from nadzor.telemetry.store import Rollups
from nadzor_wire.receipt import verify_receipt
from tests.unit.actions.gate import gate, write_small_reads

pytestmark = pytest.mark.django_db
INSPECTOR = Person("inspector", "inspector", Role.INSPECTOR)
REGISTRAR = Person("registrar", "registrar", Role.REGISTRAR)
HEAD = Person("head", "head", Role.HEAD)


def halves(id):
    """An id as the lake keeps it."""
    number = uuid.UUID(id.decode()).int
    return tuple(half - (half >> 63 << 64) for half in (number >> 64, number & (2**64 - 1)))


def lake_ids(home):
    """The ids of all events in the lake."""
    with opened(home.lake) as (store, _):
        return set(store.execute("SELECT id_hi, id_lo FROM event").fetchall())


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


def shred(home, shelf, *, days=70):
    """Destroyed by order of two, so many days from now."""
    now = clock.now() + timedelta(days=days)
    return shred_bodies(home, ordered(home, shelf, now=now), by=REGISTRAR, now=now)


def ordered(home, shelf, *, now, asker=REGISTRAR, approver=HEAD):
    """An order that two people have signed."""
    wanted = Wanted(installation=shelf.installation, month=shelf.month, because="the term is over")
    id = order_shredding(home, wanted, by=asker, now=now)
    decide_shredding(home, id, approve=True, because="read", by=approver, now=now)
    return id


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


def test_the_deed_is_in_the_chain_before_the_key_falls(told):
    """Who ordered, approved and did it, on what ground, how much; done once, it cannot be ordered again."""
    home, shelf = told
    shred(home, shelf)
    (deed,) = audit.entries(verb=VERB)
    assert (deed.object, deed.because, deed.facts["events"], deed.by) == (
        shelf.installation, "the term is over", 24, "registrar",
    )  # fmt: skip
    assert [one.by for one in audit.entries(object=f"shred {deed.facts['order']}")] == [
        "registrar", "head", "registrar",
    ]  # fmt: skip
    with pytest.raises(Refusal, match=r"shred\.done"):
        shred(home, shelf)


def test_the_rows_go_and_the_figures_stay(told):
    """The lake holds no event of the month, the rollup every figure; rebuild names leaves and is equal."""
    home, shelf = told
    before = Rollups.open(home)
    ids = lake_ids(home)
    assert len(ids) == 24
    shred(home, shelf)
    assert lake_ids(home) == set()
    after = Rollups.open(home)
    assert (after.total("studies"), after.events_by_kind()) == (
        before.total("studies"), before.events_by_kind(),
    )  # fmt: skip
    assert after.manifest.digest == before.manifest.digest
    report = rebuild_lake(home)
    (gone,) = report.ranges
    assert report.equal and (gone.installation, gone.month, gone.events) == (*astuple(shelf), 24)
    assert (gone.first, gone.batches) == (0, gone.last + 1)


def test_figures_stay_when_all_is_rolled_up_anew(told):
    """Other bins make every rollup anew; what was destroyed keeps its figures, but for histograms by them."""
    home, shelf = told
    shred(home, shelf)
    kept = Rollups.open(home).total("studies")
    roll_up(home, bins={("k-1", "any"): [100, 200]})
    anew = Rollups.open(home)
    assert (anew.total("studies"), kept) == (kept, kept) and kept > 0
    assert anew.manifest.kept_until is not None and sum(anew.events_by_kind().values()) == 24


def test_no_byte_of_it_is_left(told):
    """No file of the house holds an id of the month: not the lake, the journal, its log, nor what is free."""
    home, shelf = told
    with closing(open_reader(home)) as reader:
        ids = [json.loads(line)["id"].encode() for line in reader.batch(0).body().splitlines()]
    assert any(pair in lake_ids(home) for pair in map(halves, ids))
    (home.root / ".rebuild-left").mkdir()
    (home.root / ".rebuild-left" / "rows").write_bytes(b"".join(ids))
    (home.charts / "drawn.svg").write_bytes(ids[0])
    shred(home, shelf)
    held = b"".join(path.read_bytes() for path in home.root.rglob("*") if path.is_file())
    assert not any(id in held or id.replace(b"-", b"") in held for id in ids)
    assert not any(bytes.fromhex(id.decode().replace("-", "")) in held for id in ids)
    assert list(home.charts.iterdir()) == []


def test_what_two_people_must_do(told):
    """Nobody destroys alone, an inspector not at all, the console orders nothing, and order comes first."""
    home, shelf = told
    now = clock.now() + timedelta(days=70)
    wanted = Wanted(installation=shelf.installation, month=shelf.month, because="over")
    for person in (INSPECTOR, None, CONSOLE, Person("a", "a", Role.AUDITOR)):
        with pytest.raises(Refusal, match=r"shred\.not-yours"):
            order_shredding(home, wanted, by=person, now=now)
    id = order_shredding(home, wanted, by=HEAD, now=now)
    assert order_shredding(home, wanted, by=HEAD, now=now) == id
    for person, code in ((HEAD, "two-people"), (CONSOLE, "not-yours"), (INSPECTOR, "not-yours")):
        with pytest.raises(Refusal, match=rf"shred\.{code}"):
            decide_shredding(home, id, approve=True, because="yes", by=person, now=now)
    with pytest.raises(Refusal, match=r"shred\.state"):
        shred_bodies(home, id, by=CONSOLE, now=now)
    with pytest.raises(Refusal, match=r"shred\.waits"):
        order_shredding(home, wanted, by=REGISTRAR, now=now)
    with pytest.raises(Refusal, match=r"shred\.unknown"):
        shred_bodies(home, 10_000, by=CONSOLE, now=now)
    assert lake_ids(home)


def test_a_refused_order_destroys_nothing(told):
    """It may be ordered again, on other grounds."""
    home, shelf = told
    now = clock.now() + timedelta(days=70)
    wanted = Wanted(installation=shelf.installation, month=shelf.month, because="over")
    id = order_shredding(home, wanted, by=REGISTRAR, now=now)
    decide_shredding(home, id, approve=False, because="not yet", by=HEAD, now=now)
    with pytest.raises(Refusal, match=r"shred\.state"):
        shred_bodies(home, id, by=REGISTRAR, now=now)
    with pytest.raises(Refusal, match=r"shred\.state"):
        decide_shredding(home, id, approve=True, because="yes", by=HEAD, now=now)
    assert ordered(home, shelf, now=now) != id


@pytest.mark.parametrize(
    ("kept", "blocks"),
    [
        ({"installation": "own"}, True),
        ({"device": "own"}, True),
        ({"device": "own", "first_month": "2020-01", "last_month": "2020-12"}, False),
        ({"installation": "own", "first_month": "2020-01"}, True),
        ({"installation": "i-other"}, False),
    ],
    ids=["installation", "device", "other months", "from then on", "another"],
)
def test_a_hold_stands_in_the_way(told, kept, blocks):
    """Of ordering, of approving and of doing, until the head lifts it."""
    home, shelf = told
    now = clock.now() + timedelta(days=70)
    with closing(open_reader(home)) as reader:
        own = {"installation": shelf.installation, "device": reader.batch(0).device}
    scope = {key: own[key] if text == "own" else text for key, text in kept.items()}
    id = ordered(home, shelf, now=now)
    hold = place_hold(Kept(because="a court wants it", **scope), by=HEAD, now=now)
    if blocks:
        with pytest.raises(Refusal, match=r"shred\.held"):
            shred_bodies(home, id, by=HEAD, now=now)
        assert len(lake_ids(home)) == 24
    lift_hold(hold, because="the court is done", by=HEAD, now=now)
    assert shred_bodies(home, id, by=HEAD, now=now).events == 24


def test_who_holds_and_what(told):
    """The head alone; one scope, months in order; a second lifting changes nothing."""
    now = clock.now()
    for person in (REGISTRAR, CONSOLE, None):
        with pytest.raises(Refusal, match=r"people\.head-only"):
            place_hold(Kept(because="court", device="d"), by=person, now=now)
    for scope, code in (
        ({}, "hold.scope"), ({"device": "d", "installation": "i"}, "hold.scope"),
        ({"device": "../etc"}, "hold.scope"), ({"device": "d", "first_month": "2026-13"}, "hold.months"),
        ({"device": "d", "first_month": "2026-02", "last_month": "2026-01"}, "hold.months"),
    ):  # fmt: skip
        with pytest.raises(Refusal) as refusal:
            place_hold(Kept(because="court", **scope), by=HEAD, now=now)
        assert refusal.value.code == code
    id = place_hold(Kept(because="court", device="d"), by=HEAD, now=now)
    for _ in range(2):
        lift_hold(id, because="over", by=HEAD, now=now)
    assert len(audit.entries(verb="records.hold.lift")) == 1
    with pytest.raises(Refusal, match=r"hold\.unknown"):
        lift_hold(10_000, because="over", by=HEAD, now=now)


def test_grounds_beside_a_site_name_no_clinic(told):
    """A stone is read by the maker, too: with a clinic's number in its grounds it would open the vault."""
    home, shelf = told
    named, now = "The clinic with INN 7707083893 asks", clock.now() + timedelta(days=70)
    wanted = Wanted(installation=shelf.installation, month=shelf.month, because=named)
    for deed in (
        lambda: order_shredding(home, wanted, by=REGISTRAR, now=now),
        lambda: place_hold(Kept(because=named, installation=shelf.installation), by=HEAD, now=now),
    ):
        with pytest.raises(Refusal, match=r"letter\.names-clinic"):
            deed()


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
