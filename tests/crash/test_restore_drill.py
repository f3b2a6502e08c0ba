# SPDX-License-Identifier: Apache-2.0
"""Experiment 8: a backup under load, the house destroyed, put back, proved, and serving again."""

from __future__ import annotations

import random
import shutil
import signal
import subprocess
import sys
import time
from contextlib import closing, contextmanager

import msgspec
import pytest

from nadzor.actions.copies.check import find_backup_faults
from nadzor.actions.copies.manifest import read_manifest
from nadzor.actions.copies.open_again import open_restored
from nadzor.actions.copies.put_back import restore_backup
from nadzor.actions.copies.sealed_keys import seal_with_phrases
from nadzor.actions.copies.shelf import UNFINISHED, backup_at, whole_backups
from nadzor.actions.copies.take import take_backup
from nadzor.base import clock
from nadzor.base.home import Home
from nadzor.base.problems import Refusal
from nadzor.journal.bodies import BodyKeys
from nadzor.journal.opening import open_reader
from nadzor.journal.verify import verify_journal
from nadzor.records.chain import GENESIS
from nadzor_sdk import Client
from nadzor_wire.base64text import b64
from nadzor_wire.receipt import verify_receipt
from tests.crash.door import Gateway, Sender, free_port
from tests.crash.test_sdk_gateway_kill import publish, serve
from tests.stub_gateway import make_credential
from tests.unit.actions.copies.old_house import keys_of, make_house
from tests.unit.cli.console import ROOT, nadzor, plain_environment
from tests.wire_samples import EVENT

PHRASE = "six random words in an envelope"
AT_RANDOM = """
import sys
from pathlib import Path
from nadzor.actions.copies.put_back import Wanted, restore_backup
from nadzor.actions.copies.sealed_keys import gather_keys
from nadzor.actions.copies.take import take_backup
from nadzor.base import clock
from nadzor.base.home import Home
from nadzor.base.problems import Refusal
house, shelf, keys, to = map(Path, sys.argv[2:6])
wanted = Wanted(True, journal_url=sys.argv[6])
print("ready", flush=True)
if sys.argv[1] == "backup":
    take_backup(Home.open(house), shelf, now=clock.now())
else:
    restore_backup(shelf, to, gather_keys(keys), now=clock.now(), wanted=wanted)
"""


def done(*words):
    """A command that must go well; what it printed."""
    ran = nadzor(*words, "--json")
    assert ran.code == 0, (ran.out, ran.err)
    return ran.json()


@pytest.mark.crash
def test_a_house_is_copied_under_load_destroyed_and_put_back(tmp_path):
    """Root and counts equal the backup's checkpoint; receipts given before it hold; it serves again."""
    port = free_port()
    done("init", "--data", tmp_path / "house", "--port", port - 1)
    home = Home.open(tmp_path / "house")
    vkey, doors = home.log_vkey, Gateway(home, port)
    doors.start()
    senders = [Sender(port, home.settings.public_url, batches=100_000) for _ in range(3)]
    for sender in senders:
        sender.start()
    time.sleep(0.5)
    taken = done("backup", tmp_path / "shelf", "--data", home.root)
    (tmp_path / "phrase").write_text(PHRASE)
    (tmp_path / "keys.sealed").write_bytes(seal_with_phrases(keys_of(home), [PHRASE.encode()]))
    for sender in senders:
        sender.enough.set()
    doors.kill()
    receipts = [made[1].receipt for sender in senders for made in sender.acked]
    assert len(receipts) > taken["size"] > 0
    shutil.rmtree(home.root)

    put, again = put_back_and_opened(tmp_path, taken, receipts, vkey)
    doors = Gateway(again, port)
    doors.start()
    fresh = Sender(port, again.settings.public_url, batches=2)
    fresh.start()
    for sender in (fresh, *senders):
        sender.join(20)  # the old ones still had a batch under way: it goes to the restored house
    doors.stop()
    begun = [made for sender in senders for made in sender.acked if "log.2" in made[1].receipt.checkpoint]
    with closing(open_reader(again)) as reader:
        assert reader.size() == put["size"] + len(begun) + len(fresh.acked)
    assert verify_journal(again.log, again.log_vkey, body_keys=BodyKeys(again.body_keys)) == []


def put_back_and_opened(tmp_path, taken, receipts, vkey, *more):
    """The house put back by the commands, proved at each step; what came back, and the house."""
    sealing, backup = ("--passphrase-file", tmp_path / "phrase"), tmp_path / "shelf"
    assert find_backup_faults(backup_at(backup)) == []
    last = max(receipts, key=lambda receipt: verify_receipt(receipt, vkey).size)
    (tmp_path / "last.json").write_bytes(msgspec.json.encode(last))
    words = ("restore", backup, tmp_path / "again", "--keys", tmp_path / "keys.sealed", *sealing, "--verify")
    put = done(*words, *more, "--checkpoint", tmp_path / "last.json")
    assert (put["size"], put["root"], put["unreadable"]) == (taken["size"], taken["root"], 0)
    assert put["missing"] == verify_receipt(last, vkey).size - taken["size"]
    with pytest.raises(Refusal, match=r"home\.restored"):
        Home.open(tmp_path / "again")

    opened = done("restore", "open", "--data", tmp_path / "again", "--because", "drill")
    assert (opened["former"], opened["origin"]) == (vkey, "nadzor.local/log.2")
    again = Home.open(tmp_path / "again")
    with closing(open_reader(again)) as reader:
        counts = reader.counts()
    assert (counts.tree_size, b64(counts.root)) == (put["size"], put["root"])
    kept = [receipt for receipt in receipts if receipt.index < taken["size"]]
    assert {verify_receipt(receipt, vkey).origin for receipt in kept} == {"nadzor.local/log"}

    return put, again


