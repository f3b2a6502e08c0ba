# SPDX-License-Identifier: Apache-2.0
"""Asking somebody else's server: bounded in time and size, following nobody anywhere else."""

from __future__ import annotations

import http.client
import time
from collections.abc import Mapping
from typing import Final
from urllib.parse import SplitResult, urlsplit

from msgspec import Struct

from .problems import Refusal

CHUNK: Final = 65_536


class Unreachable(OSError):
    """There is no whole answer within the time and size allowed."""


class Answer(Struct, frozen=True):
    """What came back."""

    status: int
    media_type: str
    body: bytes


class Site:
    """One server, asked again and again over one connection.

    Concurrency: one thread. Retries: once, when a kept connection broke: what is asked must bear repeating.
    Absence: Unreachable; redirects, proxies and cookies are not known here.
    """

    def __init__(self, prefix: str, *, timeout_s: float = 10.0, limit: int = 1 << 20) -> None:
        self.prefix = prefix.rstrip("/")
        self._parts = parts_of(self.prefix)
        self._timeout_s, self._limit = timeout_s, limit
        self._connection: http.client.HTTPConnection | None = None

    def get(self, path: str) -> Answer:
        """The answer to a GET of an address below the prefix. Raises: Unreachable."""
        return self._ask("GET", path, None)

    def post(self, path: str, body: bytes) -> Answer:
        """The answer to a POST. Raises: Unreachable."""
        return self._ask("POST", path, body)

    def close(self) -> None:
        """Let the connection go."""
        if self._connection is not None:
            self._connection.close()
        self._connection = None

    def _ask(self, method: str, path: str, body: bytes | None) -> Answer:
        fresh = self._connection is None
        try:
            return self._attempt(method, path, body)
        except Unreachable:
            if fresh:
                raise
            return self._attempt(method, path, body)

    def _attempt(self, method: str, path: str, body: bytes | None) -> Answer:
        until = time.monotonic() + self._timeout_s
        try:
            connection = self._connection = self._connection or self._connect()
            connection.request(method, self._parts.path + path, body=body, headers=_HEADERS)
            answer = connection.getresponse()
            content = self._read(answer, until)
        except (OSError, ValueError, http.client.HTTPException) as error:
            self.close()
            raise Unreachable(type(error).__name__) from error
        if answer.will_close:
            self.close()
        return Answer(answer.status, answer.getheader("content-type", ""), content)

    def _read(self, answer: http.client.HTTPResponse, until: float) -> bytes:
        """The whole body; a server that drips it is not waited for."""
        parts, size = [], 0
        while part := answer.read1(CHUNK):
            parts.append(part)
            size += len(part)
            if size > self._limit or time.monotonic() > until:
                raise Unreachable("too large or too slow")
        if answer.length:
            raise Unreachable("cut short")
        answer.close()  # else the connection would refuse its next answer
        return b"".join(parts)

    def _connect(self) -> http.client.HTTPConnection:
        kind = http.client.HTTPSConnection if self._parts.scheme == "https" else http.client.HTTPConnection
        return kind(self._parts.hostname or "", self._parts.port, timeout=self._timeout_s)


def parts_of(address: str) -> SplitResult:
    """The parts of an address of a server.

    Raises: Refusal `address.malformed` unless it is http or https with a host and nothing after its path.
    """
    try:
        parts = urlsplit(address)
        good = parts.scheme in ("http", "https") and parts.hostname and parts.port != 0
    except ValueError:
        raise Refusal("address.malformed") from None
    if not good or parts.query or parts.fragment or parts.username or parts.password:
        raise Refusal("address.malformed")
    return parts


_HEADERS: Final[Mapping[str, str]] = {"accept-encoding": "identity", "user-agent": "nadzor"}
