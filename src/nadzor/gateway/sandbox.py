# SPDX-License-Identifier: Apache-2.0
"""The sandbox: a second log for test streams, behind its own addresses, opened when somebody first needs it.

Why: whatever is wrong with it, the log of real events is received all the same.
"""

from __future__ import annotations

import asyncio
from typing import Final

import structlog
from msgspec import Struct
from starlette.types import Receive, Scope, Send

from nadzor.base.home import SANDBOX, Home, Log
from nadzor.base.problems import Refusal
from nadzor.journal.log import RETRY_S, Journal
from nadzor.journal.opening import open_log
from nadzor.journal.writer import GroupCommit
from nadzor_wire.batch import PATH

from .intake import Desk, Intake, deliver_to, send_reply
from .reading import headers_of
from .replies import problem

log = structlog.get_logger()

SANDBOX_PATH: Final = SANDBOX + PATH  # what a sender makes of the address in a sandbox credential


class _Open(Struct, frozen=True):
    intake: Intake
    commit: GroupCommit
    vkey: str


class Sandbox:
    """The test log of a home, as an ASGI application for its batches."""

    def __init__(self, home: Home, desk: Desk, *, public_url: str) -> None:
        self._home = home
        self._desk = desk
        self._address = public_url.rstrip("/") + SANDBOX
        self._opening = asyncio.Lock()
        self._found: _Open | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request to the test intake."""
        try:
            intake = (await self._opened()).intake
        except Refusal as refusal:
            await send_reply(send, problem(refusal, headers_of(scope)))
            return
        await intake(scope, receive, send)

    async def commit(self) -> GroupCommit:
        """Whoever writes the test log, for test streams that come through another door."""
        return (await self._opened()).commit

    async def vkey(self) -> str:
        """The test log's public key."""
        return (await self._opened()).vkey

    def stop(self) -> None:
        """Write what waits, and let the files go."""
        if self._found is not None:
            self._found.commit.stop()

    async def _opened(self) -> _Open:
        """The log, opened by whoever asks first.

        Raises: Refusal journal.unavailable; the next request tries again.
        """
        if self._found is None:
            async with self._opening:
                if self._found is None:
                    self._found = await self._open()
        return self._found

    async def _open(self) -> _Open:
        try:
            place, journal = await asyncio.to_thread(_files_of, self._home)
        except (Refusal, OSError) as error:
            log.warning("gateway.sandbox.closed", kind=type(error).__name__)
            raise Refusal("journal.unavailable", retry_after_s=RETRY_S) from error
        commit = GroupCommit(
            journal, deliver=deliver_to(asyncio.get_running_loop()), timed=self._desk.meter.committed
        )
        commit.start()
        intake = Intake(self._desk, commit, public_url=self._address, sandbox=True)
        return _Open(intake, commit, place.vkey)


def _files_of(home: Home) -> tuple[Log, Journal]:
    place = home.sandbox()
    return place, open_log(place)
