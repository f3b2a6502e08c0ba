# SPDX-License-Identifier: Apache-2.0
"""The journal writes once, answers the same for ever, and signs only what it has read back."""

from __future__ import annotations

from collections import Counter

import pytest

from nadzor.base.problems import Refusal
from nadzor.journal.entry import Conflict, Declared, Foreign, RefusalNote, Repeated, Stored
from nadzor.journal.log import Journal
from nadzor.journal.store import Unreachable
from nadzor_wire.note import Checkpoint, open_note
from nadzor_wire.receipt import Verdict
from tests.unit.journal.entries import (
    NOW,
    ORIGIN,
    VKEY,
    entry,
    follow,
    proved,
    receipt_of,
    rejecting,
)


@pytest.fixture
def reader(journal, place):
    """A reader beside it."""
    return place.reader(body_keys=place.keys)


def test_a_batch_is_stored_with_a_receipt_that_verifies_offline(journal, reader):
    """The receipt proves the batch under the log key; the body comes back as it was sent."""
    sent = entry(1, 3)
    (stored,) = journal.append([sent])
    assert (stored.index, stored.expected_seq, stored.accepted) == (0, 4, 3)
    assert proved(stored) == 1
    assert receipt_of(stored).leaf["device"] == "ai-001"
    assert reader.batch(0).body() == sent.coded


def test_many_batches_of_one_commit_share_a_checkpoint(journal):
    """Each has its own leaf and proof under the one checkpoint."""
    first = entry(1, 2)
    others = [entry(stream=bytes([number]) * 16) for number in range(1, 9)]
    outcomes = journal.append([first, follow(first, 3, 4), *others])
    assert [stored.index for stored in outcomes] == list(range(10))
    assert len({stored.checkpoint for stored in outcomes}) == 1
    assert {proved(stored) for stored in outcomes} == {10}


def test_the_same_batch_again_gets_the_same_leaf_and_index(journal):
    """In the same commit and in a later one, with the verdicts of then and a proof of now."""
    sent = rejecting(2, first=1, last=3)
    again = rejecting(2, first=1, last=3)
    stored, twin = journal.append([sent, again])
    journal.append([follow(sent, 4)])
    (later,) = journal.append([entry(1, 3)])
    assert isinstance(twin, Repeated) and isinstance(later, Repeated)
    assert stored.leaf == twin.leaf == later.leaf
    assert (stored.index, later.index) == (0, 0)
    assert (later.rejected, later.accepted, later.expected_seq) == (stored.rejected, 2, 5)
    assert (proved(stored), proved(later)) == (1, 2)


def test_overlap_is_a_conflict_and_a_foreign_stream_is_refused(journal, reader):
    """Nothing of either is stored."""
    journal.append([entry(1, 5)])
    outcomes = journal.append([entry(5, 6), entry(1, 4), entry(6, 7, installation="i-000000000002")])
    assert outcomes == [Conflict(6), Conflict(6), Foreign()]
    assert reader.size() == 1


def test_a_gap_is_recorded_and_a_late_fill_closes_it(journal, reader):
    """The ledger keeps who showed the gap and who closed it; what is left of it stays open."""
    begun = entry(1, 2)
    journal.append([begun])
    journal.append([follow(begun, 10)])
    journal.append([entry(5, 6)])
    journal.append([entry(3, 4), entry(7, 9)])
    ledger = [(gap.first, gap.last, gap.found_by, gap.closed_by) for gap in reader.gaps()]
    assert ledger == [(3, 9, 1, 2), (3, 4, 2, 3), (7, 9, 2, 4)]
    assert reader.counts().gaps == 0


def test_numbers_declared_lost_are_marked(journal, reader):
    """A gap that its maker declares stays open, and says so."""
    begun = entry(1, 2)
    jumped = follow(begun, 6, 7, lost=(Declared(3, 5, "batch.personal-data"),))
    journal.append([begun, jumped])
    (gap,) = reader.gaps()
    assert (gap.first, gap.last, gap.open, gap.declared) == (3, 5, True, "batch.personal-data")


def test_a_batch_that_names_another_predecessor_is_a_fork(journal, reader):
    """It is stored, and the finding with it."""
    begun = entry(1, 2)
    journal.append([begun, entry(3, 4, prev=b"x" * 32)])
    (fork,) = reader.forks()
    assert (fork.index, fork.expected, fork.stated) == (1, begun.body_sha256, b"x" * 32)


