# SPDX-License-Identifier: Apache-2.0
"""Experiment 23: whoever runs the log rewrites it; `verify`, kept receipts or a witness find it each time."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from datetime import timedelta
from hashlib import sha256

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from nadzor.base.directory import KeyEntry
from nadzor.base.problems import Refusal
from nadzor.journal.bodies import BodyKeys
from nadzor.journal.held import find_contradictions, parse_held
from nadzor.journal.log import Journal
from nadzor.journal.verify import verify_journal
from nadzor.receipts.witnessing import Asked, Deny, Seen, Sign, decide
from nadzor_wire.base64text import b64, unb64
from nadzor_wire.keys import key_id
from nadzor_wire.note import Checkpoint, open_note
from nadzor_wire.receipt import Verdict
from nadzor_wire.signature import component_values, content_digest, signature_base, signature_params
from tests.unit.journal.entries import LOG_KEY, NOW, ORIGIN, VKEY, Place, ServerPlace, entry, receipt_of

DEVICE = Ed25519PrivateKey.from_private_bytes(bytes([9] * 32))
PUBLICS = {key_id(DEVICE.public_key()): KeyEntry(b64(DEVICE.public_key().public_bytes_raw()), NOW)}
SIZE = 12


@pytest.fixture(params=["sqlite", "postgresql"])
def place(request, tmp_path):
    """A place for a journal, in a file and on a server."""
    if request.param == "sqlite":
        made = Place(tmp_path)
    else:
        made = ServerPlace(tmp_path, request.getfixturevalue("postgres").database())
    yield made
    made.close()


def signed(number, *, first=1, last=2, text=b"line", **other):
    """A batch that the device has really signed."""
    plain = entry(first, last, stream=bytes([number]) * 16, body=text + b"\n" + text + b"\n")
    headers = {
        "content-digest": content_digest(plain.coded),
        "content-type": "application/x-ndjson",
        "nadzor-batch": plain.header.render(),
    }
    values = component_values("POST", "http://gateway.example/v1/batches", headers)
    keyid = key_id(DEVICE.public_key())
    base = signature_base(values, signature_params(tuple(values), created=1, keyid=keyid))
    told = {"base": base, "signature": DEVICE.sign(base), "keyid": keyid, "salt": bytes([number] * 16)}
    return msgspec.structs.replace(plain, **(told | other))


def history(changed=None):
    """Twelve batches; one of them may be another."""
    made = [signed(number) for number in range(1, SIZE + 1)]
    rejected = (Verdict(2, "event.malformed", "$.id", "Expected `str`"),)
    made[4] = signed(5, rejected=rejected, shapes=('{"kind":"study"}',))
    made[6] = signed(7, flagged=(Verdict(1, "event.future-time", "$.at"),))
    if changed:
        made[changed[0]] = changed[1]
    return made


def write(place, entries):
    """The batches in the log there, four at a time; their receipts."""
    journal, receipts = place.journal(), []
    for start in range(0, len(entries), 4):
        receipts += [receipt_of(stored) for stored in journal.append(entries[start : start + 4])]
        journal.settle()
    journal.close()
    return receipts


def found(place, *, keyed=True):
    """What `nadzor verify journal` finds: kinds, and the places it names."""
    faults = verify_journal(place.where, VKEY, body_keys=place.keys if keyed else None, publics=PUBLICS)
    return {fault.what for fault in faults}, {fault.at for fault in faults if fault.at is not None}


def contradicted(place, receipts):
    """What kept receipts find: kinds, and the places they name."""
    held = [parse_held(msgspec.json.encode(receipt), VKEY) for receipt in receipts]
    faults = find_contradictions(place.where, held)
    return {(fault.what, fault.at) for fault in faults}


def test_an_honest_log_is_accused_of_nothing(place):
    """No fault, no contradiction, by any receipt ever given."""
    receipts = write(place, history())
    assert found(place) == (set(), set())
    assert contradicted(place, receipts) == set()


EXCHANGED = (
    "verdicts = replace(replace(replace(verdicts, 'flagged', 'x'), 'rejected', 'flagged'), '\"x\"', "
    "'\"rejected\"')"
)
SPOILS = {
    "delete": ("DELETE FROM batch WHERE idx = 3", {"batch"}, 3),
    "alter the device": ("UPDATE batch SET device = 'ai-002' WHERE idx = 3", {"row"}, 3),
    "alter the leaf": (
        "UPDATE batch SET leaf = replace(leaf, 's-0001', 's-0002') WHERE idx = 3", {"node"}, 3),
    "alter the body": ("UPDATE batch SET body = zeroblob(64) WHERE idx = 3", {"body"}, 3),
    "alter the time": (
        "UPDATE batch SET received_at = '2026-11-20T09:00:00.000000Z' WHERE idx = 3", {"row"}, 3),
    "alter a verdict": (
        "UPDATE batch SET verdicts = replace(verdicts, '$.id', '$.at') WHERE idx = 4", {"row"}, 4),
    "acquit an event": (
        f"UPDATE batch SET {EXCHANGED}, accepted = 2, rejected = 0 WHERE idx = 4", {"row"}, 4),
    "condemn an event": (
        f"UPDATE batch SET {EXCHANGED}, accepted = 1, rejected = 1 WHERE idx = 6", {"row"}, 6),
    "insert": (
        "INSERT INTO batch SELECT 12, stream, first + 100, last + 100, body_sha256, installation, device,"
        " site, keyid, received_at, month, coding, directory, events_before, accepted, rejected, verdicts,"
        " leaf, body FROM batch WHERE idx = 3", {"batch"}, 12),
    "alter a ledger's code": ("UPDATE quarantine SET code = 'event.too-deep'", {"quarantine"}, None),
    "alter a ledger's place": ("UPDATE quarantine SET place = '$.at'", {"quarantine"}, None),
    "alter a ledger's device": ("UPDATE quarantine SET device = 'ai-002'", {"quarantine"}, None),
    "alter a stream": ("UPDATE stream SET next_seq = next_seq + 1", {"stream"}, None),
    "alter the totals": ("UPDATE frontier SET events = events - 1", {"frontier"}, SIZE),
}  # fmt: skip


@pytest.mark.parametrize("statement, kinds, at", SPOILS.values(), ids=SPOILS.keys())
def test_a_row_changed_in_the_store_is_found_and_named(place, statement, kinds, at):
    """Deleted, altered, inserted: `nadzor verify journal` says which entry it is."""
    write(place, history())
    assert place.spoil(statement) > 0
    said, places = found(place)
    assert kinds <= said
    assert at is None or at in places


def test_two_rows_in_each_other_s_place_are_found(place):
    """The order of the log is part of what was signed."""
    write(place, history())
    for old, new in ((2, 99), (3, 2), (99, 3)):
        assert place.spoil(f"UPDATE batch SET idx = {new} WHERE idx = {old}") == 1
    said, places = found(place)
    assert ("node" in said, {2, 3} <= places) == (True, True)


def other_log(place, entries, name):
    """A log of the same name and key with another history, in a folder beside."""
    folder = place.folder / name
    folder.mkdir()
    beside = Place(folder)
    receipts = write(beside, entries)
    beside.close()
    return beside, receipts


FORGERIES = {
    "another body": {"text": b"lies"},
    "an earlier time": {"received_at": NOW - timedelta(days=30)},
    "another device": {"device": "ai-002"},
    "a verdict more": {
        "rejected": (Verdict(2, "event.malformed", "$.id", "Expected `str`"),), "shapes": ("{}",)},
}  # fmt: skip


@pytest.mark.parametrize("changed", FORGERIES.values(), ids=FORGERIES.keys())
def test_a_side_tree_by_the_log_s_own_key_is_found_by_every_receipt(tmp_path, changed):
    """Whole in itself, so `verify` alone cannot know; a kept receipt does, and the forged entry is named."""
    honest = Place(tmp_path)
    receipts = write(honest, history())
    forged, _ = other_log(honest, history((3, signed(4, **changed))), "forged")
    assert found(forged) == (set(), set())
    said = contradicted(forged, receipts)
    assert ("entry", 3) in said
    assert [at for what, at in said if what == "entry"] == [3]
    assert {at for what, at in said if what == "other history"} == {4, 8, 12}
    honest.close()


def test_a_forged_body_lacks_the_device_s_signature(tmp_path):
    """The log may sign what it likes; it cannot sign for the device, and `verify` names the entry."""
    lie = signed(4, text=b"lies", signature=history()[3].signature)
    forged = Place(tmp_path)
    write(forged, history((3, lie)))
    assert found(forged) == ({"signature"}, {3})
    forged.close()


def test_a_roll_back_to_yesterday_is_found(tmp_path):
    """Yesterday's file in today's place: today's receipts show it, even after it has grown again."""
    honest = Place(tmp_path)
    write(honest, history()[:8])
    with closing(sqlite3.connect(honest.where)) as live, closing(sqlite3.connect(tmp_path / "old")) as copy:
        live.backup(copy)
    receipts = write(honest, history())[8:]
    shutil.copyfile(tmp_path / "old", honest.where)
    assert found(honest) == (set(), set())
    assert contradicted(honest, receipts) == {("rolled back", 12), *(("entry", at) for at in range(8, 12))}
    write(honest, [signed(100 + number) for number in range(8)])
    assert ("other history", 12) in contradicted(honest, receipts)
    honest.close()


