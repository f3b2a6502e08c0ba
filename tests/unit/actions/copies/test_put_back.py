# SPDX-License-Identifier: Apache-2.0
"""A house put back: equal to its backup, closed until somebody opens it, and never a second history."""

from __future__ import annotations

import json
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from nadzor.actions.copies import open_again, put_back
from nadzor.actions.copies.check import read_only
from nadzor.actions.copies.deeds import chain_breaks
from nadzor.actions.copies.manifest import HELD, read_manifest
from nadzor.actions.copies.open_again import open_restored
from nadzor.actions.copies.put_back import Wanted, restore_backup
from nadzor.actions.copies.shelf import backup_at
from nadzor.actions.copies.take import Wish, take_backup
from nadzor.base.durable import write_atomic
from nadzor.base.home import Home
from nadzor.base.problems import Refusal
from nadzor.journal.bodies import BodyKeys, Shelf
from nadzor.journal.opening import open_reader
from nadzor.journal.verify import verify_journal
from nadzor_wire.base64text import b64
from nadzor_wire.receipt import verify_receipt
from nadzor_wire.succession import open_succession
from tests.unit.actions.copies.old_house import NOW, deed, encoded, keys_of, later, make_house, told, write
from tests.unit.cli.console import ask

INSTALLATION, MONTH = "i-000000000001", "2026-11"


class Burnt:
    """A house that was copied, wrote on, and burned; what is left of it."""

    def __init__(self, folder, **wish):
        self.home, self.receipts = make_house(folder / "house")
        self.vkey = self.home.log_vkey
        take_backup(self.home, folder / "shelf", now=NOW, wish=Wish(**wish))
        self.keys = keys_of(self.home)
        self.backup, self.to = backup_at(folder / "shelf"), folder / "again"

    def goes_on(self, count):
        """Batches acknowledged after the backup; their receipts."""
        return write(self.home, count, first=100)

    def put_back(self, **wanted):
        """The restored house, still closed."""
        shutil.rmtree(self.home.root, ignore_errors=True)
        return restore_backup(self.backup, self.to, self.keys, now=later(60), wanted=Wanted(**wanted))

    def opened(self, **wanted):
        """The restored house, open."""
        self.put_back(**wanted)
        done = open_restored(self.to, by="console", because="the disk burned", now=later(61))
        return Home.open(self.to), done


@pytest.fixture
def burnt(tmp_path):
    """A backup of five batches."""
    return Burnt(tmp_path)


def test_what_comes_back_is_what_was_copied(burnt):
    """Root, counts and deeds are proved anew, every body opens, and the house is closed."""
    done = burnt.put_back(full=True)
    assert (done.size, done.deeds, done.missing, done.unreadable) == (5, 1, None, 0)
    with pytest.raises(Refusal, match=r"home\.restored"):
        Home.open(burnt.to)
    with pytest.raises(Refusal, match=r"home\.restored"):
        Home.create(burnt.to)


def test_an_opened_house_signs_under_another_name_and_key(burnt):
    """Old receipts hold under the old key, the same leaves lie under the new, its private half is gone."""
    burnt.goes_on(3)
    old_seed = burnt.keys["log.key"].content
    home, done = burnt.opened()
    assert (done.origin, done.former, done.size) == ("nadzor.test/log.2", burnt.vkey, 5)
    told = open_succession(Path(done.succession).read_text(), burnt.vkey)
    assert (told.size, told.next, told.former) == (5, home.log_vkey, burnt.vkey)
    assert b64(told.root) == home.settings.former_logs[0].root
    assert not (home.keys / "log.next").exists()
    assert all(old_seed not in path.read_bytes() for path in burnt.to.rglob("*") if path.is_file())
    assert verify_receipt(burnt.receipts[0], burnt.vkey).size == 1
    (fresh,) = write(home, 1, first=200)
    assert (verify_receipt(fresh, home.log_vkey).size, fresh.index) == (6, 5)
    assert verify_journal(home.log, home.log_vkey, body_keys=BodyKeys(home.body_keys)) == []
    with closing(open_reader(home)) as reader:
        assert verify_receipt(reader.receipt(0), home.log_vkey).size == 6
    assert [one.vkey for one in home.settings.former_logs] == [burnt.vkey]


def test_a_crash_between_key_and_name_loses_no_statement(burnt, monkeypatch):
    """Killed after the private key was written, the next run goes on with that key and the same statement."""
    burnt.put_back()
    real = open_again.new_key

    def killed(keys, log, origin, *, seed):
        write_atomic(keys / f"{log}.key", b64(seed).encode(), mode=0o600)
        raise KeyboardInterrupt

    monkeypatch.setattr(open_again, "new_key", killed)
    with pytest.raises(KeyboardInterrupt):
        open_restored(burnt.to, by="console", because="the disk burned", now=later(61))
    monkeypatch.setattr(open_again, "new_key", real)
    done = open_restored(burnt.to, by="console", because="the disk burned", now=later(62))
    assert open_succession(Path(done.succession).read_text(), burnt.vkey).next == done.vkey


