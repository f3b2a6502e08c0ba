# SPDX-License-Identifier: Apache-2.0
"""A witness behind an address: `POST /add-checkpoint` (C2SP tlog-witness), its key, a sign of life."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Final

from starlette.applications import Starlette
from starlette.requests import ClientDisconnect, Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from nadzor.actions.cosign_checkpoint import WitnessDesk, cosign_checkpoint
from nadzor.base import clock
from nadzor.base.problems import Refusal
from nadzor.receipts.witnessing import BODY_MAX

BODY_S: Final = 10.0


def create_witness_app(desk: WitnessDesk, logs: Mapping[str, str]) -> Starlette:
    """The application of one witness, for these logs (verifier keys by origin)."""

    async def add_checkpoint(request: Request) -> Response:
        try:
            async with asyncio.timeout(BODY_S):
                body = await _body(request)
        except (TimeoutError, ClientDisconnect):
            return PlainTextResponse("too slow\n", 408)
        if body is None:
            return PlainTextResponse("too large\n", 413)
        try:
            reply = await asyncio.to_thread(cosign_checkpoint, desk, body, logs=logs, now=clock.now())
        except (Refusal, OSError):
            return PlainTextResponse("this witness cannot remember, so it does not sign\n", 500)
        return Response(reply.text, reply.status, media_type=None, headers={"content-type": reply.media_type})

    async def key(_request: Request) -> Response:
        return PlainTextResponse(desk.vkey + "\n")

    async def live(_request: Request) -> Response:
        return PlainTextResponse("ok\n")

    return Starlette(
        routes=[
            Route("/add-checkpoint", add_checkpoint, methods=["POST"]),
            Route("/key", key),
            Route("/health/live", live),
        ]
    )


async def _body(request: Request) -> bytes | None:
    """All of the body; None when it grew too large."""
    parts, size = [], 0
    async for part in request.stream():
        parts.append(part)
        size += len(part)
        if size > BODY_MAX:
            return None
    return b"".join(parts)
