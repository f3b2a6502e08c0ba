# SPDX-License-Identifier: Apache-2.0
"""The door's own limit on a body: what is too large is refused before it is read, not after.

Why: Django keeps a whole body on disk before any of its code runs; two hundred megabytes would cost them all.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any, Final

import msgspec

from nadzor.base.problems import MEDIA_TYPE, Refusal, document, preferred_language
from nadzor.records.files import SIZE_MAX
from nadzor.site.headers import ALWAYS

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

BODY_MAX: Final = SIZE_MAX + 1024 * 1024  # the largest file, and the form around it
API: Final = "/api/"
PAGE: Final = "/problems/file.too-large"
TOO_LARGE: Final = 413


class BodyLimit:
    """An ASGI application in front of another one that lets no body of more than BODY_MAX bytes through."""

    def __init__(self, app: App) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer 413 at once by the declared length, or as soon as more has come in than may."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
        elif _declared(scope) > BODY_MAX:
            await self._refuse(scope, send)
        else:
            await self._counted(scope, receive, send)

    async def _counted(self, scope: Scope, receive: Receive, send: Send) -> None:
        read, answered = 0, False

        async def counting() -> Message:
            nonlocal read
            message = await receive()
            read += len(message.get("body", b""))
            return {"type": "http.disconnect"} if read > BODY_MAX else message

        async def noting(message: Message) -> None:
            nonlocal answered
            answered = True
            await send(message)

        await self.app(scope, counting, noting)
        if read > BODY_MAX and not answered:
            await self._refuse(scope, send)

    async def _refuse(self, scope: Scope, send: Send) -> None:
        if scope["path"].startswith(API):
            await _problem(scope, send)
            return
        page = {**scope, "method": "GET", "path": PAGE, "raw_path": PAGE.encode(), "query_string": b""}
        page["headers"] = [
            (n, v) for n, v in scope["headers"] if n not in (b"content-length", b"content-type")
        ]

        said = iter(({"type": "http.request", "body": b"", "more_body": False},))

        async def nothing() -> Message:
            empty = next(said, None)
            return empty if empty is not None else await asyncio.get_running_loop().create_future()

        async def refusing(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = [*message["headers"], (b"connection", b"close")]
                message = {**message, "status": TOO_LARGE, "headers": headers}
            await send(message)

        await self.app(page, nothing, refusing)


async def _problem(scope: Scope, send: Send) -> None:
    refusal = Refusal("file.too-large", limit=SIZE_MAX)
    body = msgspec.json.encode(document(refusal, preferred_language(_header(scope, b"accept-language"))))
    headers = [
        (b"content-type", MEDIA_TYPE.encode()), (b"content-length", str(len(body)).encode()),
        (b"vary", b"Accept-Language"), (b"connection", b"close"),
        *((name.lower().encode(), value.encode()) for name, value in ALWAYS.items()),
    ]  # fmt: skip
    await send({"type": "http.response.start", "status": TOO_LARGE, "headers": headers})
    await send({"type": "http.response.body", "body": body})


def _declared(scope: Scope) -> int:
    """The length the client states; one that is no number is left to the server, which has refused it."""
    told = _header(scope, b"content-length")
    return int(told) if told.isascii() and told.isdigit() else 0


def _header(scope: Scope, name: bytes) -> str:
    return next((value.decode("latin-1") for key, value in scope["headers"] if key == name), "")
