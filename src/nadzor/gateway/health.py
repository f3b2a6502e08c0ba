# SPDX-License-Identifier: Apache-2.0
"""Whether the process lives, and whether a batch sent now would be taken. No versions, no names."""

from __future__ import annotations

import asyncio
import shutil
from datetime import datetime, timedelta
from typing import Final

from msgspec import Struct
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from nadzor.base import clock
from nadzor.base.home import Home
from nadzor.journal.writer import GroupCommit

from .intake import Desk

FREE_MIN: Final = 64 * 1024 * 1024  # bytes of disk: a queue's worth of bodies; below it batches go elsewhere
JUMP: Final = timedelta(seconds=5)  # between two looks; clocks are slewed, not thrown
DISTRUST_S: Final = 60.0  # after a jump: as long as a directory is believed


class SteadyClock:
    """Watches the clock on the wall against the one that cannot be set."""

    def __init__(self) -> None:
        self._last: tuple[datetime, float] | None = None
        self._distrusted_until = float("-inf")

    def look(self, now: datetime, monotonic_s: float) -> None:
        """Compare what passed on both; called about once a second."""
        if self._last is not None:
            passed = timedelta(seconds=monotonic_s - self._last[1])
            if abs(now - self._last[0] - passed) > JUMP:
                self._distrusted_until = monotonic_s + DISTRUST_S
        self._last = now, monotonic_s

    def good(self, monotonic_s: float) -> bool:
        """Whether it has not jumped of late."""
        return monotonic_s >= self._distrusted_until


class Health(Struct, frozen=True):
    """What readiness is judged from, besides the desk."""

    home: Home
    desk: Desk
    commit: GroupCommit
    steady: SteadyClock
    signer: bool

    def page(self, now: datetime, monotonic_s: float) -> dict[str, int | bool | None]:
        """Every condition by name, and how much waits."""
        ring = self.desk.watch.ring(monotonic_s)
        return {
            "directory": ring.serial if ring else None,
            "fresh": ring is not None and ring.fresh(now),
            "journal": self.commit.alive and not self.desk.meter.failing,
            "disk": free_bytes(self.home) >= FREE_MIN,
            "clock": self.steady.good(monotonic_s),
            "signer": self.signer,
            "taking": not self.desk.switch.on(monotonic_s),
            "waiting": self.commit.waiting,
        }


CONDITIONS: Final = ("fresh", "journal", "disk", "clock", "signer", "taking")


def free_bytes(home: Home) -> int:
    """Bytes that the journal may still take on its disk."""
    return shutil.disk_usage(home.root).free


def signer_is_ours(home: Home) -> bool:
    """Whether the key that signs checkpoints is the one whose public half makers have pinned."""
    return home.log.vkey == home.log_vkey


async def live(_request: Request) -> Response:
    """The process answers."""
    return PlainTextResponse("ok\n")


async def ready(request: Request) -> Response:
    """Whether a batch sent now would be taken; 503 while it would not, and why."""
    page = request.state.health.page(clock.now(), asyncio.get_running_loop().time())
    return JSONResponse(page, status_code=200 if all(page[name] for name in CONDITIONS) else 503)


def routes() -> list[Route]:
    """The addresses of this file."""
    return [Route("/health/live", live), Route("/health/ready", ready)]
