# SPDX-License-Identifier: Apache-2.0
"""One connection, and the watch over all: a sender has so long for each part, and a seat while it uses it.

Why: the server beneath waits without end for a head that never ends, and lets anybody hold any number of
connections. Sitting silently in all of them would keep every hospital out.
"""

from __future__ import annotations

import asyncio
from typing import Any, ClassVar, Final

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from nadzor.base.problems import Refusal

from .reading import BODY_S
from .replies import problem

HEAD_S: Final = 10.0  # from the first byte of a head, or from the connection, to the head's end
HEAD_MAX: Final = 32 * 1024  # bytes of a head; ours has about one thousand
IDLE_S: Final = 75.0  # between two requests: longer than the SDK's quietest interval between two batches
BUSY_S: Final = 120.0  # from a head to the answer's last byte: a slow line, a slow disk, a slow reader
LINGER_S: Final = 10.0  # for the last bytes of an answer after which the connection closes
LOOK_S: Final = 1.0
MOST: Final = 2_000  # connections of one process
RETRY_S: Final = 5
PHRASES: Final = {400: "Bad Request", 408: "Request Timeout", 431: "Request Header Fields Too Large"}


class Watch:
    """Looks at every connection of a process once a second, and at the door when all seats are taken."""

    def __init__(self, most: int = MOST) -> None:
        self._most = most
        self._lines: set[Line] = set()
        self._timer: asyncio.TimerHandle | None = None

    def seat(self, line: Line) -> None:
        """A new connection; the longest idle one leaves for it, or else the slowest to speak."""
        self._lines.add(line)
        if self._timer is None:
            self._timer = line.loop.call_later(LOOK_S, self._look)
        if len(self._lines) <= self._most:
            return
        others = [one for one in self._lines if one is not line and not one.busy]
        if others:
            min(others, key=lambda one: (one.owes, one.since)).leave("crowded")
        else:
            line.turn_away(Refusal("gateway.crowded", retry_after_s=RETRY_S))

    def free(self, line: Line) -> None:
        """A connection is gone."""
        self._lines.discard(line)

    def _look(self) -> None:
        self._timer = None
        for line in list(self._lines):
            line.must_hurry(line.loop.time())
        if self._lines:
            loop = next(iter(self._lines)).loop
            self._timer = loop.call_later(LOOK_S, self._look)


class Line(HttpToolsProtocol):
    """One connection: idle, reading a head, busy with a request, or draining a body that was refused."""

    watch: ClassVar[Watch]

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """A sender connected, and owes a head from now on."""
        super().connection_made(transport)
        self.owes = True
        self.since = self.loop.time()
        self._head_size = 0
        self._in_body = False
        self._closing_since: float | None = None
        self.watch.seat(self)

    def connection_lost(self, exc: Exception | None) -> None:
        """The sender is gone."""
        self.watch.free(self)
        super().connection_lost(exc)

    @property
    def busy(self) -> bool:
        """Whether a request is being answered."""
        return self.cycle is not None and not self.cycle.response_complete

    def arrived(self, part: bytes) -> None:
        """Some bytes of a head or of a body."""
        if not self.owes and not self.busy:
            self.owes, self.since = True, self.loop.time()
        super().data_received(part)
        if self.owes and not self._in_body:
            self._head_size += len(part)
            if self._head_size > HEAD_MAX:
                self.turn_away(Refusal("gateway.head-large", limit=HEAD_MAX))

    def on_header(self, name: bytes, value: bytes) -> None:
        """One header field."""
        self._head_size += len(name) + len(value)
        super().on_header(name, value)

    def on_headers_complete(self) -> None:
        """The head is whole: a request begins."""
        if self._head_size > HEAD_MAX:
            self.turn_away(Refusal("gateway.head-large", limit=HEAD_MAX))
            return
        self.owes, self.since, self._head_size, self._in_body = False, self.loop.time(), 0, True
        super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        """Some bytes of a body; those of a request that never began are of no interest."""
        if self.cycle is not None:
            super().on_body(body)

    def on_message_complete(self) -> None:
        """The body is whole."""
        self._in_body = False
        if self.cycle is None:
            return
        super().on_message_complete()
        if not self.busy:
            self.owes, self.since = False, self.loop.time()

    def on_response_complete(self) -> None:
        """The answer is given; from now on the connection is idle."""
        self.since = self.loop.time()
        super().on_response_complete()

    def send_400_response(self, msg: str) -> None:
        """What came is no HTTP."""
        self.turn_away(Refusal("gateway.head-malformed"))

    def must_hurry(self, now: float) -> None:
        """Close what takes longer than anybody needs."""
        spent = now - self.since
        if self.transport.is_closing():
            self._closing_since = self._closing_since or now
            if now - self._closing_since > LINGER_S:
                self.transport.abort()
        elif self.busy:
            if spent > BUSY_S:
                self.leave("busy")
                self.transport.abort()
        elif self.owes and not self._in_body:
            if spent > HEAD_S:
                self.turn_away(Refusal("gateway.head-slow", limit=int(HEAD_S)))
        elif spent > (BODY_S if self._in_body else IDLE_S):
            self.leave("idle")

    def turn_away(self, refusal: Refusal) -> None:
        """Say why, and close."""
        if self.transport.is_closing():
            return
        status, headers, body = problem(refusal, {})
        lines = [f"HTTP/1.1 {status} {PHRASES.get(status, 'Service Unavailable')}".encode()]
        lines += [name + b": " + value for name, value in [*headers, (b"connection", b"close")]]
        self.transport.write(b"\r\n".join([*lines, b"", body]))
        self.leave(refusal.code.removeprefix("gateway."))

    def leave(self, reason: str) -> None:
        """Close, and count it."""
        health: Any = self.app_state.get("health")
        if health is not None:
            health.desk.meter.closed[reason] += 1
        self.transport.close()


def lines(most: int = MOST) -> type[Line]:
    """Connections of one process, under one watch."""
    called = {"watch": Watch(most), "data_received": Line.arrived}  # by the name that asyncio calls
    return type("WatchedLine", (Line,), called)