def test_rejected_events_are_quarantined_without_values(journal, reader):
    """Number, code, place and shape are kept, and found by device."""
    journal.append([rejecting(2, first=1, last=3)])
    (kept,) = reader.quarantined("ai-001")
    assert (kept.seq, kept.code, kept.at, kept.shape) == (2, "event.malformed", "$.id", '{"kind":"study"}')
    assert reader.quarantined("ai-002") == []
    counts = reader.counts()
    assert (counts.events, counts.accepted, counts.rejected, counts.quarantined) == (3, 2, 1, 1)


def test_a_refused_key_may_hold_any_character(journal, reader):
    """A NUL, a mark or a percent sign in a place holds nobody's batch up."""
    verdict = Verdict(1, "event.malformed", "$.a\x00?%s", "unknown field")
    (stored,) = journal.append([entry(rejected=(verdict,), shapes=("{}",))])
    journal.count_refused(Counter(), [RefusalNote(at=NOW, code="batch.malformed", place="$.\x00")])
    (kept,) = reader.quarantined()
    assert (proved(stored), kept.at[:4], kept.at[-3:], len(reader.refusals())) == (
        1,
        "$.a" + kept.at[3],
        "?%s",
        1,
    )
    assert reader.batch(0).verdicts.rejected == (verdict,)


def test_flags_are_kept_with_the_verdicts(journal, reader):
    """A flagged event counts; its flag is in the row and under the leaf's digest."""
    journal.append([entry(1, 2, flagged=(Verdict(1, "narrative.held", "$.narrative", "name"),))])
    record = reader.batch(0)
    assert record.verdicts.flagged == (Verdict(1, "narrative.held", "$.narrative", "name"),)
    assert (record.accepted, record.rejected) == (2, 0)


def test_refusals_are_counted_by_code_and_kept_without_content(journal, reader):
    """All are counted, by day and code; some are kept to talk about."""
    note = RefusalNote(at=NOW, code="batch.personal-data", digest="ab", seq=3, place="$.x", keyid="k")
    journal.count_refused(Counter({("2026-11-21", "batch.personal-data"): 1}), [note])
    journal.count_refused(Counter({("2026-11-21", "batch.personal-data"): 4}), [])
    assert reader.refused() == {("2026-11-21", "batch.personal-data"): 5}
    (kept,) = reader.refusals()
    assert (kept.code, kept.seq, kept.place, kept.digest) == ("batch.personal-data", 3, "$.x", "ab")
    assert reader.counts().refused == 5


def test_two_writers_share_one_journal(place):
    """Batches of two processes interleave in one tree, and each sees the other's streams."""
    one, two = place.journal(), place.journal()
    sent = entry(1, 2)
    (stored,) = one.append([sent])
    repeated, other = two.append([sent, entry(stream=b"2" * 16)])
    (third,) = one.append([follow(sent, 3)])
    assert (stored.index, repeated.index, other.index, third.index) == (0, 0, 1, 2)
    assert [proved(outcome) for outcome in (stored, repeated, other, third)] == [1, 2, 2, 3]


def test_a_journal_goes_on_where_it_ended(place):
    """Closed and opened again it has the same tree, and its last checkpoint is kept."""
    before = place.journal()
    (stored,) = before.append([entry(1, 2)])
    before.close()
    again = place.journal()
    assert again.checkpoint() == stored.checkpoint
    assert Checkpoint.parse(open_note(stored.checkpoint, VKEY)).size == 1
    again.close()
    assert place.reader().receipt(0).checkpoint == stored.checkpoint


def test_a_journal_of_another_log_is_not_continued(journal, place):
    """The origin in the tables must be ours."""
    with pytest.raises(Refusal) as refused:
        place.journal(origin="log.example/other")
    assert refused.value.code == "journal.other-log"


class Failing:
    """A connection whose statement of one kind fails: before it does anything, or after it did it."""

    def __init__(self, inner, word, *, after, failure=Unreachable):
        self._inner, self._word, self._after, self._failure = inner, word, after, failure

    def execute(self, statement, *values):
        """Run, and fail where told to."""
        if statement.startswith(self._word):
            if self._after:
                self._inner.execute(statement, *values)
            raise self._failure
        return self._inner.execute(statement, *values)

    def __getattr__(self, name):
        return getattr(self._inner, name)


