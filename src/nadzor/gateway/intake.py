# SPDX-License-Identifier: Apache-2.0
"""A POST of a batch: read, judge, store, answer. Decides nothing itself."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Mapping, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from functools import partial
from typing import Any, Final, assert_never

import structlog
from msgspec import Struct
from starlette.types import Receive, Scope, Send

from nadzor.base import clock
from nadzor.base.home import Home
from nadzor.base.problems import Refusal
from nadzor.journal.entry import Conflict, Foreign, Outcome, RefusalNote, Repeated, Stored
from nadzor.journal.incident import places
from nadzor.journal.writer import Fate, GroupCommit
from nadzor_wire.limits import CODED_MAX

from .fates import Claim, Judged, Refused, Request
from .judge import admit, decide
from .keyring import DirectoryWatch, KeyRing
from .meter import LOGS, Meter
from .reading import Gone, headers_of, read_body, stated_size, too_large
from .replies import Reply, answer, problem
from .switch import ReadOnly
from .turns import Hold, Space, Turns

log = structlog.get_logger()


REPEATED: Final = "batch.repeated"  # noted in the sandbox: a sender that repeats survives a lost answer


INLINE_MAX: Final = 128 * 1024  # bytes of a coded body that is judged within the loop, in some milliseconds


class Desk(Struct, frozen=True):
    """What the intakes of one process share: the keys, the room and the turns, the switch and the meter."""

    watch: DirectoryWatch
    space: Space
    turns: Turns
    switch: ReadOnly
    meter: Meter
    bench: Executor

    @classmethod
    def furnished(cls, home: Home, loop: asyncio.AbstractEventLoop, *, read_only: bool = False) -> Desk:
        """A desk of this data directory, for the intakes of one loop."""
        watch = DirectoryWatch(home.directory, home.settings.directory_key)
        return cls(watch, Space(), Turns(loop), ReadOnly(home.root, held=read_only), Meter(), _bench())


class Intake:
    """The one door for batches of one log, as an ASGI application."""

    def __init__(self, desk: Desk, commit: GroupCommit, *, public_url: str, sandbox: bool = False) -> None:
        self._desk = desk
        self._commit = commit
        self._sandbox = sandbox
        self._log = LOGS[sandbox]
        self.public_url = public_url.rstrip("/")

    @property
    def desk(self) -> Desk:
        """What other doors onto the same log share with this one."""
        return self._desk

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        headers = headers_of(scope)
        try:
            answered = await self._answer(Request(scope["method"], headers, b""), receive)
        except Gone:
            return
        except Refusal as refusal:
            answered = self._problem(refusal, headers)
        except Exception as error:
            answered = self._problem(incident(error), headers)
        await send_reply(send, answered)

    async def _answer(self, head: Request, receive: Receive) -> Reply:
        loop = asyncio.get_running_loop()
        self._desk.switch.must_be_off(loop.time())
        size = stated_size(head.headers)
        if size > CODED_MAX:
            return self._refuse(too_large(), head.headers)
        claim = self._claim(head, loop.time())
        if isinstance(claim, Refused):
            return self._refuse(claim, head.headers)
        hold = Hold(self._desk.space, claim.lane)
        try:
            hold.at_least(size)
            return await self._received(claim, await read_body(receive, hold.at_least), head.headers)
        finally:
            hold.release()

    async def _received(self, claim: Claim, body: bytes | Refused, headers: Mapping[str, str]) -> Reply:
        """Judge the body in its maker's turn, and wait until it is durable."""
        if isinstance(body, Refused):
            return self._refuse(body, headers)
        await self._desk.turns.wait(claim.lane, len(body))
        fate = await self._decided(claim, body)
        match fate:
            case Refused():
                return self._refuse(fate, headers)
            case Judged():
                waiter: asyncio.Future[Outcome] = asyncio.get_running_loop().create_future()
                self._commit.submit(fate.entry, waiter, lane=fate.lane)
                return self._tell(await waiter, fate, headers)
            case _:
                assert_never(fate)

    async def _decided(self, claim: Claim, body: bytes) -> Judged | Refused:
        """The fate of the body; a large one is judged beside the loop, one at a time."""
        if len(body) <= INLINE_MAX:
            return decide(claim, body, now=clock.now())
        work = partial(decide, claim, body, now=clock.now())
        return await asyncio.get_running_loop().run_in_executor(self._desk.bench, work)

    def _claim(self, head: Request, monotonic_s: float) -> Claim | Refused:
        claim = self._admit(head, self._desk.watch.ring(monotonic_s))
        if isinstance(claim, Refused) and claim.code == "key.unknown":
            claim = self._admit(head, self._desk.watch.ring_again(monotonic_s))
        return claim

    def _admit(self, head: Request, ring: KeyRing | None) -> Claim | Refused:
        now, address = clock.now(), self.public_url
        return admit(head, directory=ring, now=now, public_url=address, sandbox=self._sandbox)

    def _tell(self, outcome: Outcome, judged: Judged, headers: Mapping[str, str]) -> Reply:
        match outcome:
            case Stored():
                if self._sandbox and isinstance(outcome, Repeated):
                    self._note(_late(judged, REPEATED, {}))
                self._desk.meter.stored(self._log, outcome)
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
        return self._problem(refused.refusal(), headers)

    def _problem(self, refusal: Refusal, headers: Mapping[str, str]) -> Reply:
        self._desk.meter.answered(self._log, refusal.code)
        return problem(refusal, headers)

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


def _bench() -> Executor:
    """Where large bodies are judged while the loop goes on."""
    return ThreadPoolExecutor(1, "judge")


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


def incident(error: Exception) -> Refusal:
    """A bug of ours: logged by place, never with values, and answered with a number to quote."""
    number = secrets.token_hex(6)
    kind, where = type(error).__name__, places(error)
    log.error("gateway.request.broke", incident=number, kind=kind, places=where)
    return Refusal("gateway.broken", incident=number)