def asked(old, note, proof=()):
    """A request to a witness."""
    return Asked(old, tuple(proof), note, ORIGIN)


def test_two_histories_do_not_both_get_a_witness(tmp_path):
    """A split view: the witness signs one and denies the other, at the same size and at a larger one."""
    honest = Place(tmp_path)
    receipts = write(honest, history())
    forged, lies = other_log(honest, history((3, signed(4, text=b"lies"))), "forged")
    early, late = receipts[4].checkpoint, receipts[11].checkpoint
    shown = Checkpoint.parse(open_note(early, VKEY))
    seen = Seen(shown.size, shown.root, early)
    reader = honest.reader()
    grown = reader.consistency(shown.size, SIZE)
    assert isinstance(decide(asked(shown.size, late, grown), logs={ORIGIN: VKEY}, seen=seen), Sign)
    fork = decide(asked(shown.size, lies[4].checkpoint), logs={ORIGIN: VKEY}, seen=seen)
    assert isinstance(fork, Deny)
    assert fork.forked
    other = forged.reader()
    proof = other.consistency(shown.size, SIZE)
    assert isinstance(
        decide(asked(shown.size, lies[11].checkpoint, proof), logs={ORIGIN: VKEY}, seen=seen), Deny
    )
    forged.close()
    honest.close()


