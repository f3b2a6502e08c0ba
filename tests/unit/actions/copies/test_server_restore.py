# SPDX-License-Identifier: Apache-2.0
"""A house put back with its journal on a PostgreSQL server, in a file, and from one into the other."""

from __future__ import annotations

import os
from contextlib import closing

import psycopg
import pytest

from nadzor.actions.copies.open_again import open_restored
from nadzor.actions.copies.put_back import Wanted, restore_backup
from nadzor.actions.copies.shelf import backup_at
from nadzor.actions.copies.take import Wish, take_backup
from nadzor.actions.publish_tiles import publish_log
from nadzor.base.home import Home
from nadzor.base.problems import Refusal
from nadzor.journal.bodies import BodyKeys
from nadzor.journal.opening import open_journal, open_log, open_reader
from nadzor.journal.staging import move_in
from nadzor.journal.verify import verify_journal
from tests.unit.actions.copies.old_house import NOW, keys_of, make_house, write
from tests.unit.journal.entries import entry

HELD = ("SELECT n.nspname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
        " WHERE c.relkind = 'r' AND n.nspname !~ '^(pg_|information)' GROUP BY 1 ORDER BY 1")  # fmt: skip


@pytest.fixture(params=["file", "server"])
def home(request, tmp_path, postgres):
    """A small house of each kind."""
    url = postgres.database() if request.param == "server" else ""
    return make_house(tmp_path / "house", journal_url=url)[0]


def copied(home, tmp_path, **wish):
    """The house's newest backup."""
    take_backup(home, tmp_path / "shelf", now=NOW, wish=Wish(**wish))
    return backup_at(tmp_path / "shelf")


def put(backup, to, home, url="", *, full=True):
    """Put back, everything looked at."""
    return restore_backup(backup, to, keys_of(home), now=NOW, wanted=Wanted(full=full, journal_url=url))


def opened(to):
    """The house, opened."""
    open_restored(to, by="console", because="drill", now=NOW)
    return Home.open(to)


def schemas(url):
    """Which schemas hold tables."""
    with closing(psycopg.connect(url)) as connection:
        return [name for (name,) in connection.execute(HELD)]


@pytest.mark.parametrize("onto", ["file", "server"])
def test_from_either_store_into_either(home, tmp_path, postgres, onto):
    """Root and counts are the backup's, every body opens, another log goes on; nothing of it stays staged."""
    url = postgres.database() if onto == "server" else ""
    backup = copied(home, tmp_path)
    done = put(backup, tmp_path / "again", home, url)
    with pytest.raises(Refusal, match=r"home\.restored"):
        Home.open(tmp_path / "again")
    again = opened(tmp_path / "again")
    assert (again.settings.journal_url, again.log_origin) == (url, "nadzor.test/log.2")
    assert again.journal.exists() is (onto == "file")
    assert schemas(url or postgres.url("postgres")) == (["journal"] if url else [])
    with closing(open_reader(again)) as reader:
        assert (reader.size(), reader.batch(4).body()) == (done.size, b"line 1\nline 2\n")
    write(again, 2, first=50)
    assert verify_journal(again.log, again.log_vkey, body_keys=BodyKeys(again.body_keys)) == []
    assert publish_log(again.log).size == 7


def test_the_last_backup_goes_on_under_the_same_key(home, tmp_path, postgres):
    """Moving house onto a server: real and test log, both under their keys."""
    sandbox = open_log(home.sandbox())
    sandbox.append([entry(1, 2)])
    sandbox.close()
    url, vkey = postgres.database(), home.log_vkey
    put(copied(home, tmp_path, final=True), tmp_path / "again", home, url)
    again = opened(tmp_path / "again")
    assert (again.log_vkey, schemas(url)) == (vkey, ["journal", "sandbox"])
    assert verify_journal(again.log, vkey, body_keys=BodyKeys(again.body_keys)) == []
    assert verify_journal(again.sandbox(), again.sandbox().vkey) == []


@pytest.mark.parametrize("schema", ["journal", "sandbox"])
def test_a_schema_that_is_not_empty_is_refused_and_untouched(home, tmp_path, postgres, schema):
    """One table of anybody's is enough; neither server nor directory is touched. An empty schema is taken."""
    url, backup = postgres.database(), copied(home, tmp_path)
    postgres.tell(f"CREATE SCHEMA {schema} CREATE TABLE own (n int)", url=url)
    with pytest.raises(Refusal) as refused:
        put(backup, tmp_path / "again", home, url)
    assert (refused.value.code, refused.value.facts) == ("restore.server-not-empty", {"schema": schema})
    assert (schemas(url), (tmp_path / "again").exists()) == ([schema], False)
    postgres.tell(f"DROP TABLE {schema}.own", url=url)
    put(backup, tmp_path / "again", home, url, full=False)
    assert opened(tmp_path / "again").settings.journal_url == url


