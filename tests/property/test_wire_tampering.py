# SPDX-License-Identifier: Apache-2.0
"""Any changed byte of a signed request, a receipt or a note is refused."""

from __future__ import annotations

import json

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from nadzor_wire import receipt, signature
from nadzor_wire.note import NoteError, open_note
from nadzor_wire.receipt import ReceiptError
from nadzor_wire.signature import SignatureError
from tests.wire_samples import sent_and_answered

SENT, ANSWER, VKEY = sent_and_answered()
TEXT = receipt.encode_answer(ANSWER)
SPOILT = st.tuples(st.integers(0, 100_000), st.integers(1, 255))


def spoil(text: bytes, change) -> bytes:
    """The bytes with one of them changed."""
    where, mask = change[0] % len(text), change[1]
    return text[:where] + bytes([text[where] ^ mask]) + text[where + 1 :]


def accepted(headers, body):
    """Whether a request as received is accepted."""
    try:
        parts = signature.parse_signature(headers)
        signature.verify_digest(headers, body)
        base = signature.verify_request(
            parts, public=SENT.public, method=SENT.method, target_uri=SENT.target_uri, headers=headers
        )
    except SignatureError:
        return False
    return bool(base)


def test_the_untouched_request_is_accepted():
    """The request every other test here spoils is itself good."""
    assert accepted(SENT.headers, SENT.body)


@given(SPOILT)
def test_a_changed_body_is_refused(change):
    """One changed byte of the coded body breaks the digest."""
    assert not accepted(SENT.headers, spoil(SENT.body, change))


@settings(max_examples=400)
@given(st.sampled_from(sorted(SENT.headers)), SPOILT)
def test_a_changed_header_is_refused(name, change):
    """One changed byte of any covered header, of the digest or of the signature headers is refused."""
    value = spoil(SENT.headers[name].encode(), change).decode("latin-1")
    assert not accepted(SENT.headers | {name: value}, SENT.body)


@given(st.sampled_from(sorted(SENT.headers)))
def test_a_missing_header_is_refused(name):
    """A request without any one of its headers is refused."""
    assert not accepted({key: value for key, value in SENT.headers.items() if key != name}, SENT.body)


@settings(max_examples=600)
@given(SPOILT)
def test_a_changed_answer_is_refused(change):
    """One changed byte of the answer is refused, unless JSON itself says that it means the same."""
    text = spoil(TEXT, change)
    try:
        assume(json.loads(text) != json.loads(TEXT))
        answer = receipt.decode_answer(text)
        assume(answer != ANSWER and answer.expected_seq == ANSWER.expected_seq)
        receipt.verify_answer(answer, sent=SENT, vkey=VKEY)
    except (ReceiptError, ValueError):
        return
    raise AssertionError("a changed answer was accepted")


@given(SPOILT)
def test_a_changed_note_is_refused(change):
    """One changed byte of a checkpoint note is refused."""
    note = spoil(ANSWER.receipt.checkpoint.encode(), change)
    with pytest.raises((NoteError, UnicodeDecodeError)):
        open_note(note.decode("utf-8"), VKEY)
