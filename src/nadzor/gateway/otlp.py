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

from .fates import Refused, Request
from .intake import incident
from .keyring import DirectoryWatch
from .otlp_judge import Bearer, Forwarded, admit_bearer, judge_forwarded
from .otlp_replies import failure, success
from .reading import Gone, headers_of, read_request
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

    def __init__(
        self, watch: DirectoryWatch, commit: GroupCommit, *, public_url: str, sandbox: bool = False
    ) -> None:
        self._watch = watch
        self._commit = commit
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
            return failure(refusal, headers)
        except Exception as error:
            return failure(incident(error), headers)

    async def _answer(self, asked: Asked, headers: dict[str, str]) -> Reply:
        bearer = self._bearer(headers)
        if isinstance(bearer, Refused):
            return self._refuse(bearer, headers)
        request = await read_request(asked.scope, asked.receive, headers)
        if isinstance(request, Refused):
            return self._refuse(request, headers)
        judged = await self._judged(request, bearer)
        if isinstance(judged, Refused):
            return self._refuse(judged, headers)
        return await self._stored(judged, headers)

    def _bearer(self, headers: Mapping[str, str]) -> Bearer | Refused:
        """Whose request it is; a token that nobody seems to hold may have been issued a moment ago."""
        now, loop = clock.now(), asyncio.get_running_loop()
        found = admit_bearer(headers, directory=self._watch.ring(loop.time()), now=now, sandbox=self._sandbox)
        if isinstance(found, Refused) and found.code == "otlp.token":
            again = self._watch.ring_again(loop.time())
            return admit_bearer(headers, directory=again, now=now, sandbox=self._sandbox)
        return found

    async def _judged(self, request: Request, bearer: Bearer) -> Forwarded | Refused:
        now = clock.now()
        if len(request.body) <= SMALL:
            return judge_forwarded(request, bearer, now=now, target=self._target)
        return await asyncio.to_thread(judge_forwarded, request, bearer, now=now, target=self._target)

    async def _stored(self, judged: Forwarded, headers: Mapping[str, str]) -> Reply:
        """Success once every batch of the request is durable; otherwise the first reason why it is not."""
        written = (self._written(entry, judged.lane) for entry in judged.entries)
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
        return _place(await waiter, entry)

    def _refuse(self, refused: Refused, headers: Mapping[str, str]) -> Reply:
        note = RefusalNote(
            at=clock.now(), code=refused.code, digest=refused.digest, place=refused.at, keyid=refused.keyid
        )
        self._commit.refuse(note)
        return failure(refused.refusal(), headers)


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
    door = Door(state.watch, state.commit, public_url=state.intake.public_url)
    return _response(await door.answer(asked))


async def _receive_tests(asked: Asked) -> Response:
    state = asked.state
    try:
        commit = await state.sandbox.commit()
    except Refusal as refusal:
        return _response(failure(refusal, headers_of(asked.scope)))
    door = Door(state.watch, commit, public_url=state.intake.public_url + SANDBOX, sandbox=True)
    return _response(await door.answer(asked))


def _response(reply: Reply | None) -> Response:
    if reply is None:
        return Response(status_code=400)
    status, headers, body = reply
    response = Response(body, status_code=status)
    response.raw_headers = headers
    return response
