# SPDX-License-Identifier: Apache-2.0
"""One HTTP connection, kept alive, bounded in time, and ended by another thread when it must be."""

from __future__ import annotations

import http.client
import io
import socket
import ssl
from collections.abc import Mapping
from contextlib import suppress
from typing import Any
from urllib.parse import urlsplit

from nadzor_sdk import clock
from nadzor_sdk.delivery import Response

CONNECT_S = 10.0
ANSWER_S = 60.0  # for the whole answer, however slowly it drips
ANSWER_MAX = 4 * 1024 * 1024  # bytes: five thousand verdicts take about one
BROKEN = Response(0)


class Line:
    """A connection to one address.

    Concurrency: one thread posts; any thread may abort. Retries: none but once on a connection gone stale.
    """

    def __init__(self, target: str) -> None:
        self._parts = urlsplit(target)
        self._connection: Connection | None = None
        self._aborted = False

    def post(self, body: bytes, headers: Mapping[str, str]) -> Response:
        """The answer; a broken connection is an answer too."""
        fresh = self._connection is None
        response = self._attempt(body, headers)
        if response is BROKEN and not fresh:  # the server may have closed an idle connection
            response = self._attempt(body, headers)
        return response

    def close(self) -> None:
        """Closes the connection; the next post opens another."""
        if self._connection:
            self._connection.close()
        self._connection = None

    def abort(self) -> None:
        """Ends the post at work; the descriptor stays with its thread, so that no number is mistaken."""
        self._aborted = True
        connection = self._connection
        if connection:
            connection.hang_up()

    def _attempt(self, body: bytes, headers: Mapping[str, str]) -> Response:
        try:
            connection = self._connection = self._connection or Connection(
                self._parts.hostname or "", self._parts.port, secure=self._parts.scheme == "https"
            )
            if self._aborted:
                return BROKEN
            connection.request("POST", self._parts.path, body=body, headers=dict(headers))
            answer = connection.getresponse()
            found = {name.lower(): value for name, value in answer.getheaders()}
            content = answer.read(ANSWER_MAX + 1)
        except (OSError, ValueError, http.client.HTTPException):
            self.close()
            return BROKEN
        if len(content) > ANSWER_MAX or answer.will_close:
            self.close()
        return Response(answer.status, found, content)


class Connection(http.client.HTTPConnection):
    """An HTTP connection that another thread can end at any moment after its name was looked up."""

    def __init__(self, host: str, port: int | None, *, secure: bool) -> None:
        self._context = ssl.create_default_context() if secure else None
        super().__init__(host, port or (443 if secure else 80), timeout=CONNECT_S)

    def connect(self) -> None:
        """Connects to the first of the host's addresses that answers."""
        failure = OSError("no address")
        found = socket.getaddrinfo(self.host, self.port, type=socket.SOCK_STREAM)
        for family, kind, protocol, _, address in found:
            try:
                return self._connect(socket.socket(family, kind, protocol), address)
            except OSError as bad:
                failure, tried, self.sock = bad, self.sock, None
                tried.close()
        raise failure

    def hang_up(self) -> None:
        """Ends whatever waits on the connection."""
        sock = self.sock
        if sock is not None:
            with suppress(OSError):
                socket.socket.shutdown(sock, socket.SHUT_RDWR)  # not TLS's own, which takes its state along

    def request(self, *request: Any, **more: Any) -> None:
        """Sends a request within the time for an answer."""
        if self.sock is not None:
            self.sock.settimeout(ANSWER_S)
        super().request(*request, **more)

    def response_class(self, sock: socket.socket, **how: Any) -> http.client.HTTPResponse:  # type: ignore[override]
        """A response that is read within the time for an answer, all of it."""
        return http.client.HTTPResponse(_Bounded(sock, clock.monotonic() + ANSWER_S), **how)  # type: ignore[arg-type]

    def _connect(self, sock: socket.socket, address: Any) -> None:
        self.sock = sock
        sock.settimeout(CONNECT_S)
        sock.connect(address)
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if self._context:
            secured = self._context.wrap_socket(
                sock, server_hostname=self.host, do_handshake_on_connect=False
            )
            self.sock = secured
            secured.do_handshake()
        self.sock.settimeout(ANSWER_S)


class _Bounded:
    """A socket for reading only, with one deadline for everything that is read."""

    def __init__(self, sock: socket.socket, until: float) -> None:
        self._sock = sock
        self._until = until

    def makefile(self, mode: str) -> io.BufferedReader:
        """As of a socket."""
        return io.BufferedReader(_Reading(self._sock, self._until))


class _Reading(io.RawIOBase):
    def __init__(self, sock: socket.socket, until: float) -> None:
        super().__init__()
        self._sock = sock
        self._until = until
        self._raw = sock.makefile("rb", buffering=0)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        left = self._until - clock.monotonic()
        if left <= 0:
            raise TimeoutError("the answer did not end in time")
        self._sock.settimeout(left)
        return self._raw.readinto(buffer)

    def close(self) -> None:
        if not self.closed:
            self._raw.close()
        super().close()