def test_without_the_former_key_there_is_no_statement(burnt):
    """Where the private key was not among the keys nothing is said under it; the house opens all the same."""
    burnt.put_back()
    (burnt.to / "keys" / "log.key").unlink()
    done = open_restored(burnt.to, by="console", because="the disk burned", now=later(61))
    assert (done.succession, done.origin) == ("", "nadzor.test/log.2")


def test_a_key_file_older_than_the_audit_is_told(burnt):
    """Without the audit's key the sealed rows cannot be proved: the restore counts them; with it, none."""
    with closing(sqlite3.connect(burnt.backup / HELD / "register.sqlite3")) as held:
        there = held.execute("SELECT 1 FROM sqlite_schema WHERE name = 'records_auditseal'").fetchone()
    assert there is None
    register = burnt.home.root / "seals.sqlite3"
    with closing(sqlite3.connect(register)) as made:
        made.execute("CREATE TABLE records_auditseal (id INTEGER PRIMARY KEY, size INTEGER, root TEXT)")
        made.execute("INSERT INTO records_auditseal (size, root) VALUES (40, 'x'), (42, 'y')")
        made.commit()
    assert put_back._unprovable(register, {}) == 42
    assert put_back._unprovable(register, {"audit.key": burnt.keys["log.key"]}) == 0
    assert put_back._unprovable(register, {"audit-salts.key": burnt.keys["log.key"]}) == 0


def test_it_says_so_in_the_chain_and_lets_nobody_in_by_old_means(burnt):
    """The deed names time, size and the former log; sessions end, tokens are revoked, the serial leaps."""
    home, done = burnt.opened()
    assert (done.sessions, done.tokens) == (2, 1)
    with closing(read_only(home.database)) as register:
        assert chain_breaks(register) == []
        verb, because, facts = register.execute(
            "SELECT verb, because, facts FROM records_auditentry ORDER BY seq DESC LIMIT 1"
        ).fetchone()
        assert register.execute(
            "SELECT count(*) FROM people_apitoken WHERE revoked_at IS NULL"
        ).fetchone() == (0,)
        assert register.execute("SELECT serial FROM register_publisheddirectory").fetchone()[0] > 1_000_000
    assert (verb, because) == ("house.restore", "the disk burned")
    assert json.loads(facts)["former"] == [burnt.vkey]


def test_the_next_restore_takes_the_next_name(burnt, tmp_path):
    """Names of logs are never used twice."""
    home, _ = burnt.opened()
    take_backup(home, tmp_path / "shelf", now=later(90))
    restore_backup(backup_at(tmp_path / "shelf"), tmp_path / "third", keys_of(home), now=later(91))
    done = open_restored(tmp_path / "third", by="console", because="again", now=later(92))
    assert (done.origin, done.former) == ("nadzor.test/log.3", home.log_vkey)


def test_a_later_checkpoint_says_how_much_is_missing(burnt):
    """Three were acknowledged after the backup: a kept receipt of the last of them counts them."""
    last = burnt.goes_on(3)[-1]
    assert burnt.put_back(later=encoded(last)).missing == 3


def test_an_earlier_checkpoint_says_that_nothing_is_known_to_miss(burnt):
    """It is one history, and the backup is not behind what was shown."""
    assert burnt.put_back(later=encoded(burnt.receipts[2])).missing == 0


def test_a_checkpoint_of_another_history_stops_it(burnt, tmp_path):
    """The same key over other leaves: nobody opens that house by himself."""
    other, _ = make_house(tmp_path / "other", batches=0)
    shutil.rmtree(other.keys)
    shutil.copytree(burnt.home.keys, other.keys)
    forged = write(Home.open(other.root), 2, first=900)[-1]
    with pytest.raises(Refusal, match=r"restore\.other-history"):
        burnt.put_back(later=encoded(forged))
    with pytest.raises(Refusal, match=r"home\.restored"):
        Home.open(burnt.to)


def test_only_a_final_backup_goes_on_under_the_same_key(tmp_path):
    """The house was closed before: nothing can have been signed after."""
    moved = Burnt(tmp_path, final=True)
    home, done = moved.opened()
    assert (done.former, home.log_vkey, done.tokens) == ("", moved.vkey, 0)
    (fresh,) = write(home, 1, first=200)
    assert verify_receipt(fresh, moved.vkey).size == 6


