# SPDX-License-Identifier: Apache-2.0
"""Backups of a house at work: what is in them, what never is, and what is wrong with one that was spoilt."""

from __future__ import annotations

import os
import sqlite3
import threading
from contextlib import closing

import pytest

from nadzor.actions.copies.check import find_backup_faults
from nadzor.actions.copies.manifest import HELD, read_manifest
from nadzor.actions.copies.shelf import UNFINISHED, backup_at, whole_backups
from nadzor.actions.copies.take import Wish, take_backup
from nadzor.base.problems import Refusal
from nadzor.journal.opening import open_reader
from nadzor_wire.base64text import b64
from tests.unit.actions.copies.old_house import NOW, deed, keep, later, make_house, told, write


@pytest.fixture
def home(tmp_path):
    """A small house."""
    return make_house(tmp_path / "house")[0]


def files_of(backup):
    """Paths below a backup, by what they were in the house."""
    return {
        path.relative_to(backup / HELD).as_posix() for path in (backup / HELD).rglob("*") if path.is_file()
    }


def test_a_backup_holds_the_house_and_no_key(home, tmp_path):
    """Register, journal, files, months, settings; nothing of keys, what is drawn, locks; for one owner."""
    (home.root / "charts" / "a.svg").write_text("x")
    (home.root / "releases").mkdir()
    (home.root / "releases" / "new-room.json").write_text("{}")
    taken = take_backup(home, tmp_path / "shelf", now=NOW)
    held = files_of(backup_at(tmp_path / "shelf"))
    assert {"nadzor.json", "register.sqlite3", "journal/journal.sqlite3", "releases/new-room.json"} <= held
    assert not [path for path in held if path.startswith(("keys", "charts", "lake")) or path.endswith("lock")]
    secret = home.secret("vault")
    assert all(secret not in path.read_bytes() for path in (tmp_path / "shelf").rglob("*") if path.is_file())
    modes = {path.stat().st_mode & 0o077 for path in (tmp_path / "shelf").glob("2*/**/*")}
    assert (modes, taken.files, taken.size) == ({0}, len(held), 5)
    assert find_backup_faults(backup_at(tmp_path / "shelf")) == []


def test_register_and_journal_are_of_one_moment(home, tmp_path, monkeypatch):
    """What is written while the pages are copied is in neither; the backup starts once and goes through."""
    import nadzor.actions.copies.take as taking

    real, seen = taking.copy_database, []

    def disturbed(source, to, **how):
        number = len(seen)
        seen.append(number)
        write(home, 3, first=100 + 10 * number)
        with closing(sqlite3.connect(home.database, isolation_level=None)) as register:
            told(register, deed("house.busy", str(number)))
        real(source, to, **how, pages=1)

    monkeypatch.setattr(taking, "copy_database", disturbed)
    taken = take_backup(home, tmp_path / "shelf", now=NOW)
    made = read_manifest(backup_at(tmp_path / "shelf"))
    assert (taken.size, made.deeds, len(seen)) == (5, 1, 2)
    assert made.rows["journal/journal.sqlite3:batch"] == 5
    assert find_backup_faults(backup_at(tmp_path / "shelf")) == []
    with closing(open_reader(home)) as reader:
        assert reader.size() == 11


def test_a_hot_write_ahead_log_is_in_it(home, tmp_path):
    """What stands only in the -wal file of a killed writer is copied with the rest."""
    writer = sqlite3.connect(home.database, isolation_level=None)
    writer.execute("PRAGMA wal_autocheckpoint = 0")
    told(writer, deed("house.hot"))
    assert home.database.with_name("register.sqlite3-wal").stat().st_size > 0
    take_backup(home, tmp_path / "shelf", now=NOW)
    assert read_manifest(backup_at(tmp_path / "shelf")).deeds == 2
    writer.close()


