# SPDX-License-Identifier: Apache-2.0
"""The public face of the log: checkpoint, hash tiles and proofs of growth, nothing of any entry.

All of it is read from the files that the job `tiles` publishes; no request reaches the journal.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from nadzor.base.home import SANDBOX, Home
from nadzor.base.problems import Refusal
from nadzor.journal.tiles import WITNESSED, TileFiles, checkpoint_of
from nadzor.receipts.tiles import Tile, parse_path, tile_reader
from nadzor.receipts.tree import consistency_proof
from nadzor_wire.base64text import b64
from nadzor_wire.note import Checkpoint

FOR_EVER: Final = {"cache-control": "public, max-age=31536000, immutable"}
FOR_A_MOMENT: Final = {"cache-control": "no-cache"}
PERIOD_S: Final = 5  # the job publishes every two seconds
_SIZE: Final = re.compile(r"0|[1-9][0-9]{0,15}")


def routes(home: Home) -> list[Route]:
    """The addresses of this file."""
    key = home.log_vkey
    log = Face(TileFiles(home.tiles), lambda: key)
    test = Face(TileFiles(home.sandbox_tiles), lambda: _sandbox_vkey(home))
    return [*_of(log, "/log"), *_of(test, SANDBOX + "/log")]


def _of(face: Face, prefix: str) -> list[Route]:
    return [
        Route(f"{prefix}/checkpoint", face.checkpoint),
        Route(f"{prefix}/witnessed", face.witnessed),
        Route(f"{prefix}/consistency", face.consistency),
        Route(prefix + "/{path:path}", face.tile),
    ]


class Face:
    """What one log shows the world."""

    def __init__(self, files: TileFiles, vkey: Callable[[], str]) -> None:
        self._files = files
        self._vkey = vkey

    def checkpoint(self, _request: Request) -> Response:
        """The newest published checkpoint, with the signatures that witnesses have given it so far."""
        self._published()
        note, cosigned = self._files.note(), self._files.note(WITNESSED)
        same = cosigned is not None and note is not None and _text(cosigned) == _text(note)
        return PlainTextResponse(cosigned if same else note, headers=FOR_A_MOMENT)

    def witnessed(self, _request: Request) -> Response:
        """The newest checkpoint that a witness has signed.

        Raises: Refusal log.not-witnessed before the first one did.
        """
        note = self._files.note(WITNESSED)
        if checkpoint_of(note, self._vkey()) is None:
            raise Refusal("log.not-witnessed")
        return PlainTextResponse(note, headers=FOR_A_MOMENT)

    def tile(self, request: Request) -> Response:
        """A tile of the published tree; it never changes.

        Raises: Refusal gateway.not-found for every other address.
        """
        tile = parse_path(request.path_params["path"])
        if tile is None or tile.leaves > self._published().size:
            raise Refusal("gateway.not-found")
        return Response(self._held(tile), media_type="application/octet-stream", headers=FOR_EVER)

    def consistency(self, request: Request) -> Response:
        """Proof (RFC 9162, section 2.1.4) that the tree of `to` leaves only grew from that of `from`.

        Raises: Refusal log.range unless 0 <= from <= to <= the published size.
        """
        published = self._published().size
        old = _number(request.query_params.get("from"))
        size = _number(request.query_params.get("to", str(published)))
        if old is None or size is None or not old <= size <= published:
            raise Refusal("log.range", published=published)
        proof = consistency_proof(old, size, tile_reader(size, self._held))
        return JSONResponse({"from": old, "to": size, "proof": [b64(step) for step in proof]})

    def _published(self) -> Checkpoint:
        found = self._files.published(self._vkey())
        if found is None:
            raise _unpublished()
        return found

    def _held(self, tile: Tile) -> bytes:
        content = self._files.get(tile)
        if content is None:
            raise Refusal("log.tile-lost", tile=tile.path)
        return content


def _sandbox_vkey(home: Home) -> str:
    """The key of the sandbox log, which is made with its first batch; before that there is no such log."""
    try:
        return (home.keys / "sandbox-log.vkey").read_text().strip()
    except FileNotFoundError:
        raise Refusal("gateway.not-found") from None


def _unpublished() -> Refusal:
    return Refusal("log.unpublished", retry_after_s=PERIOD_S)


def _text(note: str) -> str:
    return note.rpartition("\n\n")[0]


def _number(text: str | None) -> int | None:
    return int(text) if text is not None and _SIZE.fullmatch(text) else None
