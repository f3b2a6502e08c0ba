# SPDX-License-Identifier: Apache-2.0
"""Reading one request: its headers as text, its body with a limit on its size and on the sender's time."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
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


def stated_size(headers: Mapping[str, str]) -> int:
    """How many bytes the body says it has; 0 when it does not say."""
    stated = headers.get("content-length", "")
    return int(stated[:12]) if stated.isdigit() else 0


async def read_request(scope: Scope, receive: Receive, headers: dict[str, str]) -> Request | Refused:
    """The whole request, or why it is not read further.

    Raises: Gone when nobody is there to be answered.
    """
    if stated_size(headers) > CODED_MAX:
        return too_large()
    body = await read_body(receive)
    return body if isinstance(body, Refused) else Request(scope["method"], headers, body)


async def read_body(receive: Receive, grown: Callable[[int], None] | None = None) -> bytes | Refused:
    """The whole body, or why it is not read further; `grown` is told each new size before more is read.

    Raises: Gone when nobody is there to be answered; what `grown` raises.
    """
    try:
        async with asyncio.timeout(BODY_S):
            body = await _body(receive, grown)
    except TimeoutError:
        return Refused(code="batch.too-slow", facts={"limit": BODY_S})
    return too_large() if body is None else body


def too_large() -> Refused:
    """The body has more bytes than any may have."""
    return Refused(code="batch.too-large", facts={"limit": CODED_MAX})


def headers_of(scope: Scope) -> dict[str, str]:
    """Header names in lower case; a repeated field is joined, as RFC 9110, section 5.2, says."""
    headers: dict[str, str] = {}
    for raw_name, raw_value in scope["headers"]:
        name = _NAMES.get(raw_name) or raw_name.decode("latin-1")
        value = raw_value.decode("latin-1").strip()
        headers[name] = f"{headers[name]}, {value}" if name in headers else value
    return headers


async def _body(receive: Receive, grown: Callable[[int], None] | None) -> bytes | None:
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
        if grown is not None:
            grown(size)
        if not message.get("more_body", False):
            return b"".join(parts) if len(parts) > 1 else part
