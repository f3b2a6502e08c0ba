# SPDX-License-Identifier: Apache-2.0
"""Reading the journal beside its writers."""

from __future__ import annotations

import msgspec
import pytest

from nadzor.base.problems import Refusal
from nadzor.journal.bodies import Shelf, Shredded
from nadzor.journal.opening import open_journal as open_for_home
from nadzor.journal.opening import open_reader
from nadzor.journal.reader import STEP
from nadzor_wire.batch import deflate
from nadzor_wire.merkle import verify_consistency
from nadzor_wire.note import Checkpoint, open_note
from nadzor_wire.receipt import verify_receipt
from tests.unit.journal.entries import LOG_KEY, NOW, VKEY, entry


@pytest.fixture
def reader(journal, place):
    """A reader beside it."""
    return place.reader(body_keys=place.keys, log_key=LOG_KEY)


def many(count):
    """Batches of as many streams."""
    return [entry(stream=number.to_bytes(16, "big")) for number in range(count)]


def test_batches_come_in_the_order_of_the_log(journal, reader):
    """All of them, or a range; every record says whose it is and how many events came before."""
    journal.append(many(STEP + 5))
    records = list(reader.batches())
    assert [record.index for record in records] == list(range(STEP + 5))
    assert [record.index for record in reader.batches(3, 6)] == [3, 4, 5]
    assert [record.cum_events for record in records] == list(range(STEP + 5))
    record = records[7]
    assert (record.installation, record.device, record.site) == ("i-000000000001", "ai-001", "s-0001")
    assert (record.received_at, record.month, record.directory) == (NOW, "2026-11", 1)


@pytest.mark.parametrize("coding", ["identity", "gzip", "zstd"])
def test_a_body_is_read_inflated_and_as_signed(journal, reader, coding):
    """The lines come back from any coding, and the coded bytes as they were signed."""
    coded = deflate(b"one\ntwo\n", coding)
    journal.append([entry(1, 2, body=coded, coding=coding)])
    assert (reader.batch(0).body(), reader.batch(0).coded()) == (b"one\ntwo\n", coded)


def test_a_body_that_does_not_inflate_is_damage(journal, reader):
    """It was inflated before it was stored, so now something is broken."""
    journal.append([entry(body=b"no gzip", coding="gzip")])
    with pytest.raises(Refusal) as refused:
        reader.batch(0).body()
    assert refused.value.code == "journal.damaged"


def test_a_shredded_body_cannot_be_read_but_its_receipt_can(journal, reader, place):
    """The promise to forget and the promise to prove are kept together."""
    journal.append([entry(1, 2)])
    place.keys.shred(Shelf("i-000000000001", "2026-11"))
    with pytest.raises(Shredded):
        reader.batch(0).body()
    assert verify_receipt(reader.receipt(0), VKEY).size == 1


def test_without_keys_no_body_is_read(journal, place):
    """An auditor with the file alone sees leaves, not contents."""
    journal.append([entry()])
    with pytest.raises(Refusal) as refused:
        place.reader().batch(0).body()
    assert refused.value.code == "journal.no-keys"


def test_a_receipt_is_made_again_for_any_batch(journal, reader, place):
    """Under the newest kept checkpoint, and without the log key once one is kept."""
    journal.append(many(5))
    fresh = reader.receipt(4)
    journal.settle()
    kept = [place.reader().receipt(index) for index in range(5)]
    assert {verify_receipt(receipt, VKEY).size for receipt in (fresh, *kept)} == {5}
    assert [receipt.index for receipt in kept] == list(range(5))
    assert msgspec.json.encode(kept[4]) == msgspec.json.encode(fresh)


def test_without_a_kept_checkpoint_or_the_log_key_there_is_no_receipt(journal, place):
    """A reader never makes up a signature."""
    journal.append([entry()])
    with pytest.raises(Refusal) as refused:
        place.reader().receipt(0)
    assert refused.value.code == "journal.no-checkpoint"


def test_the_checkpoint_covers_the_newest_batch_that_is_settled(journal, reader):
    """It grows with the log, and consistency between any two sizes is proved."""
    assert Checkpoint.parse(open_note(reader.checkpoint(), VKEY)).size == 0
    roots = []
    for batch in many(9):
        journal.append([batch])
        journal.settle()
        roots.append(Checkpoint.parse(open_note(reader.checkpoint(), VKEY)))
    assert [root.size for root in roots] == list(range(1, 10))
    proof = reader.consistency(3, 9)
    assert verify_consistency(3, 9, proof, roots[2].root, roots[8].root)


def test_the_journal_in_numbers(journal, reader):
    """Counts of an empty journal and of one with batches."""
    empty = reader.counts()
    assert (empty.batches, empty.events, empty.last_received) == (0, 0, None)
    journal.append(many(3))
    counts = reader.counts()
    assert (counts.batches, counts.tree_size, counts.events, counts.last_received) == (3, 3, 3, NOW)
    assert counts.root == reader.totals().frontier.root


def test_what_is_not_there_is_said(place):
    """A missing journal and a missing index have their codes."""
    with pytest.raises(Refusal) as missing:
        place.reader()
    assert missing.value.code == "journal.missing"
    place.journal()
    reader = place.reader()
    for index in (0, -1):
        with pytest.raises(Refusal) as none:
            reader.batch(index)
        assert none.value.code == "journal.no-batch"


def test_the_journal_of_a_data_directory(home):
    """Opened by the directory alone, its receipts verify under the directory's log key."""
    writing = open_for_home(home)
    writing.append([entry(1, 2)])
    writing.close()
    reading = open_reader(home)
    assert verify_receipt(reading.receipt(0), home.log_vkey).origin == home.settings.origin
    reading.close()