@pytest.mark.crash
def test_a_sender_keeps_what_the_restored_house_has_not_receipted(tmp_path, monkeypatch):
    """The new log's receipts are refused until its key is pinned; then all that is held arrives, and what was
    acknowledged after the backup is an open gap."""
    monkeypatch.setattr("nadzor_sdk.delivery.LONGEST_WAIT_S", 0.2)
    home, _ = make_house(tmp_path / "house", batches=0)
    port = free_port()
    home = home.at_address(portal_url=home.settings.portal_url, public_url=f"http://127.0.0.1:{port}")
    credential = make_credential(home.settings.public_url, home.log_vkey)
    how = {"spool": tmp_path / "spool", "seal_events": 1, "flush_every_s": 0.02}
    with Client(credential, **how) as client:
        with serving(home, port, credential):
            capture(client, 3)
            assert client.flush(20)
            take_backup(home, tmp_path / "shelf", now=clock.now())
            capture(client, 2)  # acknowledged, and lost with the house
            assert client.flush(20)
        again = put_again(home, tmp_path)
        capture(client, 4)
        with serving(again, port, credential):
            assert not client.flush(1)
    pinned = msgspec.structs.replace(credential, log_vkey=again.log_vkey)
    with serving(again, port, pinned), Client(pinned, **how) as client:
        assert client.flush(20)
    with closing(open_reader(again)) as reader:
        stored = sum(record.accepted for record in reader.batches())
        missing = [(gap.first, gap.last) for gap in reader.gaps() if gap.open]
    assert (stored, missing) == (7, [(4, 5)])
    assert verify_journal(again.log, again.log_vkey, body_keys=BodyKeys(again.body_keys)) == []


def put_again(home, folder):
    """The house destroyed, put back from its one backup, and opened."""
    keys = keys_of(home)
    shutil.rmtree(home.root)
    restore_backup(backup_at(folder / "shelf"), folder / "again", keys, now=clock.now())
    open_restored(folder / "again", by="console", because="drill", now=clock.now())
    return Home.open(folder / "again")


def capture(client, count):
    """So many events."""
    for _ in range(count):
        client.study(**EVENT)


@contextmanager
def serving(home, port, credential):
    """A gateway that knows the installation."""
    publish(home, credential)
    server = serve(home, port)
    try:
        yield
    finally:
        server.kill()
        server.wait(20)


@pytest.mark.crash
def test_killed_at_any_moment_a_backup_is_whole_or_none(tmp_path):
    """SIGKILL at random: what has a name is whole, what is half is swept away by the next."""
    home, _ = make_house(tmp_path / "house", batches=40)
    chance = random.Random(8)
    for _ in range(6):
        killed("backup", tmp_path, chance.uniform(0, 0.08))
    assert all(find_backup_faults(one) == [] for one in whole_backups(tmp_path / "shelf"))
    killed("backup", tmp_path, 30)
    assert list((tmp_path / "shelf").glob(f"{UNFINISHED}*")) == []
    assert read_manifest(backup_at(tmp_path / "shelf")).deed != GENESIS
    assert home.config.exists()


@pytest.mark.crash
def test_killed_at_any_moment_a_restore_is_closed(tmp_path):
    """Whatever came back by then, no door opens on it."""
    home, _ = make_house(tmp_path / "house", batches=40)
    home.seal_key()
    killed("backup", tmp_path, 30)
    chance = random.Random(9)
    for number in range(5):
        killed("restore", tmp_path, chance.uniform(0, 0.06), to=f"again-{number}")
        with pytest.raises(Refusal, match=r"home\.(restored|missing)"):
            Home.open(tmp_path / f"again-{number}")


def killed(deed, folder, after_s, *, to="again", url=""):
    """A process that copies or puts back, killed so long after it began; a long time lets it end."""
    shelf = folder / "shelf"
    place = backup_at(shelf) if deed == "restore" else shelf
    words = [deed, folder / "house", place, folder / "house" / "keys", folder / to, url]
    command = [sys.executable, "-c", AT_RANDOM, *map(str, words)]
    process = subprocess.Popen(command, cwd=ROOT, env=plain_environment(), stdout=subprocess.PIPE)
    assert process.stdout.readline() == b"ready\n"
    try:
        assert process.wait(after_s) == 0
    except subprocess.TimeoutExpired:
        process.send_signal(signal.SIGKILL)
        process.wait()
    process.stdout.close()
