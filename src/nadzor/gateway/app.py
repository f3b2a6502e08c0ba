# SPDX-License-Identifier: Apache-2.0
"""The gateway as an ASGI application: its few addresses, its start and its stop."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TypedDict

import structlog
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from nadzor.base import clock
from nadzor.base.home import SANDBOX, Home
from nadzor.base.problems import Refusal
from nadzor.journal.opening import open_journal, open_reader
from nadzor.journal.reader import Reader
from nadzor.journal.writer import GroupCommit
from nadzor_wire.batch import PATH

from . import description, metrics, otlp, tiles
from .intake import Intake, deliver_to
from .keyring import DirectoryWatch
from .replies import problem
from .sandbox import SANDBOX_PATH, Sandbox

log = structlog.get_logger()


class Ready(TypedDict):
    """What the addresses share while the application runs."""

    intake: Intake
    watch: DirectoryWatch
    commit: GroupCommit
    reader: Reader
    sandbox: Sandbox


def create_app(home: Home, *, public_url: str | None = None) -> Starlette:
    """The gateway of a data directory; `public_url` is the address that senders sign."""
    address = public_url or home.settings.public_url
    key = home.log_vkey

    @asynccontextmanager
    async def running(_app: Starlette) -> AsyncIterator[Ready]:
        commit = GroupCommit(open_journal(home), deliver=deliver_to(asyncio.get_running_loop()))
        commit.start()
        watch = DirectoryWatch(home.directory, home.settings.directory_key)
        reader = open_reader(home)
        sandbox = Sandbox(home, watch, public_url=address)
        try:
            intake = Intake(watch, commit, public_url=address)
            yield Ready(intake=intake, watch=watch, commit=commit, reader=reader, sandbox=sandbox)
        finally:
            await asyncio.to_thread(commit.stop)
            await asyncio.to_thread(sandbox.stop)
            reader.close()
            log.info("gateway.stopped")

    async def log_key(_request: Request) -> Response:
        return PlainTextResponse(key + "\n")

    return _Gateway(
        routes=[
            Route(PATH, only_post),
            Route("/log/key", log_key),
            Route(SANDBOX_PATH, only_post),
            Route(SANDBOX + "/log/key", sandbox_key),
            Route("/health/live", live),
            Route("/health/ready", ready),
            *(route for part in (tiles, otlp, metrics, description) for route in part.routes(home)),
        ],
        lifespan=running,
        exception_handlers={HTTPException: refuse_address, Refusal: refuse},
    )


class _Gateway(Starlette):
    """The application, with one short cut to each intake.

    Why: for a batch of one event, routing and middleware cost as much as judging; the intake needs neither.
    """

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["path"] == PATH and scope["method"] == "POST":
            await scope["state"]["intake"](scope, receive, send)
        elif scope["type"] == "http" and scope["path"] == SANDBOX_PATH and scope["method"] == "POST":
            await scope["state"]["sandbox"](scope, receive, send)
        else:
            await super().__call__(scope, receive, send)


async def only_post(_request: Request) -> Response:
    """What is not a POST to the intake ends here."""
    raise HTTPException(405)


async def sandbox_key(request: Request) -> Response:
    """The public key of the log of test streams."""
    return PlainTextResponse(await request.state.sandbox.vkey() + "\n")


async def live(_request: Request) -> Response:
    """The process answers."""
    return PlainTextResponse("ok\n")


async def ready(request: Request) -> Response:
    """Whether a batch sent now would be judged: 503 while the key directory is missing or stale."""
    ring = request.state.watch.ring(asyncio.get_running_loop().time())
    good = ring is not None and ring.fresh(clock.now())
    page = {
        "directory": ring.serial if ring else None,
        "fresh": good,
        "waiting": request.state.commit.waiting,
    }
    return JSONResponse(page, status_code=200 if good else 503)


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