@pytest.mark.parametrize("word", ["BEGIN", "UPDATE frontier", "COMMIT"])
def test_what_fails_before_the_commit_is_not_acknowledged_and_may_be_repeated(journal, reader, place, word):
    """Nothing is stored, the refusal says when to come back, and the next try works."""
    journal._connection = Failing(journal._connection, word, after=False, failure=place.failure)
    with pytest.raises(Refusal) as refused:
        journal.append([entry(1, 2)])
    assert (refused.value.code, refused.value.facts["retry_after_s"]) == ("journal.unavailable", 2)
    assert reader.size() == 0
    (stored,) = journal.append([entry(1, 2)])
    assert proved(stored) == 1


def test_a_commit_of_unknown_outcome_is_asked_about(journal, reader, place):
    """The commit happened though it reported an error: the frontier is asked, the batch acknowledged."""
    journal._connection = Failing(journal._connection, "COMMIT", after=True, failure=place.failure)
    (stored,) = journal.append([entry(1, 2)])
    assert (type(stored), proved(stored), reader.size()) == (Stored, 1, 1)


def test_while_durability_is_in_doubt_nothing_is_acknowledged(journal, reader, place, monkeypatch):
    """A commit that may have happened is carried into the database first; until that works all must wait."""
    busy = {"yes": True}
    real = Journal._make_sure

    def make_sure(self):
        if busy["yes"]:
            raise ValueError("still in doubt")
        real(self)

    monkeypatch.setattr(Journal, "_make_sure", make_sure)
    journal._connection = Failing(journal._connection, "COMMIT", after=True, failure=place.failure)
    for _ in range(2):
        with pytest.raises(Refusal):
            journal.append([entry(1, 2)])
    assert reader.size() == 1
    busy["yes"] = False
    (again,) = journal.append([entry(1, 2)])
    assert (type(again), again.index, proved(again)) == (Repeated, 0, 1)


class Flipping(Failing):
    """A connection that gives a committed leaf back with one bit flipped."""

    def execute(self, statement, *values):
        """Run, and spoil the leaves."""
        cursor = self._inner.execute(statement, *values)
        if not statement.startswith("SELECT idx, leaf"):
            return cursor
        rows = [(index, leaf.replace("ai-001", "ai-003")) for index, leaf in cursor.fetchall()]
        return type("Rows", (), {"fetchall": lambda _self: rows})()


def test_a_leaf_that_does_not_recompute_is_never_signed(journal, monkeypatch):
    """After one flipped bit nothing is signed any more, by this process or by one that opens the file."""
    signed = []
    monkeypatch.setattr("nadzor.journal.log.sign_checkpoint", lambda *_args, **_kw: signed.append(1))
    journal._connection = Flipping(journal._connection, "", after=False)
    for _ in range(2):
        with pytest.raises(Refusal) as refused:
            journal.append([entry(1, 2)])
        assert refused.value.code == "journal.damaged"
    assert signed == []


def test_a_damaged_tail_is_found_at_opening(journal, place):
    """The newest leaves are compared with their nodes before anything is added to them."""
    journal.append([entry(1, 2)])
    journal.close()
    assert place.spoil("UPDATE batch SET leaf = replace(leaf, 'ai-001', 'ai-003')") == 1
    with pytest.raises(Refusal) as refused:
        place.journal()
    assert refused.value.code == "journal.damaged"


def test_an_empty_log_has_a_checkpoint(journal):
    """Before the first batch the log already signs its emptiness."""
    assert Checkpoint.parse(open_note(journal.checkpoint(), VKEY)) == Checkpoint(ORIGIN, 0, EMPTY)


EMPTY = bytes.fromhex("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")


def test_neighbouring_declarations_cover_one_gap_together(journal, reader):
    """Two refused batches in a row are one gap, declared when both are; what is left of it stays so."""
    begun = entry(1, 2)
    journal.append([begun, follow(begun, 9, lost=(Declared(3, 5, "batch.ratio"),))])
    assert [gap.declared for gap in reader.gaps()] == [None]
    journal.append([entry(10, 10, lost=(Declared(6, 8, "batch.personal-data"),))])
    assert [(gap.first, gap.last, gap.declared) for gap in reader.gaps()] == [(3, 8, "batch.personal-data")]
    journal.append([entry(20, 20), entry(5, 6)])
    open_gaps = {(gap.first, gap.last): gap.declared for gap in reader.gaps() if gap.open}
    assert open_gaps == {(3, 4): "batch.ratio", (7, 8): "batch.personal-data", (11, 19): None}