def test_unchanged_files_are_linked_and_rotten_copies_are_not(home, tmp_path):
    """The second backup links what is the same; a former copy that rotted is made anew from the house."""
    first = take_backup(home, tmp_path / "shelf", now=NOW)
    second = take_backup(home, tmp_path / "shelf", now=later(1))
    old, new = whole_backups(tmp_path / "shelf")
    letter = next(path for path in files_of(old) if path.startswith("files/"))
    assert (first.linked, second.linked > 0) == (0, True)
    assert (old / HELD / letter).stat().st_ino == (new / HELD / letter).stat().st_ino
    (new / HELD / letter).write_bytes(b"%PDF a lettes")
    take_backup(home, tmp_path / "shelf", now=later(2))
    assert find_backup_faults(backup_at(tmp_path / "shelf")) == []
    assert find_backup_faults(new) != []


def test_the_oldest_go_when_so_many_are_kept(home, tmp_path):
    """Two are kept of four; what was linked stays whole."""
    for minute in range(4):
        taken = take_backup(home, tmp_path / "shelf", now=later(minute), wish=Wish(keep=2))
    assert (len(whole_backups(tmp_path / "shelf")), taken.dropped) == (2, 1)
    assert all(find_backup_faults(one) == [] for one in whole_backups(tmp_path / "shelf"))


def test_links_and_odd_names_are_told_and_never_followed(home, tmp_path):
    """A link deep in the house leads nowhere; a room on another disk is taken; hard links are files; odd
    names too."""
    (tmp_path / "secret").write_bytes(home.secret("vault"))
    (home.months / "link.json").symlink_to(tmp_path / "secret")
    (home.months / "back").symlink_to(home.keys)
    os.link(home.config, home.months / "hard.json")
    (home.months / "новый\nряд.json").write_text("{}")
    (home.months / "\udcff.json").write_text("{}")
    (tmp_path / "disk").mkdir()
    (tmp_path / "disk" / "table.json").write_text("{}")
    (home.root / "open").symlink_to(tmp_path / "disk")
    (home.root / "stolen").symlink_to(home.keys)
    taken = take_backup(home, tmp_path / "shelf", now=NOW)
    held = files_of(backup_at(tmp_path / "shelf"))
    assert {"months/hard.json", "months/новый\nряд.json", "open/table.json"} <= held
    assert not any(path.startswith(("stolen", "months/back", "months/link")) for path in held)
    assert len(taken.left_out) == 4
    assert find_backup_faults(backup_at(tmp_path / "shelf")) == []


