# SPDX-License-Identifier: Apache-2.0
"""Sending without a spool."""

from __future__ import annotations

import pytest

from nadzor_sdk import line
from nadzor_sdk.direct import NotAccepted, StreamState, seal_batch, send_batch, send_sealed
from nadzor_wire.receipt import ReceiptError
from tests.stub_gateway import Fault, StubLog, make_credential
from tests.wire_samples import LINES, SAMPLES


@pytest.fixture
def state():
    """A stream of its own, closed afterwards."""
    stream = StreamState()
    yield stream
    stream.close()


def test_batches_of_a_stream_are_chained(gateway, state):
    """Structs and encoded lines are both taken; numbers and digests follow from batch to batch."""
    first = send_batch(gateway.credential, list(SAMPLES.values()), state)
    second = send_batch(gateway.credential, LINES, state)
    assert (first.accepted, second.accepted, second.receipt.index) == (10, 10, 1)
    assert (state.next_seq, second.expected_seq) == (21, 21)
    assert (
        gateway.headers[1].prev.hex() == first.batch == state.prev.hex() or state.prev.hex() == second.batch
    )


def test_a_lost_answer_is_asked_for_again(gateway, state):
    """The same sealed batch gets the same leaf."""
    sealed = seal_batch(LINES, state)
    gateway.fault = lambda attempt, header: Fault(cut="after") if attempt < 2 else None
    with pytest.raises(NotAccepted, match="0 http.0"):
        send_sealed(gateway.credential, sealed, state)
    assert state.next_seq == 1
    assert send_sealed(gateway.credential, sealed, state).receipt.index == 0
    assert len(gateway.log.hashes) == 1


def test_a_refusal_is_told_by_its_code(gateway, state):
    """The stream stays where it was."""
    gateway.fault = lambda attempt, header: Fault(status=503, code="directory.stale")
    with pytest.raises(NotAccepted, match=r"503 directory\.stale"):
        send_batch(gateway.credential, LINES, state)
    assert state.next_seq == 1


def test_a_foreign_log_is_not_believed(gateway, state):
    """A receipt under another key is none."""
    foreign = make_credential(gateway.url, StubLog().vkey)
    gateway.credential = foreign
    with pytest.raises(ReceiptError):
        send_batch(foreign, LINES, state)


def test_a_connection_gone_stale_is_opened_again(gateway, state):
    """A server that closes idle connections costs one silent retry."""
    send_batch(gateway.credential, LINES, state)
    state.exchange._carrier._connection.hang_up()
    assert send_batch(gateway.credential, LINES, state).receipt.index == 1


def test_an_answer_without_end_is_cut(gateway, state, monkeypatch):
    """A huge answer is not read into memory, and its connection is not used again."""
    monkeypatch.setattr(line, "ANSWER_MAX", 100)
    with pytest.raises(ReceiptError):
        send_batch(gateway.credential, LINES, state)
    assert state.exchange._carrier._connection is None


def test_https_is_spoken_when_asked(state):
    """An https address is never spoken to in the clear; no answer is a broken connection."""
    credential = make_credential("https://127.0.0.1:9", StubLog().vkey)
    with pytest.raises(NotAccepted, match=r"http\.0"):
        send_batch(credential, LINES, state)
