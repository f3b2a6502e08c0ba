# SPDX-License-Identifier: Apache-2.0
"""Sending without a spool, for simulation and bulk replay: the caller keeps what it sends.

A batch whose answer was lost can be sent again by calling `send_sealed` with the same batch.
"""

from __future__ import annotations

from collections.abc import Sequence

from nadzor_sdk import clock, ids
from nadzor_sdk.delivery import Response
from nadzor_sdk.exchange import Exchange
from nadzor_sdk.stream import Sealed
from nadzor_wire.batch import NO_PREVIOUS, BatchHeader, deflate, encode_event
from nadzor_wire.coding import Coding
from nadzor_wire.enrolment import Credential
from nadzor_wire.event import Event
from nadzor_wire.receipt import Answer, decode_answer, verify_answer
from nadzor_wire.signature import verify_digest


class NotAccepted(Exception):
    """The gateway did not take the batch; `response` says why."""

    def __init__(self, response: Response) -> None:
        super().__init__(f"{response.status} {response.code()}")
        self.response = response


class StreamState:
    """Where a stream stands: its id, the next number, the last receipted body. One connection each."""

    def __init__(self, *, stream: bytes | None = None, next_seq: int = 1, prev: bytes = NO_PREVIOUS) -> None:
        self.stream = stream or ids.stream_id()
        self.next_seq = next_seq
        self.prev = prev
        self.exchange: Exchange | None = None

    def close(self) -> None:
        """Closes the connection."""
        if self.exchange:
            self.exchange.close()


def seal_batch(events: Sequence[Event | bytes], state: StreamState, *, coding: Coding = "gzip") -> Sealed:
    """The next batch of a stream; events may be encoded already."""
    lines = [event if isinstance(event, bytes) else encode_event(event) for event in events]
    header = BatchHeader(state.stream, state.next_seq, state.next_seq + len(lines) - 1, state.prev)
    return Sealed(header, coding, deflate(b"\n".join(lines) + b"\n", coding))


def send_sealed(credential: Credential, sealed: Sealed, state: StreamState) -> Answer:
    """The verified answer; the stream then stands behind the batch.

    Raises: NotAccepted, nadzor_wire.receipt.ReceiptError.
    """
    exchange = state.exchange = state.exchange or Exchange(credential)
    sent = exchange.sign(sealed, created=int(clock.now_s()))
    response = exchange.post(sent)
    if response.status != 200:
        raise NotAccepted(response)
    answer = decode_answer(response.body)
    verify_answer(answer, sent=sent, vkey=credential.log_vkey)
    state.next_seq = sealed.header.last + 1
    state.prev = verify_digest(sent.headers, sealed.body)
    return answer


def send_batch(credential: Credential, events: Sequence[Event | bytes], state: StreamState) -> Answer:
    """Seals and sends the next batch of a stream. Raises: as `send_sealed`."""
    return send_sealed(credential, seal_batch(events, state), state)
