# SPDX-License-Identifier: Apache-2.0
"""Seats for connections: who leaves when all are taken, and who is turned away."""

from __future__ import annotations

import json

from nadzor.gateway.line import MOST, Watch, lines
from nadzor.gateway.serve import FILES_KEPT, _file_limit


class Loop:
    """Time that stands still."""

    def time(self):
        """Now."""
        return 100.0

    def call_later(self, _seconds, _what):
        """Nobody is called here."""
        return object()


class Transport:
    """What a connection writes and whether it was closed."""

    def __init__(self):
        self.said, self.closed = b"", False

    def write(self, data):
        """Keep what is said."""
        self.said += data

    def close(self):
        """Note the end."""
        self.closed = True

    def is_closing(self):
        """Whether it ended."""
        return self.closed


def seated(kind, *, owes=False, since=0.0, busy=False):
    """A connection in some state, with a seat."""
    line = kind.__new__(kind)
    line.loop, line.transport, line.app_state = Loop(), Transport(), {}
    line.owes, line.since = owes, since
    line.cycle = type("Cycle", (), {"response_complete": not busy})()
    kind.watch.seat(line)
    return line


def test_the_longest_idle_leaves_first_then_the_slowest_to_speak():
    """Whoever is being answered stays."""
    kind = lines(3)
    answered = seated(kind, busy=True, since=0.0)
    slow, idle = seated(kind, owes=True, since=1.0), seated(kind, since=50.0)
    seated(kind, owes=True, since=100.0)
    assert (answered.transport.closed, slow.transport.closed, idle.transport.closed) == (False, False, True)
    kind.watch.free(idle)
    seated(kind, owes=True, since=101.0)
    assert (answered.transport.closed, slow.transport.closed) == (False, True)


def test_when_everybody_is_being_answered_the_newcomer_is_turned_away():
    """503 with a code and a time, before it has said a word."""
    kind = lines(2)
    for _ in range(2):
        seated(kind, busy=True)
    late = seated(kind, owes=True)
    head, _, body = late.transport.said.partition(b"\r\n\r\n")
    assert late.transport.closed and head.startswith(b"HTTP/1.1 503 ")
    assert b"retry-after: 5" in head and b"connection: close" in head
    assert json.loads(body)["code"] == "gateway.crowded"


def test_each_server_has_a_watch_of_its_own():
    """Two gateways in one process do not count each other's connections; files suffice for all seats."""
    assert lines().watch is not lines().watch
    assert isinstance(lines().watch, Watch)
    assert min(MOST, _file_limit() - FILES_KEPT) >= 500