def test_two_at_once_are_two_whole_backups(home, tmp_path):
    """Neither sweeps the other's unfinished folder away."""
    failed = []

    def one(minute):
        try:
            take_backup(home, tmp_path / "shelf", now=later(minute))
        except BaseException as error:
            failed.append(error)

    threads = [threading.Thread(target=one, args=(0,)) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []
    assert [find_backup_faults(one) for one in whole_backups(tmp_path / "shelf")] == [[], [], []]


def test_what_was_left_unfinished_is_no_backup_and_is_swept(home, tmp_path):
    """A killed one's folder has a name that nobody reads; the next one removes it."""
    left = tmp_path / "shelf" / f"{UNFINISHED}20261120T090000Z-00000000"
    left.mkdir(parents=True)
    (left / "owned").touch()
    with pytest.raises(Refusal, match=r"backup\.none"):
        backup_at(tmp_path / "shelf")
    take_backup(home, tmp_path / "shelf", now=NOW)
    assert not left.exists()


def test_a_full_disk_leaves_nothing_behind(home, tmp_path, monkeypatch):
    """The error is the system's; no half backup, and the one before is untouched."""
    take_backup(home, tmp_path / "shelf", now=NOW)
    import nadzor.actions.copies.take as taking

    def full(*_args, **_how):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(taking, "copy_database", full)
    with pytest.raises(OSError, match="No space"):
        take_backup(home, tmp_path / "shelf", now=later(1))
    assert len(list((tmp_path / "shelf").glob("[!.]*"))) == 1
    assert list((tmp_path / "shelf").glob(f"{UNFINISHED}*")) == []


SPOILT = (
    "nadzor.json",
    "register.sqlite3",
    "journal/journal.sqlite3",
    "months/2026-10/ai-001.json",
    "files/",
)


@pytest.mark.parametrize("part", SPOILT)
def test_one_flipped_bit_is_found_in_every_kind_of_file(home, tmp_path, part):
    """Digest by digest; the file is named."""
    take_backup(home, tmp_path / "shelf", now=NOW)
    backup = backup_at(tmp_path / "shelf")
    path = next(path for path in sorted(files_of(backup)) if path.startswith(part))
    content = bytearray((backup / HELD / path).read_bytes())
    content[len(content) // 2] ^= 4
    (backup / HELD / path).write_bytes(content)
    assert [path in fault.detail for fault in find_backup_faults(backup)] == [True]


@pytest.mark.parametrize("name", ["manifest.json", "manifest.note"])
def test_a_changed_manifest_does_not_hold(home, tmp_path, name):
    """The house's seal is over the manifest, and the manifest names every file."""
    take_backup(home, tmp_path / "shelf", now=NOW)
    backup = backup_at(tmp_path / "shelf")
    content = (backup / name).read_bytes()
    (backup / name).write_bytes(content.replace(b"nadzor", b"nadzoR", 1))
    with pytest.raises(Refusal, match=r"backup\.damaged"):
        find_backup_faults(backup)


def test_a_file_missing_and_a_file_too_many_are_found(home, tmp_path):
    """What nobody wrote down was laid there by somebody."""
    take_backup(home, tmp_path / "shelf", now=NOW)
    backup = backup_at(tmp_path / "shelf")
    (backup / HELD / "months/2026-10/ai-001.json").rename(backup / HELD / "months/strange.json")
    told_of = [fault.detail for fault in find_backup_faults(backup)]
    assert any("is missing" in text for text in told_of)
    assert any("not in the manifest" in text for text in told_of)


def test_a_row_without_its_file_is_found(home, tmp_path):
    """The house itself had lost the bytes: the backup says so instead of hiding it."""
    keep(home, b"lost").unlink()
    take_backup(home, tmp_path / "shelf", now=NOW)
    (fault,) = find_backup_faults(backup_at(tmp_path / "shelf"))
    assert "has a row and no bytes" in fault.detail


def test_what_was_shown_to_the_world_never_runs_ahead(home, tmp_path):
    """Tiles and their checkpoint are copied before the journal, which has grown meanwhile."""
    from nadzor.actions.publish_tiles import publish_log

    publish_log(home.log)
    write(home, 2, first=50)
    take_backup(home, tmp_path / "shelf", now=NOW)
    made = read_manifest(backup_at(tmp_path / "shelf"))
    note = (backup_at(tmp_path / "shelf") / HELD / "tiles" / "checkpoint").read_text()
    assert int(note.split("\n")[1]) == 5 < made.logs[0].size == 7
    with closing(open_reader(home)) as reader:
        assert made.logs[0].root == b64(reader.totals().frontier.root)


REFUSED = {
    "backup.inside": (lambda home, tmp: take_backup(home, home.root / "backups", now=NOW)),
    "backup.keep": (lambda home, tmp: take_backup(home, tmp / "s", now=NOW, wish=Wish(keep=0))),
    "backup.none": (lambda home, tmp: find_backup_faults(tmp)),
}


@pytest.mark.parametrize("code", REFUSED)
def test_what_cannot_be_a_backup_is_refused(home, tmp_path, code):
    """Inside the house, none kept, no backup at all."""
    with pytest.raises(Refusal) as refused:
        REFUSED[code](home, tmp_path)
    assert refused.value.code == code


def test_a_register_that_is_held_is_waited_for_and_then_told(home, tmp_path, monkeypatch):
    """Somebody sits on the write lock: no common moment, so no backup."""
    monkeypatch.setattr("nadzor.actions.copies.moment.WAIT_S", 0.05)
    with closing(sqlite3.connect(home.database, isolation_level=None)) as holder:
        holder.execute("BEGIN IMMEDIATE")
        with pytest.raises(Refusal, match=r"backup\.busy"):
            take_backup(home, tmp_path / "shelf", now=NOW)
