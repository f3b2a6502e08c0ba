# SPDX-License-Identifier: Apache-2.0
"""Batches by hand: sealed into a file where the key is, posted from anywhere, settled where the key is.

Why a chain: each batch names the one before as its predecessor, as if that were receipted. So a carrier
sends nothing behind the first batch of a stream that was not taken, and what was behind it is sealed anew.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from time import sleep
from typing import BinaryIO

from msgspec import Struct

from nadzor_sdk import clock, ids
from nadzor_sdk.delivery import Response, step_for, wait_s
from nadzor_sdk.durable import sync_folder
from nadzor_sdk.exchange import Exchange
from nadzor_sdk.health import Counters
from nadzor_sdk.line import Line
from nadzor_sdk.parcels import (
    Incoming,
    Outgoing,
    Parcel,
    ParcelError,
    Reply,
    private_file,
    read_head,
    read_lines,
    write_line,
)
from nadzor_sdk.placeholders import withheld_line
from nadzor_sdk.settling import Settling
from nadzor_sdk.spool import Spool
from nadzor_sdk.stream import Sealed, Stream
from nadzor_wire.batch import HEADER, parse_batch_header
from nadzor_wire.coding import BatchError, Coding
from nadzor_wire.enrolment import Credential
from nadzor_wire.receipt import ReceiptError, decode_answer, verify_answer
from nadzor_wire.signature import CARRIED

BATCH_EVENTS = 1000  # fewer, larger batches than over a network: one receipt each
WAIT_S = 30.0  # for running clients to let go of their streams; one inside a request needs the longest
POLL_S = 0.1
SENT = frozenset(  # of what a file says, nothing else reaches a request
    (HEADER, "Content-Type", "Content-Encoding", "Content-Digest", "Signature-Input", "Signature")
)
ATTEMPTS = 5  # of a carrier for one batch, before it leaves the rest of that stream


class Exported(Struct, frozen=True):
    """What an export wrote; `in_use` streams of running processes were not let go of in time."""

    batches: int
    events: int
    in_use: int


class Carried(Struct, frozen=True):
    """What a carrier did: batches answered with a receipt, others by code, and those left behind them."""

    taken: int
    refused: dict[str, int]
    left: int


class Settled(Struct, frozen=True):
    """What answers did to the spool: events receipted, answers already settled, and the rest by code."""

    events: int
    known: int
    waiting: dict[str, int]
    given_up: dict[str, int]


def export(credential: Credential, spool: Path, out: Path, *, coding: Coding = "gzip") -> Exported:
    """Seals and signs all that waits, into a file.

    Durability: the bytes are fixed in the spool before they are in the file. Order: per stream. Concurrency:
    running clients let go of their streams for the moment. Raises: turns.Busy, OSError.
    """
    fresh = out.with_name(out.name + ".new")
    with _streams(spool) as (_, streams, in_use), private_file(fresh) as file:
        batches, events = _write(file, credential, streams, coding)
    fresh.replace(out)
    sync_folder(out.parent)
    return Exported(batches, events, in_use)


def carry(path: Path, out: Path, *, url: str | None = None) -> Carried:
    """Posts the batches of a file and writes the answers; needs no key.

    Retries: a few each, in order; after a batch that was not taken the rest of its stream is left.
    Raises: ParcelError, OSError.
    """
    target = read_head(path, Outgoing).target
    line = Line(url.rstrip("/") + "/v1/batches" if url else target)
    tally = _Round()
    try:
        with private_file(out) as answers:
            write_line(answers, Incoming(1))
            for parcel in read_lines(path, Outgoing, Parcel):
                tally.take(parcel, line, answers)
    finally:
        line.close()
    return Carried(tally.taken, tally.refused, tally.left)


def settle(credential: Credential, spool: Path, answers: Path, *, believe: bool = False) -> Settled:
    """Lets the spool forget what is proved to have arrived.

    An answer other than a receipt is signed by nobody, so a batch is changed or given up only if told to
    `believe` it. Raises: turns.Busy, ParcelError, OSError.
    """
    replies = list(read_lines(answers, Incoming, Reply))
    with _streams(spool) as (room, streams, _):
        return _Settlement(credential, room, streams, believe=believe).run(replies)


@contextmanager
def _streams(root: Path) -> Iterator[tuple[Spool, list[Stream], int]]:
    """All streams that hold records, for us alone, and how many were not let go of."""
    if not root.is_dir():
        raise FileNotFoundError(root)
    spool = Spool(root)
    with spool.turns.take(within_s=WAIT_S):
        held, streams = spool.held(), spool.adopt()
        until = clock.monotonic() + WAIT_S
        while _missing(held, streams) and clock.monotonic() < until:
            sleep(POLL_S)
            streams += spool.adopt()
        try:
            yield spool, streams, _missing(held, streams)
        finally:
            for stream in streams:
                _let_go(spool, stream)


def _let_go(spool: Spool, stream: Stream) -> None:
    try:
        stream.log.sync()
    finally:
        stream.release() if stream.pending else spool.finish(stream)


def _missing(held: Iterable[Path], streams: Iterable[Stream]) -> int:
    ours = {stream.folder for stream in streams}
    return sum(folder.exists() for folder in held if folder not in ours)


def _write(file: BinaryIO, credential: Credential, streams: list[Stream], coding: Coding) -> tuple[int, int]:
    exchange = Exchange(credential)
    now, batches, events = clock.now_s(), 0, 0
    made_at = clock.local(int(now * 1e9)).isoformat(timespec="seconds")
    write_line(file, Outgoing(1, credential.installation, exchange.target, made_at))
    for stream in streams:
        for sealed in sealed_through(stream, coding):
            sent = exchange.sign(sealed, created=int(now), tag=CARRIED)
            write_line(file, Parcel(sent.headers, sent.body))
            batches, events = batches + 1, events + sealed.header.count
    return batches, events


def sealed_through(stream: Stream, coding: Coding) -> Iterator[Sealed]:
    """The whole chain of a stream: what is sealed already, and everything behind it."""
    last: Sealed | None = None
    for last in stream.chain():
        yield last
    stream.log.sync()
    while True:
        begin = last.header.last + 1 if last else stream.place.settled + 1
        first, lines = stream.log.read(begin, most=BATCH_EVENTS)
        if not lines:
            return
        whole = [withheld_line("spool.corrupt") if line is None else line for line in lines]
        last = stream.seal_ahead(whole, first=first, before=last, coding=coding)
        yield last


class _Round:
    """One walk through a file; a stream of which a batch was not taken is left."""

    def __init__(self) -> None:
        self.taken = self.left = 0
        self.refused: dict[str, int] = {}
        self._stopped: set[bytes] = set()

    def take(self, parcel: Parcel, line: Line, answers: BinaryIO) -> None:
        """Posts one batch unless its stream is left, and writes the answer."""
        try:
            stream = parse_batch_header(parcel.headers.get(HEADER, "")).stream
        except BatchError as bad:
            raise ParcelError(str(bad)) from None
        if stream in self._stopped:
            self.left += 1
            return
        response = _post(line, parcel)
        if response.status == 200:
            self.taken += 1
        else:
            self._stopped.add(stream)
            self.refused[response.code()] = self.refused.get(response.code(), 0) + 1
        digest = parcel.headers.get("Content-Digest", "")
        write_line(answers, Reply(parcel.headers[HEADER], digest, response.status, response.body))
        answers.flush()


def _post(line: Line, parcel: Parcel) -> Response:
    headers = {name: value for name, value in parcel.headers.items() if name in SENT}
    for attempt in range(ATTEMPTS):
        response = line.post(parcel.body, headers)
        if step_for(response, enrolled_s_ago=float("inf")) != "retry":
            break
        if attempt < ATTEMPTS - 1:
            asked = response.headers.get("retry-after")
            sleep(wait_s(attempt, jitter=ids.jitter(), asked=asked, now_s=clock.now_s()))
    return response


class _Settlement:
    """One pass over answers, against the streams they are for."""

    def __init__(self, credential: Credential, spool: Spool, streams: list[Stream], *, believe: bool) -> None:
        self._credential, self._spool, self._streams, self._believe = credential, spool, streams, believe
        self._exchange = Exchange(credential)
        self._counters = Counters()
        self._settling = Settling(spool, self._counters, move_to=self._fresh)
        self._known = 0
        self._waiting: dict[str, int] = {}

    def run(self, replies: Iterable[Reply]) -> Settled:
        """Each answer in its turn."""
        for reply in replies:
            self._take(reply)
        return Settled(self._counters.receipted, self._known, self._waiting, self._counters.refused)

    def _take(self, reply: Reply) -> None:
        found = self._find(reply)
        if found is None:
            self._known += 1
            return
        stream, sealed = found
        response = Response(reply.status, {}, reply.body)
        step = step_for(response, enrolled_s_ago=float("inf"))
        if step == "receipt":
            self._receipt(stream, sealed, response)
        elif self._believe and step in self._settling.steps():
            self._settling.steps()[step](stream, sealed, response)
        else:
            self._wait(response.code())

    def _find(self, reply: Reply) -> tuple[Stream, Sealed] | None:
        """The sealed batch an answer is for, if it still waits and is the next of its stream."""
        try:
            header = parse_batch_header(reply.batch)
        except BatchError:
            return None
        for stream in self._streams:
            if stream.origin.stream == header.stream and (sealed := stream.sealed()):
                sent = self._exchange.sign(sealed, created=0)
                if sealed.header == header and sent.headers["Content-Digest"] == reply.digest:
                    return stream, sealed
        return None

    def _receipt(self, stream: Stream, sealed: Sealed, response: Response) -> None:
        sent = self._exchange.sign(sealed, created=int(clock.now_s()))
        try:
            answer = decode_answer(response.body)
            verify_answer(answer, sent=sent, vkey=self._credential.log_vkey)
        except ReceiptError as bad:
            return self._wait(f"receipt.{bad.field}")
        return self._settling.receipted(stream, sealed, answer, response.body)

    def _wait(self, code: str) -> None:
        self._waiting[code] = self._waiting.get(code, 0) + 1

    def _fresh(self, stream: Stream) -> Stream:
        """A stream for what must move."""
        self._streams.remove(stream)
        fresh = self._spool.open([stream])
        self._streams.append(fresh)
        return fresh
