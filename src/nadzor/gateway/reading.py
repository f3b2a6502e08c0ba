# SPDX-License-Identifier: Apache-2.0
"""Reading one request's body, with a limit on its size and on the sender's time."""

from __future__ import annotations

import asyncio
from typing import Final

from starlette.types import Receive, Scope

from nadzor_wire.limits import CODED_MAX

from .fates import Refused, Request

BODY_S: Final = 30  # 4 MiB in half a minute is 140 kB/s, a poor hospital line


_READ: Final = (
    "content-type", "content-encoding", "content-digest", "content-length",
    "nadzor-batch", "signature", "signature-input", "accept-language",
)  # fmt: skip
_NAMES: Final = {name.encode(): name for name in _READ}


class Gone(Exception):
    """The sender hung up before its request was whole."""


async def read_request(scope: Scope, receive: Receive, headers: dict[str, str]) -> Request | Refused:
    """The whole request, or why it is not read further.

    Raises: Gone when nobody is there to be answered.
    """
    stated = headers.get("content-length", "")
    if stated.isdigit() and int(stated[:12]) > CODED_MAX:
        return _too_large()
    try:
        async with asyncio.timeout(BODY_S):
            body = await _body(receive)
    except TimeoutError:
        return Refused(code="batch.too-slow", facts={"limit": BODY_S})
    if body is None:
        return _too_large()
    return Request(scope["method"], headers, body)


def headers_of(scope: Scope) -> dict[str, str]:
    """Header names in lower case; a repeated field is joined, as RFC 9110, section 5.2, says."""
    headers: dict[str, str] = {}
    for raw_name, raw_value in scope["headers"]:
        name = _NAMES.get(raw_name) or raw_name.decode("latin-1")
        value = raw_value.decode("latin-1").strip()
        headers[name] = f"{headers[name]}, {value}" if name in headers else value
    return headers


async def _body(receive: Receive) -> bytes | None:
    """All of the body; None when it grew too large."""
    parts, size = [], 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise Gone
        part = message.get("body", b"")
        parts.append(part)
        size += len(part)
        if size > CODED_MAX:
            return None
        if not message.get("more_body", False):
            return b"".join(parts) if len(parts) > 1 else part


def _too_large() -> Refused:
    return Refused(code="batch.too-large", facts={"limit": CODED_MAX})
