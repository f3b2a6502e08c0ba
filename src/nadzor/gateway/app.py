# SPDX-License-Identifier: Apache-2.0
"""The gateway as an ASGI application: its few addresses, its start and its stop."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Final, TypedDict

import msgspec
import structlog
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route
from starlette.types import Message, Receive, Scope, Send

from nadzor.base import clock
from nadzor.base.home import SANDBOX, Home
from nadzor.base.problems import Refusal
from nadzor.journal.opening import open_journal, open_reader
from nadzor.journal.reader import Reader
from nadzor.journal.writer import GroupCommit
from nadzor_wire.batch import PATH

from . import description, health, metrics, otlp, tiles
from .intake import Desk, Intake, deliver_to
from .keyring import DirectoryWatch
from .meter import Tally
from .replies import dressed, problem
from .sandbox import SANDBOX_PATH, Sandbox
from .switch import Shut

log = structlog.get_logger()

BEAT_S: Final = 1.0


class Ready(TypedDict):
    """What the addresses share while the application runs."""

    intake: Intake
    watch: DirectoryWatch
    commit: GroupCommit
    reader: Reader
    sandbox: Sandbox
    health: health.Health
    board: metrics.Board
    tally: Callable[[], Tally]


def create_app(
    home: Home, *, public_url: str | None = None, worker: int = 0, read_only: bool = False
) -> Starlette:
    """The gateway of a data directory; `public_url` is the address that senders sign."""
    address = public_url or home.settings.public_url
    key = home.log_vkey

    @asynccontextmanager
    async def running(_app: Starlette) -> AsyncIterator[Ready]:
        found = _opened(home, address, worker=worker, read_only=read_only)
        beat = asyncio.get_running_loop().create_task(_beat(found))
        try:
            yield found
        finally:
            beat.cancel()
            await asyncio.to_thread(found["health"].desk.bench.shutdown)
            await asyncio.to_thread(found["commit"].stop)
            await asyncio.to_thread(found["sandbox"].stop)
            found["reader"].close()
            log.info("gateway.stopped")

    async def log_key(_request: Request) -> Response:
        return PlainTextResponse(key + "\n")

    gateway = _Gateway(
        routes=[
            Route(PATH, only_post),
            Route("/log/key", log_key),
            Route(SANDBOX_PATH, only_post),
            Route(SANDBOX + "/log/key", sandbox_key),
            *health.routes(),
            *(route for part in (tiles, otlp, metrics, description) for route in part.routes(home)),
        ],
        lifespan=running,
        exception_handlers={HTTPException: refuse_address, Refusal: refuse},
    )
    gateway.secure = address.startswith("https://")
    return gateway


def _opened(home: Home, address: str, *, worker: int, read_only: bool) -> Ready:
    """Everything that the running application shares, opened; the journal's writer has begun."""
    loop = asyncio.get_running_loop()
    desk = Desk.furnished(home, loop, read_only=read_only)
    journal = Shut() if read_only else open_journal(home)
    commit = GroupCommit(journal, deliver=deliver_to(loop), timed=desk.meter.committed)
    commit.start()
    return Ready(
        intake=Intake(desk, commit, public_url=address),
        watch=desk.watch,
        commit=commit,
        reader=open_reader(home),
        sandbox=Sandbox(home, desk, public_url=address),
        health=health.Health(home, desk, commit, health.SteadyClock(), health.signer_is_ours(home)),
        board=metrics.Board(home.root, worker),
        tally=lambda: tally_of(desk, commit),
    )


class _Gateway(Starlette):
    """The application, with one short cut to each intake.

    Why: for a batch of one event, routing and middleware cost as much as judging; the intake needs neither.
    """

    secure = False  # whether senders know this gateway under an https address

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            send = _dressing(send, secure=self.secure)
        if scope["type"] == "http" and scope["path"] == PATH and scope["method"] == "POST":
            await scope["state"]["intake"](scope, receive, send)
        elif scope["type"] == "http" and scope["path"] == SANDBOX_PATH and scope["method"] == "POST":
            await scope["state"]["sandbox"](scope, receive, send)
        else:
            await super().__call__(scope, receive, send)


def _dressing(send: Send, *, secure: bool) -> Send:
    """The same way out, along which every answer gets the headers it lacks."""

    async def dressed_send(message: Message) -> None:
        if message["type"] == "http.response.start":
            message["headers"] = dressed(message["headers"], secure=secure)
        await send(message)

    return dressed_send


async def only_post(_request: Request) -> Response:
    """What is not a POST to the intake ends here."""
    raise HTTPException(405)


async def sandbox_key(request: Request) -> Response:
    """The public key of the log of test streams."""
    return PlainTextResponse(await request.state.sandbox.vkey() + "\n")


def tally_of(desk: Desk, commit: GroupCommit) -> Tally:
    """The numbers of this process as they stand."""
    return msgspec.structs.replace(
        desk.meter.tally(),
        waiting=commit.waiting,
        waiting_bytes=commit.waiting_bytes,
        held_bytes=desk.space.held,
    )


async def _beat(ready: Ready) -> None:
    """Once a second: compare the clocks, leave the numbers for the other workers."""
    while True:
        ready["health"].steady.look(clock.now(), asyncio.get_running_loop().time())
        ready["board"].leave(ready["tally"]())
        await asyncio.sleep(BEAT_S)


async def refuse_address(request: Request, error: Exception) -> Response:
    """A wrong address or method, as a problem document."""
    wrong_method = isinstance(error, HTTPException) and error.status_code == 405
    return await refuse(request, Refusal("gateway.method" if wrong_method else "gateway.not-found"))


async def refuse(request: Request, refusal: Exception) -> Response:
    """A refusal as a problem document."""
    assert isinstance(refusal, Refusal)
    status, headers, body = problem(refusal, request.headers)
    kept = {name.decode(): value.decode() for name, value in headers}
    return Response(body, status_code=status, headers=kept)
