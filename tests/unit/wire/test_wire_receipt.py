# SPDX-License-Identifier: Apache-2.0
"""Receipts and answers: every field is checked."""

from __future__ import annotations

import pytest
from msgspec import json as codec
from msgspec import structs

from nadzor_wire import receipt
from nadzor_wire.base64text import b64, unb64
from nadzor_wire.note import Checkpoint, open_note, sign_note
from nadzor_wire.receipt import LEAF_FIELDS, ReceiptError, Verdict
from tests.stub_gateway import ORIGIN, StubLog
from tests.wire_samples import flip, sent_and_answered

REJECTED = Verdict(3, "event.malformed", "$.version", "Expected `str`")
FLAGGED = Verdict(8, "narrative.held", "$.narrative")
SENT, ANSWER, VKEY = sent_and_answered(rejected=[REJECTED], flagged=[FLAGGED])


def failing_field(answer, *, sent=SENT, vkey=VKEY):
    """The field that makes an answer refused."""
    with pytest.raises(ReceiptError) as refused:
        receipt.verify_answer(answer, sent=sent, vkey=vkey)
    return refused.value.field


def with_leaf(**changes):
    """The answer with another leaf, honestly logged: only the comparison can find the lie."""
    log = StubLog()
    again = log.append(ANSWER.receipt.leaf | changes)
    return structs.replace(ANSWER, receipt=again), log.vkey


def test_a_true_answer_is_accepted():
    """The receipt of what was sent gives the checkpoint it is under."""
    checkpoint = receipt.verify_answer(ANSWER, sent=SENT, vkey=VKEY)
    assert (checkpoint.origin, checkpoint.size) == (ORIGIN, 5)


def test_a_receipt_is_checked_offline_from_its_file():
    """The receipt alone, or the whole answer, is enough for anyone with the log's key."""
    for text in (receipt.encode_answer(ANSWER), codec.encode(ANSWER.receipt)):
        assert receipt.verify_receipt(receipt.decode_receipt(text), VKEY).size == 5


def test_an_answer_survives_the_wire():
    """Encoding and decoding an answer gives the same answer."""
    assert receipt.decode_answer(receipt.encode_answer(ANSWER)) == ANSWER


@pytest.mark.parametrize("body", [b"", b"{}", b"[]", b"\xff", b'{"receipt":{}}', b"[" * 100_000])
def test_what_is_no_answer_is_refused(body):
    """Broken or foreign JSON is refused as such."""
    for decode in (receipt.decode_answer, receipt.decode_receipt):
        with pytest.raises(ReceiptError):
            decode(body)


@pytest.mark.parametrize("name", sorted(LEAF_FIELDS))
def test_every_leaf_field_is_under_the_proof(name):
    """Changing any field of the leaf breaks the inclusion proof."""
    value = ANSWER.receipt.leaf[name]
    other = (
        value + 1 if isinstance(value, int) else flip(value) if name in receipt.LEAF_BYTES else value + "x"
    )
    forged = structs.replace(ANSWER.receipt, leaf=ANSWER.receipt.leaf | {name: other})
    assert failing_field(structs.replace(ANSWER, receipt=forged)) == "proof"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("installation", "i-000000000002"),
        ("device", "ai-002"),
        ("keyid", "0000000000000000"),
        ("stream", b64(bytes(16))),
        ("first", 2),
        ("last", 11),
        ("prev", b64(bytes(range(32)))),
        ("body", b64(bytes(32))),
        ("verdicts", b64(bytes(32))),
        ("base", b64(b"GET")),
        ("base", flip(ANSWER.receipt.leaf["base"])),
        ("signature", flip(ANSWER.receipt.leaf["signature"])),
        ("v", 2),
        ("received_at", "2026-11-03 09:30"),
        ("salt", "not base64"),
    ],
)
def test_a_receipt_for_something_else_is_refused(name, value):
    """A valid receipt for a leaf that differs from what was sent is refused by the field's name."""
    forged, vkey = with_leaf(**{name: value})
    assert failing_field(forged, vkey=vkey) == f"leaf.{name}"


@pytest.mark.parametrize("name", ["salt", "first"])
@pytest.mark.parametrize("change", [None, [], True])
def test_leaf_fields_have_types(name, change):
    """A field of another type has no canonical leaf."""
    with pytest.raises(ReceiptError):
        receipt.leaf_bytes(ANSWER.receipt.leaf | {name: change})


def test_a_leaf_has_exactly_its_fields():
    """An absent or an extra field is refused."""
    for leaf in ({}, ANSWER.receipt.leaf | {"note": ""}):
        with pytest.raises(ReceiptError):
            receipt.leaf_bytes(leaf)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"batch": "0" * 64}, "batch"),
        ({"accepted": 10}, "accepted"),
        ({"rejected": []}, "leaf.verdicts"),
        ({"flagged": []}, "leaf.verdicts"),
        ({"rejected": [structs.replace(REJECTED, seq=4)]}, "leaf.verdicts"),
    ],
)
def test_the_counts_and_verdicts_must_agree(change, field):
    """Verdicts are bound by their digest, counts by arithmetic."""
    assert failing_field(structs.replace(ANSWER, **change)) == field


@pytest.mark.parametrize("verdicts", [[REJECTED, REJECTED], [structs.replace(REJECTED, seq=99)]])
def test_foreign_or_repeated_numbers_are_refused(verdicts):
    """A verdict concerns one line of this batch."""
    sent, answer, vkey = sent_and_answered(rejected=verdicts)
    assert failing_field(answer, sent=sent, vkey=vkey) == "rejected"


def test_another_log_is_refused():
    """A checkpoint by a key that was not pinned proves nothing."""
    assert failing_field(ANSWER, vkey=StubLog().vkey) == "checkpoint"


def test_a_checkpoint_of_another_origin_is_refused():
    """The log's key must not sign for another log's name."""
    log = StubLog()
    inner = log.append(ANSWER.receipt.leaf)
    text = structs.replace(Checkpoint.parse(open_note(inner.checkpoint, log.vkey)), origin="other").text()
    forged = structs.replace(inner, checkpoint=sign_note(text, ORIGIN, log.key))
    assert failing_field(structs.replace(ANSWER, receipt=forged), vkey=log.vkey) == "checkpoint"


def test_a_repeated_batch_keeps_its_first_signature():
    """An answer to a repeat shows an earlier `created`; it is still our signature."""
    again = structs.replace(SENT, headers=SENT.headers | {"Signature-Input": "x", "Signature": "y"})
    assert receipt.verify_answer(ANSWER, sent=again, vkey=VKEY).size == 5


def test_the_verdicts_digest_does_not_depend_on_order():
    """The digest is over the sorted list; it changes with any detail."""
    one, two = Verdict(1, "a.b"), Verdict(2, "a.b")
    assert receipt.verdicts_digest([one, two]) == receipt.verdicts_digest([two, one])
    assert receipt.verdicts_digest([one]) != receipt.verdicts_digest([two])
    assert len(unb64(receipt.verdicts_digest([]))) == 32


@pytest.mark.parametrize("number", [2**53, -(2**53), 10**40])
def test_a_number_that_json_does_not_carry_is_refused(number):
    """In a leaf or in a verdict it is a refusal that names its place, never an error of another kind."""
    forged = structs.replace(ANSWER.receipt, leaf=ANSWER.receipt.leaf | {"last": number})
    assert failing_field(structs.replace(ANSWER, receipt=forged)) == "leaf"
    verdicts = [structs.replace(REJECTED, seq=number)]
    assert failing_field(structs.replace(ANSWER, rejected=verdicts)) == "rejected"
