# SPDX-License-Identifier: Apache-2.0
"""Tampering with any table of the journal is found by recomputing it."""

from __future__ import annotations

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from nadzor.base.directory import KeyEntry
from nadzor.journal.bodies import Shelf
from nadzor.journal.verify import FAULTS_MAX, verify_journal
from nadzor_wire.base64text import b64
from nadzor_wire.note import vkey
from nadzor_wire.receipt import Verdict
from tests.unit.journal.entries import ORIGIN, VKEY, entry, follow, rejecting


@pytest.fixture
def told(place):
    """A journal with repeats, a gap, a partial fill, a fork, a rejection and a flag."""
    journal = place.journal()
    one, two = entry(1, 3), rejecting(2, first=1, last=2, stream=b"2" * 16)
    journal.append([one, two])
    journal.append([follow(one, 10, 12, flagged=(Verdict(10, "event.future-time", "$.at"),))])
    journal.append([entry(5, 6), entry(1, 3), entry(3, 4, stream=b"2" * 16, prev=b"f" * 32)])
    for number in range(5):
        journal.append([entry(stream=bytes([100 + number]) * 16)])
    journal.close()
    return place


def faults(place, *, key=VKEY, keyed=True):
    """What the check finds, as kinds."""
    found = verify_journal(place.where, key, body_keys=place.keys if keyed else None)
    return {fault.what for fault in found}


def test_a_whole_journal_has_no_faults(told):
    """With the body keys and without them."""
    assert faults(told) == set()
    assert faults(told, keyed=False) == set()


def test_an_empty_journal_has_no_faults(journal, place):
    """Nothing in it is nothing wrong."""
    assert faults(place) == set()


TAMPERED = {
    "leaf": ("UPDATE batch SET leaf = replace(leaf, 'ai-001', 'ai-002') WHERE idx = 1", "node"),
    "leaf spacing": ("UPDATE batch SET leaf = replace(leaf, ',', ', ') WHERE idx = 1", "leaf"),
    "device": ("UPDATE batch SET device = 'ai-002' WHERE idx = 2", "row"),
    "site": ("UPDATE batch SET site = 's-9' WHERE idx = 2", "row"),
    "receipt time": ("UPDATE batch SET received_at = '2026-11-20T09:00:00.000000Z' WHERE idx = 2", "row"),
    "numbers": ("UPDATE batch SET last = last + 1 WHERE idx = 0", "row"),
    "body digest": ("UPDATE batch SET body_sha256 = zeroblob(32) WHERE idx = 3", "signature"),
    "body": ("UPDATE batch SET body = zeroblob(60) WHERE idx = 3", "body"),
    "verdict": ("UPDATE batch SET verdicts = replace(verdicts, '$.id', '$.at') WHERE idx = 1", "row"),
    "verdict count": ("UPDATE batch SET accepted = 2, rejected = 0 WHERE idx = 1", "row"),
    "coding": ("UPDATE batch SET coding = 'gzip' WHERE idx = 2", "signature"),
    "month": ("UPDATE batch SET month = '2026-10' WHERE idx = 2", "row"),
    "quarantine place": ("UPDATE quarantine SET place = '$.at'", "quarantine"),
    "checkpoint of nothing": ("UPDATE checkpoint SET note = 'x' WHERE size = 0", "checkpoint"),
    "event count": ("UPDATE batch SET events_before = 0 WHERE idx = 5", "row"),
    "deleted batch": ("DELETE FROM batch WHERE idx = 4", "batch"),
    "deleted last batch": ("DELETE FROM batch WHERE idx = 9", "batch"),
    "node": ("UPDATE node SET hash = zeroblob(32) WHERE level = 1 AND idx = 0", "node"),
    "leaf node": ("UPDATE node SET hash = zeroblob(32) WHERE level = 0 AND idx = 9", "node"),
    "deleted node": ("DELETE FROM node WHERE level = 2", "node"),
    "extra node": ("INSERT INTO node VALUES (7, 7, zeroblob(32))", "node"),
    "frontier": ("UPDATE frontier SET hashes = zeroblob(64)", "frontier"),
    "totals": ("UPDATE frontier SET accepted = accepted + 1", "frontier"),
    "checkpoint": ("UPDATE checkpoint SET note = replace(note, 'log.example', 'x')", "checkpoint"),
    "checkpoint root": ("UPDATE checkpoint SET root = zeroblob(32) WHERE size = 2", "checkpoint"),
    "stream": ("UPDATE stream SET next_seq = next_seq + 1", "stream"),
    "stream owner": ("UPDATE stream SET installation = 'i-2'", "stream"),
    "gap": ("DELETE FROM gap WHERE closed_by IS NULL", "gap"),
    "gap closed": ("UPDATE gap SET closed_by = 3 WHERE closed_by IS NULL", "gap"),
    "fork": ("DELETE FROM fork", "fork"),
    "quarantine": ("UPDATE quarantine SET code = 'event.too-deep'", "quarantine"),
    "quarantine deleted": ("DELETE FROM quarantine", "quarantine"),
    "not readable": ("UPDATE batch SET leaf = 'x' WHERE idx = 1", "unreadable"),
    "impossible frontier": ("UPDATE frontier SET hashes = zeroblob(3)", "unreadable"),
}


