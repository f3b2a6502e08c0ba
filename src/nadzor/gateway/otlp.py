# SPDX-License-Identifier: Apache-2.0
"""OpenTelemetry logs over HTTP, translated into batches of the one journal: read, judge, store, answer."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Final, assert_never

import structlog
from starlette.requests import Request as Asked
from starlette.responses import Response
from starlette.routing import Route

from nadzor.base import clock
from nadzor.base.home import SANDBOX, Home
from nadzor.base.problems import Refusal
from nadzor.journal.entry import Conflict, Entry, Foreign, Outcome, RefusalNote, Stored
from nadzor.journal.writer import GroupCommit
from nadzor_wire.limits import CODED_MAX

from .fates import Refused, Request
from .intake import Desk, incident
from .meter import LOGS
from .otlp_judge import Bearer, Forwarded, admit_bearer, judge_forwarded
from .otlp_replies import failure, success
from .reading import Gone, headers_of, read_body, stated_size, too_large
from .replies import Reply

log = structlog.get_logger()

PATH: Final = "/v1/logs"
SMALL: Final = 16 * 1024  # bytes of a body that is translated at once; a larger one must not hold others up


def routes(home: Home) -> list[Route]:
    """The addresses of this file."""
    return [
        Route(PATH, _receive, methods=["POST"]),
        Route(SANDBOX + PATH, _receive_tests, methods=["POST"]),
    ]


class Door:
    """The one door for OpenTelemetry logs of one log."""

    def __init__(self, desk: Desk, commit: GroupCommit, *, public_url: str, sandbox: bool = False) -> None:
        self._desk = desk
        self._commit = commit
        self._log = LOGS[sandbox]
        self._target = public_url.rstrip("/") + PATH
        self._sandbox = sandbox

    async def answer(self, asked: Asked) -> Reply | None:
        """The answer to one request; None when nobody is there to be answered."""
        headers = headers_of(asked.scope)
        try:
            return await self._answer(asked, headers)
        except Gone:
            return None
        except Refusal as refusal:
            return self._failure(refusal, headers)
        except Exception as error:
            return self._failure(incident(error), headers)

    async def _answer(self, asked: Asked, headers: dict[str, str]) -> Reply:
        self._desk.switch.must_be_off(asyncio.get_running_loop().time())
        bearer = self._bearer(headers)
        if isinstance(bearer, Refused):
            return self._refuse(bearer, headers)
        if (size := stated_size(headers)) > CODED_MAX:
            return self._refuse(too_large(), headers)
        self._desk.space.take(bearer.lane, size)
        try:
            return await self._receive(asked, bearer, headers)
        finally:
            self._desk.space.give_back(bearer.lane, size)

    async def _receive(self, asked: Asked, bearer: Bearer, headers: dict[str, str]) -> Reply:
        """Read the body, judge it in its turn, and wait until it is durable."""
        body = await read_body(asked.receive)
        if isinstance(body, Refused):
            return self._refuse(body, headers)
        await self._desk.turns.wait(bearer.lane, len(body))
        judged = await self._judged(Request(asked.method, headers, body), bearer)
        if isinstance(judged, Refused):
            return self._refuse(judged, headers)
        return await self._stored(judged, bearer.lane, headers)

    def _bearer(self, headers: Mapping[str, str]) -> Bearer | Refused:
        """Whose request it is; a token that nobody seems to hold may have been issued a moment ago."""
        now, loop = clock.now(), asyncio.get_running_loop()
        found = admit_bearer(
            headers, directory=self._desk.watch.ring(loop.time()), now=now, sandbox=self._sandbox
        )
        if isinstance(found, Refused) and found.code == "otlp.token":
            again = self._desk.watch.ring_again(loop.time())
            return admit_bearer(headers, directory=again, now=now, sandbox=self._sandbox)
        return found

    async def _judged(self, request: Request, bearer: Bearer) -> Forwarded | Refused:
        now = clock.now()
        if len(request.body) <= SMALL:
            return judge_forwarded(request, bearer, now=now, target=self._target)
        return await asyncio.to_thread(judge_forwarded, request, bearer, now=now, target=self._target)

    async def _stored(self, judged: Forwarded, lane: str, headers: Mapping[str, str]) -> Reply:
        """Success once every batch of the request is durable; otherwise the first reason why it is not."""
        written = (self._written(entry, lane) for entry in judged.entries)
        places = await asyncio.gather(*written, return_exceptions=True)
        for failed in places:
            if isinstance(failed, BaseException):
                raise failed
        rejected = [verdict for entry in judged.entries for verdict in entry.rejected]
        return success(
            rejected, places=[place for place in places if isinstance(place, int)], headers=headers
        )

    async def _written(self, entry: Entry, lane: str) -> int | None:
        waiter: asyncio.Future[Outcome] = asyncio.get_running_loop().create_future()
        self._commit.submit(entry, waiter, lane=lane)
        outcome = await waiter
        if isinstance(outcome, Stored):
            self._desk.meter.stored(self._log, outcome)
        return _place(outcome, entry)

    def _refuse(self, refused: Refused, headers: Mapping[str, str]) -> Reply:
        note = RefusalNote(
            at=clock.now(), code=refused.code, digest=refused.digest, place=refused.at, keyid=refused.keyid
        )
        self._commit.refuse(note)
        return self._failure(refused.refusal(), headers)

    def _failure(self, refusal: Refusal, headers: Mapping[str, str]) -> Reply:
        self._desk.meter.answered(self._log, refusal.code)
        return failure(refusal, headers)


def _place(outcome: Outcome, entry: Entry) -> int | None:
    """The index of a stored batch.

    Why: a stream is named by the request, so a conflict can only be this same request, stored before by an
    edition that wrote other bytes of it: it is durable, and that is what is answered.
    """
    match outcome:
        case Stored():
            return outcome.index
        case Conflict():
            log.warning("gateway.otlp.rewritten", installation=entry.installation)
            return None
        case Foreign():
            raise Refusal("key.foreign")
        case _:
            assert_never(outcome)


async def _receive(asked: Asked) -> Response:
    state = asked.state
    door = Door(state.intake.desk, state.commit, public_url=state.intake.public_url)
    return _response(await door.answer(asked))


async def _receive_tests(asked: Asked) -> Response:
    state = asked.state
    try:
        commit = await state.sandbox.commit()
    except Refusal as refusal:
        return _response(failure(refusal, headers_of(asked.scope)))
    door = Door(state.intake.desk, commit, public_url=state.intake.public_url + SANDBOX, sandbox=True)
    return _response(await door.answer(asked))


def _response(reply: Reply | None) -> Response:
    if reply is None:
        return Response(status_code=400)
    status, headers, body = reply
    response = Response(body, status_code=status)
    response.raw_headers = headers
    return response
