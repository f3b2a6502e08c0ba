# SPDX-License-Identifier: Apache-2.0
"""What only a journal on a server must do: wait for its lock, serve many, keep to its role."""

from __future__ import annotations

import threading
from contextlib import closing

import psycopg
import pytest

from nadzor.base.problems import Refusal
from nadzor.journal import postgres as engine
from nadzor.journal.postgres import PostgresStore
from nadzor.journal.reader import Reader
from nadzor.journal.store import Unreachable
from nadzor.journal.verify import verify_journal
from tests.unit.journal.entries import VKEY, ServerPlace, entry, proved


@pytest.fixture
def place(postgres, tmp_path):
    """An empty database."""
    made = ServerPlace(tmp_path, postgres.database())
    yield made
    made.close()


def holding(place):
    """A stranger who holds the one lock."""
    raw = psycopg.connect(place.url)
    raw.execute("SELECT id FROM journal.frontier FOR UPDATE")
    return closing(raw)


def test_a_lock_that_is_not_released_is_not_waited_for_for_ever(journal, place, monkeypatch):
    """The writer answers "unavailable" and goes on when the lock is free."""
    journal._connection.execute("SET lock_timeout TO 50")
    with holding(place), pytest.raises(Refusal, match=r"journal\.unavailable"):
        journal.append([entry(1, 2)])
    (stored,) = journal.append([entry(1, 2)])
    assert proved(stored) == 1


def test_a_writer_frozen_in_its_transaction_loses_the_lock(journal, place, monkeypatch):
    """The server ends a transaction that nobody goes on with; the frozen one then stores nothing."""
    monkeypatch.setattr(engine, "HELD_S", 0.05)
    frozen = place.where.writing()
    frozen.execute(place.where.begin[0])
    (stored,) = journal.append([entry(1, 2)])
    with pytest.raises(Unreachable):
        frozen.execute("UPDATE frontier SET size = 0")
    assert (proved(stored), place.reader().size()) == (1, 1)
    frozen.close()


def test_a_lost_connection_in_mid_transaction_leaves_nothing(journal, place):
    """The batch is refused, the next try stores it once, and another writer was not held up."""
    other = place.journal()
    pid = journal._connection.execute("SELECT pg_backend_pid()").fetchone()[0]
    real = journal._write_notes

    def cut(kept, counts):
        other._connection.execute("SELECT pg_terminate_backend(?)", (pid,))
        real(kept, counts)

    journal._write_notes = cut
    with pytest.raises(Refusal, match=r"journal\.unavailable"):
        journal.append([entry(1, 2)])
    journal._write_notes = real
    (mine,) = journal.append([entry(1, 2)])
    (yours,) = other.append([entry(1, 2)])
    assert (mine.index, yours.index, proved(yours)) == (0, 0, 1)


def test_a_connection_cut_between_two_batches_is_not_noticed(journal, place):
    """Outside a transaction the writer connects again without a word."""
    with closing(psycopg.connect(place.url, autocommit=True)) as stranger:
        journal.append([entry(1, 2)])
        stranger.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'nadzor'"
        )
    (stored,) = journal.append([entry(stream=b"2" * 16)])
    assert proved(stored) == 2


def test_another_writers_batch_is_not_taken_for_ones_own(journal, place):
    """A commit that failed, then somebody else's at the same index: the tables are read, not only counted."""
    other = place.journal()
    real = journal._connection

    class Failing:
        """Loses its connection before the commit, and lets another writer in."""

        def execute(self, statement, *values):
            if statement != "COMMIT":
                return real.execute(statement, *values)
            real.close()
            other.append([entry(stream=b"2" * 16)])
            raise Unreachable

        def __getattr__(self, name):
            return getattr(real, name)

    journal._connection = Failing()
    with pytest.raises(Refusal, match=r"journal\.unavailable"):
        journal.append([entry(1, 2)])
    (stored,) = journal.append([entry(1, 2)])
    assert (stored.index, proved(stored)) == (1, 2)
    assert verify_journal(place.where, VKEY) == []


def test_many_writers_share_one_journal(place):
    """Threads with a connection each, as gateway processes have: one tree, nothing twice."""
    journals = [place.journal() for _ in range(4)]

    def go(number):
        for turn in range(12):
            journals[number].append(
                [entry(stream=bytes([number, turn]) * 8), entry(stream=bytes([99, turn]) * 8)]
            )

    threads = [threading.Thread(target=go, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert place.reader().size() == 4 * 12 + 12
    assert verify_journal(place.where, VKEY) == []


def test_a_check_is_not_disturbed_by_what_is_written_meanwhile(place, tmp_path):
    """One moment is checked, though the journal grows from batch to batch."""
    journal, reader = place.journal(), place.reader()
    journal.append([entry(1, 2)])
    with reader.steady():
        assert reader.size() == 1
        journal.append([entry(stream=b"2" * 16)])
        assert (reader.size(), len(list(reader.batches()))) == (1, 1)
    assert reader.size() == 2


def test_a_role_that_only_writes_is_enough(journal, place, postgres):
    """After the tables are made, the gateway needs none of the rights that could change history."""
    role = f"w{place.url[-30:-20].encode().hex()}"
    granted = [
        f"CREATE ROLE {role} LOGIN",
        f"GRANT USAGE ON SCHEMA journal TO {role}",
        f"GRANT SELECT, INSERT ON ALL TABLES IN SCHEMA journal TO {role}",
        *(f"GRANT UPDATE ON journal.{table} TO {role}" for table in ("frontier", "stream", "gap", "refused")),
    ]
    for statement in granted:
        postgres.tell(statement, url=place.url)
    limited = ServerPlace(place.folder, place.url.replace("nadzor@", f"{role}@"))
    writer = limited.journal()
    (stored,) = writer.append([entry(1, 2)])
    assert proved(stored) == 1
    with pytest.raises(ValueError, match="InsufficientPrivilege"):
        writer._connection.execute("UPDATE batch SET device = 'x'")
    limited.close()


def test_a_reader_cannot_write(journal, place):
    """Whatever statement it is handed."""
    reading = place.where.reading()
    with pytest.raises(Unreachable):
        reading.execute("UPDATE frontier SET size = 0")
    reading.close()


def test_what_cannot_be_reached_or_founded_says_so(place):
    """No server, no tables, a name that is no schema."""
    nowhere = PostgresStore("postgresql:///x?host=/nowhere&connect_timeout=2", "journal")
    with pytest.raises(Refusal, match=r"journal\.away"):
        Reader(nowhere)
    with pytest.raises(Refusal, match=r"journal\.missing"):
        place.reader()
    with pytest.raises(ValueError, match="schema"):
        PostgresStore(place.url, "a; DROP TABLE batch")


def test_marks_travel_as_they_are(journal, place):
    """A question mark or a percent sign in a value is a value."""
    journal.append([entry(1, 2, device="a?%s-1", site="s?1")])
    assert [(batch.device, batch.site) for batch in place.reader().batches()] == [("a?%s-1", "s?1")]
