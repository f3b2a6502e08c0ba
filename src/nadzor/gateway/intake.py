# SPDX-License-Identifier: Apache-2.0
"""A POST of a batch: read, judge, store, answer. Decides nothing itself."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Mapping, Sequence
from typing import Any, Final, assert_never

import structlog
from starlette.types import Receive, Scope, Send

from nadzor.base import clock
from nadzor.base.problems import Refusal
from nadzor.journal.entry import Conflict, Foreign, Outcome, RefusalNote, Repeated, Stored
from nadzor.journal.incident import places
from nadzor.journal.writer import Fate, GroupCommit

from .fates import Judged, Refused, Request
from .judge import judge
from .keyring import DirectoryWatch, KeyRing
from .reading import Gone, headers_of, read_request
from .replies import Reply, answer, problem

log = structlog.get_logger()


REPEATED: Final = "batch.repeated"  # noted in the sandbox: a sender that repeats survives a lost answer


class Intake:
    """The one door for batches of one log, as an ASGI application."""

    def __init__(
        self, watch: DirectoryWatch, commit: GroupCommit, *, public_url: str, sandbox: bool = False
    ) -> None:
        self._watch = watch
        self._commit = commit
        self._sandbox = sandbox
        self._public_url = public_url.rstrip("/")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        headers = headers_of(scope)
        try:
            request = await read_request(scope, receive, headers)
            if isinstance(request, Refused):
                answered = self._refuse(request, headers)
            else:
                answered = await self._answer(request, headers)
        except Gone:
            return
        except Refusal as refusal:
            answered = problem(refusal, headers)
        except Exception as error:
            answered = problem(_incident(error), headers)
        await send_reply(send, answered)

    async def _answer(self, request: Request, headers: Mapping[str, str]) -> Reply:
        loop = asyncio.get_running_loop()
        fate = self._fate(request, self._watch.ring(loop.time()))
        if isinstance(fate, Refused) and fate.code == "key.unknown":
            fate = self._fate(request, self._watch.ring_again(loop.time()))
        match fate:
            case Refused():
                return self._refuse(fate, headers)
            case Judged():
                waiter: asyncio.Future[Outcome] = loop.create_future()
                self._commit.submit(fate.entry, waiter, lane=fate.lane)
                return self._tell(await waiter, fate, headers)
            case _:
                assert_never(fate)

    def _fate(self, request: Request, ring: KeyRing | None) -> Judged | Refused:
        return judge(
            request,
            directory=ring,
            now=clock.now(),
            public_url=self._public_url,
            sandbox=self._sandbox,
        )

    def _tell(self, outcome: Outcome, judged: Judged, headers: Mapping[str, str]) -> Reply:
        match outcome:
            case Stored():
                if self._sandbox and isinstance(outcome, Repeated):
                    self._note(_late(judged, REPEATED, {}))
                return answer(outcome)
            case Conflict():
                facts = {"expected_seq": outcome.expected_seq}
                return self._refuse(_late(judged, "batch.conflict", facts), headers)
            case Foreign():
                return self._refuse(_late(judged, "key.foreign", {}), headers)
            case _:
                assert_never(outcome)

    def _refuse(self, refused: Refused, headers: Mapping[str, str]) -> Reply:
        self._note(refused)
        return problem(refused.refusal(), headers)

    def _note(self, refused: Refused) -> None:
        self._commit.refuse(
            RefusalNote(
                at=clock.now(),
                code=refused.code,
                digest=refused.digest,
                seq=refused.seq,
                place=refused.at,
                keyid=refused.keyid,
            )
        )


def deliver_to(loop: asyncio.AbstractEventLoop) -> Any:
    """Delivers fates from the writer's thread to the futures of a loop, one wake-up a group."""

    def settle(fates: Sequence[tuple[asyncio.Future[Outcome], Fate]]) -> None:
        for waiter, fate in fates:
            if waiter.done():  # its sender hung up; the batch is stored all the same
                continue
            if isinstance(fate, Refusal):
                waiter.set_exception(fate)
            else:
                waiter.set_result(fate)

    return lambda fates: loop.call_soon_threadsafe(settle, fates)


async def send_reply(send: Send, answered: Reply) -> None:
    """Send a whole reply."""
    status, headers, body = answered
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


def _late(judged: Judged, code: str, facts: Mapping[str, Any]) -> Refused:
    """A refusal that only the journal could find."""
    entry = judged.entry
    return Refused(
        code=code, facts=facts, seq=entry.header.first, keyid=entry.keyid, digest=entry.body_sha256.hex()
    )


def _incident(error: Exception) -> Refusal:
    """A bug of ours: logged by place, never with values, and answered with a number to quote."""
    incident = secrets.token_hex(6)
    kind, where = type(error).__name__, places(error)
    log.error("gateway.request.broke", incident=incident, kind=kind, places=where)
    return Refusal("gateway.broken", incident=incident)
