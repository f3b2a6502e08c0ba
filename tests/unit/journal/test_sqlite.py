# SPDX-License-Identifier: Apache-2.0
"""What only a journal in a file must do: keep to its owner, spare foreign files, outlive a full disk."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from nadzor.base.problems import Refusal
from nadzor.journal.sqlite import SqliteStore
from tests.unit.journal.entries import Place, entry, open_journal, path, proved


@pytest.fixture
def place(tmp_path):
    """A place for a file."""
    made = Place(tmp_path)
    yield made
    made.close()


@pytest.fixture
def reader(journal, place):
    """A reader beside the journal."""
    return place.reader()


def test_a_file_that_is_no_journal_is_not_overwritten(tmp_path):
    """Foreign bytes are left alone."""
    path(tmp_path).parent.mkdir()
    path(tmp_path).write_bytes(b"not a database, and larger than a page header " * 40)
    with pytest.raises(Refusal) as refused:
        open_journal(tmp_path)
    assert refused.value.code == "journal.unavailable"
    assert path(tmp_path).read_bytes().startswith(b"not a database")


def test_a_full_disk_acknowledges_nothing_and_recovers(journal, reader):
    """While there is no room every batch is told to come back; with room again the same batch is stored."""
    pages = journal._connection.execute("PRAGMA page_count").fetchone()[0]
    journal._connection.execute(f"PRAGMA max_page_count = {pages}")
    large = entry(body=bytes(100_000))
    with pytest.raises(Refusal) as refused:
        journal.append([large])
    assert (refused.value.code, reader.size()) == ("journal.unavailable", 0)
    (stored,) = journal.append([large])
    assert proved(stored) == 1


def test_the_file_is_for_its_owner_alone(journal, tmp_path):
    """Nobody else on the machine reads the journal or a body key."""
    journal.append([entry()])
    (key,) = (tmp_path / "keys" / "bodies").glob("*/*.key")
    assert path(tmp_path).stat().st_mode & 0o077 == 0
    assert key.stat().st_mode & 0o077 == 0


def test_a_place_without_a_write_ahead_log_is_refused():
    """SQLite would go on in its old way, in which a reader stops the writer and no checkpoint makes sure."""
    with pytest.raises(sqlite3.OperationalError, match="write-ahead"):
        SqliteStore(Path(":memory:")).writing()
