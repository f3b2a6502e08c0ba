# SPDX-License-Identifier: Apache-2.0
"""The gateway called in this process, as a server would call it."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager

from msgspec import Struct


class Reply(Struct):
    """What came back."""

    status: int
    headers: dict
    body: bytes


@asynccontextmanager
async def running(app):
    """The application between its start and its stop; gives a function that asks it."""
    async with app.router.lifespan_context(app) as state:

        async def ask(method, path, headers=None, body=b"", *, pieces=None):
            sent = []
            parts = [body] if pieces is None else list(pieces)
            pending = [
                {"type": "http.request", "body": part, "more_body": place < len(parts) - 1}
                for place, part in enumerate(parts)
            ]

            async def receive():
                if not pending:
                    await asyncio.Event().wait()
                message = pending.pop(0)
                return {"type": "http.disconnect"} if message["body"] is None else message

            async def send(message):
                sent.append(message)

            await app(scope(method, path, headers or {}, state), receive, send)
            return reply_of(sent)

        yield ask


def scope(method, path, headers, state):
    """What a server tells about a request."""
    path, _, query = path.partition("?")
    return {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": method,
        "scheme": "http",
        "path": path,
        "raw_path": path.encode(),
        "query_string": query.encode(),
        "root_path": "",
        "headers": [(name.lower().encode(), value.encode("latin-1")) for name, value in headers.items()],
        "client": None,
        "server": ("127.0.0.1", 80),
        "state": dict(state),
    }


def reply_of(sent):
    """The reply in the messages, None when there is none."""
    if not sent:
        return None
    headers = {name.decode(): value.decode() for name, value in sent[0]["headers"]}
    body = b"".join(message.get("body", b"") for message in sent[1:])
    return Reply(sent[0]["status"], headers, body)