def test_a_place_that_was_taken_meanwhile_is_not_overrun(home, tmp_path, postgres):
    """Between putting back and opening somebody founded a journal there: opening is refused, theirs stays."""
    url = postgres.database()
    put(copied(home, tmp_path), tmp_path / "again", home, url, full=False)
    other = Home.create(tmp_path / "other", origin="other.test/log", journal_url=url)
    open_journal(other).close()
    with pytest.raises(Refusal, match=r"restore\.server-not-empty"):
        opened(tmp_path / "again")
    open_journal(other).close()
    postgres.tell("DROP SCHEMA journal CASCADE", url=url)
    assert opened(tmp_path / "again").log_origin == "nadzor.test/log.2"


def test_opening_may_be_repeated_after_every_step(home, tmp_path, postgres):
    """The tables moved, and the process died before it said so: the second time finds them; lost is told."""
    url = postgres.database()
    done = put(copied(home, tmp_path), tmp_path / "again", home, url, full=False)
    for _ in range(2):
        move_in(url, done.staged, origin="nadzor.test/log.2", size=done.size)
    assert schemas(opened(tmp_path / "again").settings.journal_url) == ["journal"]
    postgres.tell("DROP SCHEMA journal CASCADE", url=url)
    with pytest.raises(Refusal, match=r"restore\.damaged"):
        move_in(url, done.staged, origin="nadzor.test/log.2", size=done.size)


def test_a_gateway_of_the_former_house_signs_nothing_more(tmp_path, postgres):
    """It still waits at the same address: first it finds no journal, then one of another log."""
    home = make_house(tmp_path / "house", journal_url=postgres.database())[0]
    backup, url = copied(home, tmp_path), home.settings.journal_url
    former = open_journal(home)
    postgres.tell("DROP SCHEMA journal CASCADE", url=url)
    put(backup, tmp_path / "again", home, url, full=False)
    for step in (list, lambda: opened(tmp_path / "again")):
        step()
        with pytest.raises(Refusal, match=r"journal\.(missing|unavailable)"):
            former.append([entry(9, 9, stream=os.urandom(16))])
    with pytest.raises(Refusal, match=r"journal\.other-log"):
        publish_log(home.log)
    former.close()
    again = Home.open(tmp_path / "again")
    assert verify_journal(again.log, again.log_vkey, body_keys=BodyKeys(again.body_keys)) == []


def test_what_the_server_made_of_it_is_proved_there(home, tmp_path, postgres, monkeypatch):
    """A row that arrived changed is found before the house waits for anybody; nothing of it stays."""
    from nadzor.actions.copies import on_server

    def spoilt(url, files):
        staged = real(url, files)
        postgres.tell(f"UPDATE {staged['journal']}.batch SET body = 'x' WHERE idx = 3", url=url)
        return staged

    real, url = on_server.stage, postgres.database()
    monkeypatch.setattr(on_server, "stage", spoilt)
    with pytest.raises(Refusal, match=r"restore\.damaged"):
        put(copied(home, tmp_path), tmp_path / "again", home, url)
    assert (schemas(url), (tmp_path / "again" / "restored.json").exists()) == ([], False)


def test_a_refused_key_with_a_nul_is_carried_over(tmp_path, postgres):
    """SQLite keeps it, the server cannot: it is shown as a replacement, and nothing else changes."""
    from collections import Counter

    from nadzor.journal.entry import RefusalNote

    home = make_house(tmp_path / "house")[0]
    journal = open_journal(home)
    note = RefusalNote(digest="0" * 64, code="batch.key", seq=None, place=None, keyid="a\x00b", at=NOW)
    journal.count_refused(Counter({("2026-11-20", "batch.key"): 1}), [note])
    journal.close()
    put(copied(home, tmp_path), tmp_path / "again", home, postgres.database())
    with closing(open_reader(opened(tmp_path / "again"))) as reader:
        assert reader.refusals()[0].keyid == "a\N{REPLACEMENT CHARACTER}b"
