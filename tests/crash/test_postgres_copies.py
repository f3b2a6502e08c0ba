# SPDX-License-Identifier: Apache-2.0
"""The drill on a journal that a server keeps: copied under load, lost, put back; killed in the middle."""

from __future__ import annotations

import random
import shutil
import time
from contextlib import closing

import pytest

from nadzor.actions.copies import take
from nadzor.actions.copies.check import find_backup_faults
from nadzor.actions.copies.open_again import open_restored
from nadzor.actions.copies.put_back import Wanted, restore_backup
from nadzor.actions.copies.sealed_keys import seal_with_phrases
from nadzor.actions.copies.shelf import UNFINISHED, backup_at, whole_backups
from nadzor.actions.copies.take import take_backup
from nadzor.base import clock
from nadzor.base.home import Home
from nadzor.base.problems import Refusal
from nadzor.journal import staging
from nadzor.journal.bodies import BodyKeys
from nadzor.journal.opening import open_reader
from nadzor.journal.verify import verify_journal
from tests.crash.door import Gateway, Sender, free_port
from tests.crash.test_restore_drill import PHRASE, done, killed, put_back_and_opened
from tests.postgres_server import Server, binaries
from tests.unit.actions.copies.old_house import keys_of, make_house
from tests.unit.actions.copies.test_server_restore import schemas

pytestmark = pytest.mark.crash

PASSWORD = "geheim-0f3c9a"
KILLS = 4


@pytest.fixture
def server(postgres):
    """A server of this test's own, to be killed; `postgres` says whether there can be one."""
    made = Server(binaries())
    made.start()
    yield made
    made.stop()


@pytest.fixture
def locked(server, monkeypatch):
    """The same, and nobody enters without the password, which libpq finds in its own way."""
    server.tell(f"ALTER ROLE nadzor PASSWORD '{PASSWORD}'")
    (server.root / "cluster" / "pg_hba.conf").write_text("local all all scram-sha-256\n")
    server.tell("SELECT pg_reload_conf()")
    passwords = server.root / "pgpass"
    passwords.write_text(f"*:*:*:nadzor:{PASSWORD}\n")
    passwords.chmod(0o600)
    monkeypatch.setenv("PGPASSFILE", str(passwords))
    return server


def test_a_served_journal_is_copied_under_load_lost_and_put_back(locked, tmp_path):
    """Root and counts are the backup's checkpoint; receipts given before it hold; it serves again on a
    server; the password is in nothing that was written or said."""
    port, url = free_port(), locked.database()
    done("init", "--data", tmp_path / "house", "--port", port - 1, "--journal", url)
    home = Home.open(tmp_path / "house")
    vkey, doors = home.log_vkey, Gateway(home, port, workers=2)
    doors.start()
    senders = [Sender(port, home.settings.public_url, batches=100_000) for _ in range(4)]
    for sender in senders:
        sender.start()
    time.sleep(0.5)
    before = sum(len(sender.acked) for sender in senders)
    taken = done("backup", tmp_path / "shelf", "--data", home.root)
    assert 0 < before <= taken["size"]
    (tmp_path / "phrase").write_text(PHRASE)
    (tmp_path / "keys.sealed").write_bytes(seal_with_phrases(keys_of(home), [PHRASE.encode()]))
    for sender in senders:
        sender.enough.set()
    doors.kill()
    receipts = [made[1].receipt for sender in senders for made in sender.acked]
    assert len(receipts) > taken["size"]
    shutil.rmtree(home.root)
    locked.tell(f"DROP DATABASE {url.partition('@/')[2].partition('?')[0]} WITH (FORCE)")

    place = locked.database()
    put, again = put_back_and_opened(tmp_path, taken, receipts, vkey, "--journal", place)
    assert (put["journal_url"], again.settings.journal_url) == (place, place)
    doors = Gateway(again, port, workers=2)
    doors.start()
    fresh = Sender(port, again.settings.public_url, batches=2)
    fresh.start()
    for sender in (fresh, *senders):
        sender.join(20)
    assert doors.stop() == 0
    with closing(open_reader(again)) as reader:
        assert reader.size() >= put["size"] + 2
    assert verify_journal(again.log, again.log_vkey, body_keys=BodyKeys(again.body_keys)) == []
    written = [path for path in tmp_path.rglob("*") if path.is_file() and PASSWORD in read(path)]
    assert written == [] and PASSWORD not in str((taken, put))


