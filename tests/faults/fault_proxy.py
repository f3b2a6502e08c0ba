# SPDX-License-Identifier: Apache-2.0
"""A TCP proxy that does to each connection what bad networks do: cuts, resets, silence, drips, twins."""

from __future__ import annotations

import socket
import struct
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Final, Literal

from msgspec import Struct

CHUNK: Final = 65_536
NO_LINGER: Final = struct.pack("ii", 1, 0)  # closing sends RST


class Way(Struct, frozen=True, kw_only=True):
    """What befalls one connection; the counts are bytes that pass before the end comes."""

    request: int | None = None  # after so many bytes towards the server
    response: int | None = None  # after so many bytes towards the client
    end: Literal["close", "reset", "half", "silent"] = "close"
    delay_s: float = 0.0  # before each piece
    bytes_per_s: float | None = None  # one byte at a time
    twin: bool = False  # the request reaches the server a second time, on a connection of its own


CLEAN: Final = Way()


class FaultProxy:
    """Listens on a free port; `way(number)` says what befalls the connection of that number, from 0.

    Concurrency: two threads a connection, gone with it; `close` waits for all of them.
    """

    def __init__(self, port: int, way: Callable[[int], Way] = lambda number: CLEAN) -> None:
        self.server_port, self.way = port, way
        self.connections = 0
        self.stopped = threading.Event()
        self._links: set[Link] = set()
        self._listening = socket.create_server(("127.0.0.1", 0), backlog=2048)
        self.port: int = self._listening.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self._thread = threading.Thread(target=self._accept, daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Drops every connection and every thread."""
        self.stopped.set()
        _shut(self._listening)
        self._thread.join(10)
        self._listening.close()
        links = list(self._links)
        self.cut_all()
        for link in links:
            link.join()

    def cut_all(self) -> None:
        """Cuts what is connected now."""
        for link in list(self._links):
            link.cut()

    def _accept(self) -> None:
        while not self.stopped.is_set():
            try:
                client, _ = self._listening.accept()
            except OSError:
                return
            way, self.connections = self.way(self.connections), self.connections + 1
            link = Link(self, client, way)
            self._links.add(link)
            link.start(self._links.discard)


class Link:
    """One connection through the proxy."""

    def __init__(self, proxy: FaultProxy, client: socket.socket, way: Way) -> None:
        self._stopped, self._way, self._client = proxy.stopped, way, client
        self._server = _reach(proxy.server_port)
        self._twin = _reach(proxy.server_port) if way.twin else None
        self._over = False
        self._threads: list[threading.Thread] = []

    def start(self, ended: Callable[[Link], None]) -> None:
        """Pumps both ways until either says that it is over."""
        turns = [self._downwards] + ([self._twin_downwards] if self._twin else [])
        self._threads = [threading.Thread(target=turn, daemon=True) for turn in turns]
        self._threads.append(threading.Thread(target=self._run, args=(ended,), daemon=True))
        for thread in self._threads:
            thread.start()

    def join(self) -> None:
        """Waits for the end of its threads."""
        for thread in self._threads:
            thread.join(10)

    def cut(self) -> None:
        """Ends the connection now."""
        self._over = True
        for link in self._sockets():
            _shut(link)

    def _sockets(self) -> list[socket.socket]:
        return [link for link in (self._client, self._server, self._twin) if link]

    def _run(self, ended: Callable[[Link], None]) -> None:
        if self._server is None:
            self._reset()
        else:
            self._pump(self._client, self._server, self._way.request, self._twin)
        for thread in self._threads[:-1]:
            thread.join()
        for link in self._sockets():
            link.close()
        ended(self)

    def _downwards(self) -> None:
        if self._server:
            self._pump(self._server, self._client, self._way.response)

    def _twin_downwards(self) -> None:
        if self._twin:
            _swallow(self._twin)

    def _pump(
        self, source: socket.socket, sink: socket.socket, limit: int | None, twin: socket.socket | None = None
    ) -> None:
        passed, most = 0, 1 if self._way.bytes_per_s else CHUNK
        with suppress(OSError):
            while limit is None or passed < limit:
                piece = source.recv(most if limit is None else min(most, limit - passed))
                if self._over or not piece or self._paused():
                    break
                sink.sendall(piece)
                if twin:
                    twin.sendall(piece)
                passed += len(piece)
        if self._over:
            return
        if passed == limit:
            self._end(source, sink)
        else:  # the source has ended, and so does what flows from it
            _shut(sink, socket.SHUT_WR)
            if twin:
                _shut(twin, socket.SHUT_WR)

    def _paused(self) -> bool:
        """Waits as this way asks; whether the proxy was closed meanwhile."""
        way = self._way
        pause = way.delay_s + (1.0 / way.bytes_per_s if way.bytes_per_s else 0.0)
        return pause > 0 and self._stopped.wait(pause)

    def _end(self, source: socket.socket, sink: socket.socket) -> None:
        """Both sides see the end, or the sink alone (half), or nobody (silent)."""
        if self._way.end == "half":
            _shut(sink, socket.SHUT_WR)
        if self._way.end in ("half", "silent"):
            _swallow(source)  # until that side gives up
        if self._way.end == "reset":
            self._reset()
        elif self._way.end != "half":
            self.cut()

    def _reset(self) -> None:
        self._over = True
        for link in self._sockets():
            with suppress(OSError):
                link.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, NO_LINGER)
            _shut(link, socket.SHUT_RD)  # wakes the other thread; the RST comes with the closing


def _swallow(link: socket.socket) -> None:
    with suppress(OSError):
        while link.recv(CHUNK):
            pass


def _reach(port: int) -> socket.socket | None:
    try:
        link = socket.create_connection(("127.0.0.1", port), timeout=10)
    except OSError:
        return None
    link.settimeout(None)
    link.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return link


def _shut(link: socket.socket, how: int = socket.SHUT_RDWR) -> None:
    with suppress(OSError):
        link.shutdown(how)