def test_what_the_log_never_signed_accuses_it_of_nothing(tmp_path):
    """A receipt altered by its holder, another log's, a letter: refused, so that nobody can frame the log."""
    honest = Place(tmp_path)
    receipt = write(honest, history())[0]
    forged = msgspec.structs.replace(receipt, leaf=receipt.leaf | {"site": "s-0002"})
    for content in (msgspec.json.encode(forged), b"a letter", receipt.checkpoint.encode()[:-9], b"\xff"):
        with pytest.raises(Refusal) as refused:
            parse_held(content, VKEY)
        assert refused.value.code == "receipt.not-signed"
    assert parse_held(receipt.checkpoint.encode(), VKEY).checkpoint.size == 4
    honest.close()


def test_a_kept_checkpoint_alone_shows_another_history(tmp_path):
    """Three lines on paper are enough to know, though not to say which entry."""
    honest = Place(tmp_path)
    receipts = write(honest, history())
    forged, _ = other_log(honest, history((3, signed(4, text=b"lies"))), "forged")
    held = [parse_held(receipts[11].checkpoint.encode(), VKEY)]
    assert find_contradictions(honest.where, held) == []
    assert [fault.what for fault in find_contradictions(forged.where, held)] == ["other history"]
    assert forged.spoil("DELETE FROM batch WHERE idx = 5") == 1
    assert [fault.what for fault in find_contradictions(forged.where, held)] == ["other history"]
    honest.close()


def test_the_log_of_another_key_is_not_this_log(tmp_path):
    """A whole log under a key of its own: its receipts are worth nothing here, nor ours there."""
    stranger = Ed25519PrivateKey.from_private_bytes(bytes([8] * 32))
    path, keys = tmp_path / "journal.sqlite3", BodyKeys(tmp_path / "keys")
    with closing(Journal.open(path, log_key=stranger, origin=ORIGIN, body_keys=keys)) as journal:
        (stored,) = journal.append([signed(1)])
    with pytest.raises(Refusal):
        parse_held(msgspec.json.encode(receipt_of(stored)), VKEY)
    assert sha256(unb64(receipt_of(stored).leaf["base"])).digest() == sha256(signed(1).base).digest()
    assert stranger != LOG_KEY