def read(path):
    """A file's bytes as text, whatever they are."""
    return path.read_bytes().decode("latin-1")


def test_killed_at_any_moment_a_backup_of_a_served_journal_is_whole_or_none(server, tmp_path):
    """SIGKILL at random: what has a name is whole, and the next one sweeps the rest."""
    make_house(tmp_path / "house", batches=40, journal_url=server.database())
    chance = random.Random(8)
    for _ in range(KILLS):
        killed("backup", tmp_path, chance.uniform(0, 0.12))
    assert all(find_backup_faults(one) == [] for one in whole_backups(tmp_path / "shelf"))
    killed("backup", tmp_path, 30)
    assert list((tmp_path / "shelf").glob(f"{UNFINISHED}*")) == []
    assert find_backup_faults(backup_at(tmp_path / "shelf")) == []


def test_killed_at_any_moment_a_restore_onto_a_server_opens_nowhere(server, tmp_path):
    """No door finds a journal there, and the same empty database takes the next restore whole."""
    home, _ = make_house(tmp_path / "house", batches=40)
    home.seal_key()
    killed("backup", tmp_path, 30)
    chance, url = random.Random(9), server.database()
    for number in range(KILLS):
        killed("restore", tmp_path, chance.uniform(0, 0.2), to=f"again-{number}", url=url)
        with pytest.raises(Refusal, match=r"home\.(restored|missing)"):
            Home.open(tmp_path / f"again-{number}")
        assert not {"journal", "sandbox"} & set(schemas(url))
    killed("restore", tmp_path, 30, url=url)
    assert opened(tmp_path / "again") == 40


def opened(to):
    """The house opened, proved; its size."""
    open_restored(to, by="console", because="drill", now=clock.now())
    again = Home.open(to)
    assert verify_journal(again.log, again.log_vkey, body_keys=BodyKeys(again.body_keys)) == []
    with closing(open_reader(again)) as reader:
        return reader.size()


def test_a_server_that_dies_in_the_middle_leaves_no_half(server, tmp_path, monkeypatch):
    """While it is copied: no backup. While it is filled: nothing there, and the directory does not open."""
    home, _ = make_house(tmp_path / "house", batches=20, journal_url=server.database())
    copying, filling = take.copy_database, staging._fill

    def cut(source, to, **how):
        if to.name == "journal.sqlite3":
            server.kill()
        copying(source, to, **how)

    with monkeypatch.context() as patched, pytest.raises(Refusal, match=r"journal\.away"):
        patched.setattr(take, "copy_database", cut)
        take_backup(home, tmp_path / "shelf", now=clock.now())
    assert list((tmp_path / "shelf").glob("[!.]*")) == []
    server.start()
    take_backup(home, tmp_path / "shelf", now=clock.now())

    def stopped(raw, source, table):
        if table.name == "node":
            server.kill()
        filling(raw, source, table)

    url, keys, backup = server.database(), keys_of(home), backup_at(tmp_path / "shelf")
    wanted = Wanted(full=True, journal_url=url)
    with monkeypatch.context() as patched, pytest.raises(Refusal, match=r"journal\.away"):
        patched.setattr(staging, "_fill", stopped)
        restore_backup(backup, tmp_path / "half", keys, now=clock.now(), wanted=wanted)
    with pytest.raises(Refusal, match=r"home\.restored"):
        Home.open(tmp_path / "half")
    server.start()
    assert schemas(url) == []
    restore_backup(backup, tmp_path / "again", keys, now=clock.now(), wanted=wanted)
    assert opened(tmp_path / "again") == 20