@pytest.mark.parametrize("known_by", ["chain", "later backup", "key file", "operator"])
def test_what_was_destroyed_stays_destroyed(tmp_path, known_by):
    """The key of a shredded month stands in an older key file; it is not even written."""
    burnt = Burnt(tmp_path)
    shelf = Shelf(INSTALLATION, MONTH)
    wanted = {}
    with closing(sqlite3.connect(burnt.home.database, isolation_level=None)) as register:
        if known_by in ("chain", "later backup"):
            told(register, deed("journal.bodies.shred", INSTALLATION, month=MONTH))
    if known_by in ("chain", "later backup"):
        take_backup(burnt.home, tmp_path / "shelf", now=later(5))
    if known_by == "chain":
        burnt.backup = backup_at(tmp_path / "shelf")
    if known_by == "key file":
        BodyKeys(burnt.home.body_keys).shred(shelf)
        burnt.keys = keys_of(burnt.home)
    if known_by == "operator":
        wanted = {"shred": (shelf,)}
    done = burnt.put_back(full=True, **wanted)
    assert (done.shredded, done.unreadable) == (1, 0)
    keys = BodyKeys(burnt.to / "keys" / "bodies")
    assert keys.was_shredded(shelf)
    assert not (burnt.to / "keys" / "bodies" / INSTALLATION / f"{MONTH}.key").exists()


def test_a_key_that_is_missing_is_counted_and_not_called_destroyed(burnt):
    """A key file older than the month: the batches are there, and nobody can read them."""
    burnt.keys = {name: key for name, key in burnt.keys.items() if not name.startswith("bodies/")}
    assert burnt.put_back(full=True).unreadable == 5


def test_nothing_is_written_over_what_is_there(burnt):
    """A directory with anything in it is refused; so is a house that waits for nothing."""
    burnt.to.mkdir()
    (burnt.to / "letter.txt").write_text("mine")
    with pytest.raises(Refusal, match=r"restore\.not-empty"):
        burnt.put_back()
    with pytest.raises(Refusal, match=r"restore\.nothing"):
        open_restored(burnt.to, by="console", because="no", now=NOW)


def test_keys_of_another_house_open_nothing(burnt, tmp_path):
    """The log's key is compared before anything is written."""
    other, _ = make_house(tmp_path / "other", batches=0)
    burnt.keys = keys_of(other)
    with pytest.raises(Refusal, match=r"keys\.other-house"):
        burnt.put_back()
    assert not burnt.to.exists()


def test_a_rotten_backup_is_not_put_back(burnt):
    """The digest is compared while the bytes are written; the directory stays unusable."""
    path = burnt.backup / HELD / "journal" / "journal.sqlite3"
    content = bytearray(path.read_bytes())
    content[-50] ^= 1
    path.write_bytes(content)
    with pytest.raises(Refusal, match=r"backup\.damaged"):
        burnt.put_back()
    with pytest.raises(Refusal, match=r"home\.restored"):
        Home.open(burnt.to)


def test_a_sealed_lie_is_found_by_the_tree(burnt, monkeypatch):
    """Digests hold, since who made the backup also changed a leaf first; the root does not."""
    with closing(sqlite3.connect(burnt.home.journal)) as journal, journal:
        journal.execute("UPDATE batch SET leaf = replace(leaf, 's-0001', 's-0002') WHERE idx = 2")
    take_backup(burnt.home, burnt.backup.parent, now=later(9))
    burnt.backup = backup_at(burnt.backup.parent)
    with pytest.raises(Refusal, match=r"restore\.damaged"):
        burnt.put_back()


def test_opening_goes_through_after_a_crash_at_any_step(burnt, monkeypatch):
    """Killed between the key, the journal, the register and the settings: the second try finishes it."""
    import nadzor.actions.copies.open_again as opening

    burnt.put_back()
    steps = ("continue_as", "_forget_sandbox", "_settle_register", "write_atomic")
    for step in steps:
        with monkeypatch.context() as broken:
            broken.setattr(opening, step, _cut)
            with pytest.raises(KeyboardInterrupt):
                open_restored(burnt.to, by="console", because="cut", now=NOW)
    open_restored(burnt.to, by="console", because="cut", now=NOW)
    home = Home.open(burnt.to)
    assert home.log_origin == "nadzor.test/log.2"
    assert verify_journal(home.log, home.log_vkey, body_keys=BodyKeys(home.body_keys)) == []
    with closing(read_only(home.database)) as register:
        verbs = [row[0] for row in register.execute("SELECT verb FROM records_auditentry ORDER BY seq")]
    assert verbs == ["house.begin", "house.restore"]


def _cut(*_args, **_how):
    raise KeyboardInterrupt


def test_a_house_that_moved_opens_no_more(tmp_path):
    """`--final` closes it for good; only the copy may go on."""
    home, _ = make_house(tmp_path / "house")
    assert ask(home, "backup", tmp_path / "shelf", "--final").exit_code == 0
    assert read_manifest(backup_at(tmp_path / "shelf")).final
    with pytest.raises(Refusal, match=r"home\.moved"):
        Home.open(home.root)
