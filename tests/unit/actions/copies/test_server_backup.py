# SPDX-License-Identifier: Apache-2.0
"""Backups of a house whose journal a PostgreSQL server keeps: one moment, in a file that needs no server."""

from __future__ import annotations

import sqlite3
from contextlib import closing

import msgspec
import psycopg
import pytest

from nadzor.actions.copies.check import find_backup_faults
from nadzor.actions.copies.manifest import HELD, read_manifest
from nadzor.actions.copies.shelf import backup_at
from nadzor.actions.copies.take import Wish, take_backup
from nadzor.base.home import Home
from nadzor.base.problems import Refusal
from nadzor.journal.bodies import BodyKeys
from nadzor.journal.opening import open_log, open_reader
from nadzor.journal.tables import tables
from nadzor.journal.verify import verify_journal
from nadzor_wire.base64text import b64
from tests.unit.actions.copies.old_house import NOW, deed, make_house, told, write
from tests.unit.journal.entries import entry

JOURNAL = "journal/journal.sqlite3"


@pytest.fixture
def home(tmp_path, postgres):
    """A small house, its journal on the server."""
    return make_house(tmp_path / "house", journal_url=postgres.database())[0]


def rows_of(execute, table):
    """Every row of a table, comparable."""
    return sorted(map(repr, map(tuple, execute(f"SELECT {table.named} FROM {table.name}").fetchall())))


def test_every_table_is_copied_as_the_server_has_it(home, tmp_path):
    """Row for row in all tables; the file proves itself with the public key, and every body opens."""
    taken = take_backup(home, tmp_path / "shelf", now=NOW)
    backup = backup_at(tmp_path / "shelf")
    assert find_backup_faults(backup) == []
    with closing(psycopg.connect(home.settings.journal_url)) as server:
        server.execute("SET search_path TO journal")
        with closing(sqlite3.connect(backup / HELD / JOURNAL)) as file:
            for table in tables():
                assert rows_of(file.execute, table) == rows_of(server.execute, table), table.name
    with closing(open_reader(home)) as reader:
        assert (taken.size, taken.root) == (5, b64(reader.totals().frontier.root))
    keys = BodyKeys(home.body_keys)
    assert verify_journal(backup / HELD / JOURNAL, home.log_vkey, body_keys=keys) == []


def test_register_and_served_journal_are_of_one_moment(home, tmp_path, monkeypatch):
    """What is written while rows are copied is in neither; real and test log are both there."""
    import nadzor.actions.copies.take as taking

    sandbox = open_log(home.sandbox())
    sandbox.append([entry(1, 2)])
    sandbox.close()
    real, seen = taking.copy_database, []

    def disturbed(source, to, **how):
        seen.append(to.name)
        write(home, 3, first=100 * len(seen))
        with closing(sqlite3.connect(home.database, isolation_level=None)) as register:
            told(register, deed("house.busy", str(len(seen))))
        real(source, to, **how)

    monkeypatch.setattr(taking, "copy_database", disturbed)
    taken = take_backup(home, tmp_path / "shelf", now=NOW)
    made = read_manifest(backup_at(tmp_path / "shelf"))
    assert (taken.size, made.deeds, len(seen)) == (5, 1, 3)
    assert (made.rows[f"{JOURNAL}:batch"], made.rows[f"sandbox/{JOURNAL}:batch"]) == (5, 1)
    assert find_backup_faults(backup_at(tmp_path / "shelf")) == []
    with closing(open_reader(home)) as reader:
        assert reader.size() == 14


def test_whoever_may_only_read_can_copy(home, tmp_path, postgres):
    """A role of its own for the night's backup changes nothing, because it may not."""
    url, role = home.settings.journal_url, "night_reader"
    postgres.tell(f"CREATE ROLE {role} LOGIN", url=url)
    for right in ("USAGE ON SCHEMA journal", "SELECT ON ALL TABLES IN SCHEMA journal"):
        postgres.tell(f"GRANT {right} TO {role}", url=url)
    reading = msgspec.structs.replace(home.settings, journal_url=url.replace("nadzor@", f"{role}@"))
    assert take_backup(Home(home.root, reading), tmp_path / "shelf", now=NOW).size == 5
    assert find_backup_faults(backup_at(tmp_path / "shelf")) == []


def test_a_file_of_an_earlier_journal_is_not_taken_for_it(home, tmp_path):
    """What lies in the data directory where SQLite would keep the journal is no journal of this house."""
    home.journal.write_bytes(b"")
    take_backup(home, tmp_path / "shelf", now=NOW)
    assert read_manifest(backup_at(tmp_path / "shelf")).rows[f"{JOURNAL}:batch"] == 5


def test_a_password_in_the_settings_stops_before_anything_is_copied(home, tmp_path):
    """Whoever wrote one into nadzor.json by hand is told; it does not travel, nor is it repeated."""
    text = home.config.read_text().replace("postgresql://nadzor@", "postgresql://nadzor:geheim@")
    home.config.write_text(text)
    with pytest.raises(Refusal) as refused:
        take_backup(Home.open(home.root), tmp_path / "shelf", now=NOW)
    assert (refused.value.code, refused.value.facts) == ("journal.address", {})
    assert list((tmp_path / "shelf").glob("[!.]*")) == []


def test_a_server_without_the_journal_is_no_empty_journal(home, tmp_path, postgres):
    """A wrong database, or one that lost its tables: nothing is copied that would pass for the house."""
    postgres.tell("DROP SCHEMA journal CASCADE", url=home.settings.journal_url)
    with pytest.raises(Refusal, match=r"journal\.missing"):
        take_backup(home, tmp_path / "shelf", now=NOW)
    assert list((tmp_path / "shelf").glob("[!.]*")) == []


def test_tables_of_another_shape_are_refused(home, tmp_path, postgres):
    """A column fewer than this release knows: told as damage, not copied in part."""
    postgres.tell("ALTER TABLE journal.gap DROP COLUMN declared", url=home.settings.journal_url)
    with pytest.raises(Refusal, match=r"journal\.damaged"):
        take_backup(home, tmp_path / "shelf", now=NOW)


def test_the_last_backup_wants_the_database_for_itself(home, tmp_path):
    """Whoever is connected could still write after the last copy; with nobody there it is taken."""
    with closing(psycopg.connect(home.settings.journal_url)):
        with pytest.raises(Refusal) as refused:
            take_backup(home, tmp_path / "shelf", now=NOW, wish=Wish(final=True))
        assert (refused.value.code, refused.value.facts) == ("backup.not-alone", {"sessions": 1})
    take_backup(home, tmp_path / "shelf", now=NOW, wish=Wish(final=True))
    assert read_manifest(backup_at(tmp_path / "shelf")).final
