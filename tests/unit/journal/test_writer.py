# SPDX-License-Identifier: Apache-2.0
"""Group commit: many waiters, few commits, every waiter answered."""

from __future__ import annotations

import threading
import time
from concurrent.futures import Future

import pytest
import structlog

from nadzor.base.problems import Refusal
from nadzor.journal import writer
from nadzor.journal.entry import RefusalNote
from nadzor.journal.reader import Reader
from nadzor.journal.verify import verify_journal
from nadzor.journal.writer import GroupCommit
from tests.unit.journal.entries import NOW, VKEY, entry, open_journal, path, proved

pytestmark = pytest.mark.filterwarnings("error")


def distinct(number, **other):
    """The first batch of a stream of its own."""
    return entry(stream=number.to_bytes(16, "big"), **other)


@pytest.fixture
def commit(tmp_path):
    """A running writer."""
    running = GroupCommit(open_journal(tmp_path))
    running.start()
    yield running
    running.stop()


def test_every_waiter_gets_its_own_proved_outcome(commit):
    """Sixteen threads submit at once; every batch is stored once and every receipt verifies."""
    waiters = {}

    def send(low):
        for number in range(low, low + 25):
            waiters[number] = commit.submit(distinct(number))

    threads = [threading.Thread(target=send, args=(low,)) for low in range(0, 400, 25)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    outcomes = {number: waiter.result(10) for number, waiter in waiters.items()}
    assert sorted(outcome.index for outcome in outcomes.values()) == list(range(400))
    assert all(proved(outcome) > outcome.index for outcome in outcomes.values())


class Slow:
    """A journal that waits for a signal before it appends, and counts its calls."""

    def __init__(self, inner):
        self._inner = inner
        self.go = threading.Event()
        self.groups = []

    def append(self, entries):
        """Wait, then append."""
        self.groups.append(len(entries))
        assert self.go.wait(10)
        return self._inner.append(entries)

    def __getattr__(self, name):
        return getattr(self._inner, name)


def held_up(tmp_path):
    """A writer that waits on the disk with one batch, and its brake."""
    slow = Slow(open_journal(tmp_path))
    commit = GroupCommit(slow)
    commit.start()
    commit.submit(distinct(0), lane="first")
    while not slow.groups:
        time.sleep(0.001)
    return slow, commit


def test_who_arrives_during_a_commit_shares_the_next(tmp_path):
    """The first goes alone; all that came meanwhile go together."""
    slow = Slow(open_journal(tmp_path))
    commit = GroupCommit(slow)
    commit.start()
    waiters = [commit.submit(distinct(0))]
    while not slow.groups:
        time.sleep(0.001)
    waiters += [commit.submit(distinct(number)) for number in range(1, 50)]
    slow.go.set()
    assert [waiter.result(10).index for waiter in waiters] == list(range(50))
    assert slow.groups == [1, 49]
    commit.stop()


def test_a_full_queue_refuses_and_says_when_to_come_back(tmp_path, monkeypatch):
    """By number and by bytes: 503 with a time; what waits is still answered."""
    monkeypatch.setattr(writer, "WAITING_MAX", 4)
    monkeypatch.setattr(writer, "WAITING_BYTES_MAX", 2_000)
    slow, commit = held_up(tmp_path)
    waiters = [commit.submit(distinct(1), lane="a")]
    with pytest.raises(Refusal) as heavy:
        commit.submit(distinct(2, body=bytes(1_000)), lane="a")
    waiters.append(commit.submit(distinct(3), lane="a"))
    with pytest.raises(Refusal) as crowded:
        commit.submit(distinct(4), lane="a")
    assert {heavy.value.code, crowded.value.code} == {"journal.busy"}
    assert 1 <= crowded.value.facts["retry_after_s"] <= 4
    slow.go.set()
    assert [waiter.result(10).index for waiter in waiters] == [1, 2]
    commit.stop()
    assert commit.waiting == 0


def test_a_full_queue_makes_room_for_a_maker_who_waits_for_less(tmp_path, monkeypatch):
    """The last of the longest lane is told to come back, and was never acknowledged; times differ."""
    monkeypatch.setattr(writer, "WAITING_MAX", 40)
    slow, commit = held_up(tmp_path)
    loud = [commit.submit(distinct(number), lane=f"loud-{number % 2}") for number in range(1, 41)]
    quiet = [commit.submit(distinct(100 + number), lane="quiet") for number in range(10)]
    slow.go.set()
    assert all(waiter.result(10) for waiter in quiet)
    commit.stop()
    refused = [waiter.exception(0) for waiter in loud if waiter.exception(0)]
    assert {refusal.code for refusal in refused} == {"journal.busy"} and len(refused) == 10
    assert len({refusal.facts["retry_after_s"] for refusal in refused}) > 1
    assert Reader(path(tmp_path)).size() == 1 + 40


def test_a_maker_who_sends_much_does_not_delay_who_sends_little(tmp_path, monkeypatch):
    """Of one transaction each lane that waits gets its part, however long the other lane is."""
    monkeypatch.setattr(writer, "GROUP_MAX", 40)
    slow, commit = held_up(tmp_path)
    loud = [commit.submit(distinct(number), lane="loud") for number in range(1, 401)]
    quiet = [commit.submit(distinct(1_000 + number), lane="quiet") for number in range(10)]
    slow.go.set()
    assert max(waiter.result(10).index for waiter in quiet) <= 40
    assert max(waiter.result(10).index for waiter in loud) == 410
    commit.stop()


def test_a_group_that_fails_is_told_so_and_the_next_is_tried(tmp_path):
    """A refusal of the journal reaches every waiter; so does a bug, without its text; then work goes on."""
    journal = open_journal(tmp_path)
    broken = iter([Refusal("journal.unavailable", retry_after_s=2), RuntimeError("secret value")])
    real = journal.append

    def append(entries):
        error = next(broken, None)
        if error is not None:
            raise error
        return real(entries)

    journal.append = append
    commit = GroupCommit(journal)
    with structlog.testing.capture_logs() as logs:
        commit.start()
        for _ in range(2):
            with pytest.raises(Refusal) as refused:
                commit.submit(distinct(1)).result(10)
            assert refused.value.code == "journal.unavailable"
        assert proved(commit.submit(distinct(1)).result(10)) == 1
        commit.stop()
    assert [entry["event"] for entry in logs] == ["journal.append.failed", "journal.append.broke"]
    assert "secret" not in repr(logs) and "line 1" not in repr(logs)


def test_stopping_writes_what_waits_and_takes_nothing_more(tmp_path):
    """Every batch submitted before the stop is answered and durable; later ones are told to come back."""
    commit = GroupCommit(open_journal(tmp_path))
    commit.start()
    waiters = [commit.submit(distinct(number), lane=str(number % 3)) for number in range(600)]
    commit.stop()
    assert sorted(waiter.result(0).index for waiter in waiters) == list(range(600))
    with pytest.raises(Refusal):
        commit.submit(distinct(601))
    assert Reader(path(tmp_path)).size() == 600
    assert verify_journal(path(tmp_path), VKEY) == []


def test_refusals_are_written_within_a_moment_and_bounded(commit, tmp_path, monkeypatch):
    """A flood is counted in full and kept in part."""
    for number in range(500):
        commit.refuse(RefusalNote(at=NOW, code="signature.invalid", digest=str(number)))
    reader = Reader(path(tmp_path))
    deadline = time.monotonic() + 5
    while not reader.refused() and time.monotonic() < deadline:
        time.sleep(0.02)
    assert reader.refused() == {("2026-11-21", "signature.invalid"): 500}
    assert 0 < len(reader.refusals()) <= 2 * writer.NOTES_KEPT


def test_without_any_quiet_refusals_are_written_all_the_same(tmp_path, monkeypatch):
    """A gateway that is never idle still says what it refused."""
    monkeypatch.setattr(writer, "IDLE_S", 30.0)
    monkeypatch.setattr(writer, "BUSY_GROUPS", 3)
    commit = GroupCommit(open_journal(tmp_path))
    commit.start()
    commit.refuse(RefusalNote(at=NOW, code="key.unknown"))
    for number in range(4):
        commit.submit(distinct(number)).result(10)
    assert Reader(path(tmp_path)).refused() == {("2026-11-21", "key.unknown"): 1}
    commit.stop()


def test_the_newest_checkpoint_is_kept_once_it_is_quiet(commit, tmp_path):
    """A reader without the log key can make a receipt a moment later."""
    commit.submit(distinct(1)).result(10)
    reader = Reader(path(tmp_path))
    deadline = time.monotonic() + 5
    while time.monotonic() < deadline:
        try:
            assert reader.receipt(0).index == 0
            return
        except Refusal:
            time.sleep(0.02)
    raise AssertionError("the checkpoint was not kept")


def test_refusals_that_cannot_be_written_are_kept_for_later(tmp_path):
    """A disk that is full for a while loses no count."""
    journal = open_journal(tmp_path)
    real, failures = journal.count_refused, iter([Refusal("journal.unavailable", retry_after_s=2)])

    def count(counts, kept):
        for failure in failures:
            raise failure
        real(counts, kept)

    journal.count_refused = count
    commit = GroupCommit(journal)
    commit.refuse(RefusalNote(at=NOW, code="key.unknown"))
    commit.start()
    time.sleep(3 * writer.IDLE_S)
    commit.stop()
    assert Reader(path(tmp_path)).refused() == {("2026-11-21", "key.unknown"): 1}


def test_a_waiter_of_ones_own_is_delivered_to(tmp_path):
    """A door that waits otherwise gives its own waiters and is called once a group."""
    delivered = Future()
    commit = GroupCommit(open_journal(tmp_path), deliver=delivered.set_result)
    commit.start()
    assert commit.submit(distinct(1), "mine") == "mine"
    ((waiter, outcome),) = delivered.result(10)
    assert (waiter, outcome.index) == ("mine", 0)
    commit.stop()