@pytest.mark.parametrize("statement, what", TAMPERED.values(), ids=TAMPERED.keys())
def test_tampering_is_found(told, statement, what):
    """Each change of a row, a leaf, a node or a ledger shows as a fault of its kind."""
    assert told.spoil(statement) > 0
    assert what in faults(told)


def test_a_journal_rolled_back_consistently_is_found_by_its_checkpoints(told):
    """A log shorter than what it signed once is caught by the checkpoint it left behind."""
    assert told.spoil("UPDATE checkpoint SET size = 99 WHERE size = 10") == 1
    assert "checkpoint" in faults(told)


def test_a_signature_base_that_names_another_batch_is_found(told):
    """The header that was signed must be the row's own."""
    journal = told.journal()
    other = entry(1, 1, stream=b"9" * 16)
    journal.append(
        [entry(1, 1, stream=b"8" * 16, base=other.base), entry(1, 1, stream=b"7" * 16, base=b"none")]
    )
    journal.close()
    assert "signature" in faults(told)


def test_the_signature_of_a_known_key_is_checked(told):
    """With the installation's public key at hand, a batch that it did not sign is found."""
    private = Ed25519PrivateKey.from_private_bytes(bytes(32))
    journal = told.journal()
    made = entry(stream=b"9" * 16, keyid="known")
    journal.append([msgspec.structs.replace(made, signature=private.sign(made.base))])
    journal.close()
    for public, found in ((private.public_key().public_bytes_raw(), set()), (bytes(32), {"signature"})):
        known = KeyEntry(public=b64(public), not_before=made.received_at)
        checked = verify_journal(told.where, VKEY, publics={"known": known})
        assert {fault.what for fault in checked} == found


def test_another_key_finds_another_log(told):
    """Under a stranger's key neither origin nor checkpoints hold."""
    stranger = Ed25519PrivateKey.from_private_bytes(bytes(32)).public_key()
    assert "checkpoint" in faults(told, key=vkey(ORIGIN, stranger))
    assert "origin" in faults(told, key=vkey("log.example/other", stranger))


def test_a_shredded_body_is_no_fault(told):
    """Shredding is lawful, and leaves the tree whole."""
    told.keys.shred(Shelf("i-000000000001", "2026-11"))
    assert faults(told) == set()


def test_two_owners_of_one_stream_are_found(told):
    """The replay places every batch again, and does not accept a stranger's."""
    assert told.spoil("UPDATE batch SET installation = 'i-000000000002' WHERE idx = 2") > 0
    assert {"row", "stream"} <= faults(told)


def test_a_hopeless_journal_is_not_listed_to_its_end(told, monkeypatch):
    """The list of faults has an end."""
    monkeypatch.setattr("nadzor.journal.verify.FAULTS_MAX", 2)
    assert told.spoil("UPDATE batch SET device = 'ai-009'") > 0
    assert len(verify_journal(told.where, VKEY)) == 2 < FAULTS_MAX
