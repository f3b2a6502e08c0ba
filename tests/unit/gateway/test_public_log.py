# SPDX-License-Identifier: Apache-2.0
"""The log as the world reads it: no more than the published tree, and nothing of any entry."""

from __future__ import annotations

import asyncio
import json

import pytest

from nadzor.actions.publish_tiles import publish_tiles
from nadzor.base import clock
from nadzor.base.home import SANDBOX
from nadzor.gateway.app import create_app
from nadzor.journal.tiles import WITNESSED, TileFiles
from nadzor.receipts.tiles import Tile, root_from_tiles
from nadzor_wire.base64text import unb64
from nadzor_wire.merkle import verify_consistency
from nadzor_wire.note import Checkpoint, open_note
from tests.unit.actions.test_publish_tiles import grow
from tests.unit.gateway.door import running
from tests.unit.gateway.house import URL, publish


def asking(home, *paths):
    """The replies to some GET requests."""

    async def play():
        publish(home, now=clock.now())
        async with running(create_app(home, public_url=URL)) as ask:
            return [await ask("GET", path) for path in paths]

    return asyncio.run(play())


def code_of(reply):
    """Status and code of a problem document."""
    return reply.status, json.loads(reply.body)["code"]


def checkpoint_in(reply, vkey):
    """The checkpoint in a reply, which must be the log's."""
    return Checkpoint.parse(open_note(reply.body.decode(), vkey))


@pytest.fixture
def grown(home):
    """A home with 300 published batches."""
    grow(home.log, 300)
    publish_tiles(home)
    return home


def test_nothing_is_shown_before_the_job_has_run(home):
    """A receipt can be had; the public log asks for patience; a sandbox nobody needed is not there."""
    *replies, sandbox = asking(
        home, "/log/checkpoint", "/log/tile/0/000", "/log/consistency?from=0", SANDBOX + "/log/checkpoint"
    )
    assert [code_of(reply) for reply in replies] == [(503, "log.unpublished")] * 3
    assert {reply.headers["retry-after"] for reply in replies} == {"5"}
    assert code_of(sandbox) == (404, "gateway.not-found")


def test_the_checkpoint_is_the_published_one(grown):
    """Batches that came since are not in it until their tiles are."""
    grow(grown.log, 5, first=301)
    (before,) = asking(grown, "/log/checkpoint")
    publish_tiles(grown)
    (after,) = asking(grown, "/log/checkpoint")
    sizes = [checkpoint_in(reply, grown.log_vkey).size for reply in (before, after)]
    assert sizes == [300, 305]
    assert before.headers["cache-control"] == "no-cache"
    assert before.headers["content-type"] == "text/plain; charset=utf-8"


def test_tiles_add_up_to_the_checkpoint(grown):
    """The root comes from what the addresses give, and every tile may be cached for ever."""
    names = {tile: f"/log/{tile.path}" for tile in (Tile(0, 0), Tile(0, 1, 44), Tile(1, 0, 1))}
    note, *replies = asking(grown, "/log/checkpoint", *names.values())
    tiles = {tile: reply.body for tile, reply in zip(names, replies, strict=True)}
    assert root_from_tiles(300, tiles.__getitem__) == checkpoint_in(note, grown.log_vkey).root
    assert {reply.headers["cache-control"] for reply in replies} == {"public, max-age=31536000, immutable"}
    assert {reply.headers["content-type"] for reply in replies} == {"application/octet-stream"}


@pytest.mark.parametrize(
    "path",
    [
        "tile/entries/000", "tile/0/001", "tile/0/001.p/45", "tile/1/000", "tile/1/000.p/2", "tile/2/000.p/1",
        "tile/0/../../keys/log.key", "tile/0/%2e%2e/%2e%2e/keys/log.key", "../keys/log.key", "tile", "",
        "nadzor.json", "witnesses.json", "tile/0/000.p", "tile/0/0", "tile//0/000", "tile/0/000\x00",
    ],
)  # fmt: skip
def test_every_other_address_is_nothing(grown, path):
    """Entries, tiles beyond the published tree, other files and ways out of the directory: not found."""
    (reply,) = asking(grown, f"/log/{path}")
    assert code_of(reply) == (404, "gateway.not-found")


def test_a_tile_that_is_not_published_yet_is_not_shown(grown):
    """Written before a crash, beyond the checkpoint: it may still be taken back."""
    TileFiles(grown.tiles).put(Tile(0, 1, 45), bytes(45 * 32))
    (reply,) = asking(grown, "/log/tile/0/001.p/45")
    assert code_of(reply) == (404, "gateway.not-found")


def test_a_lost_file_is_told_as_our_fault(grown):
    """Not as an address that never was."""
    (grown.tiles / "tile/0/000").unlink()
    replies = asking(grown, "/log/tile/0/000", "/log/consistency?from=7")
    assert [code_of(reply) for reply in replies] == [(500, "log.tile-lost")] * 2


def test_growth_is_proved_to_anyone(grown):
    """Between any two published sizes; `to` is the published size when absent."""
    files = TileFiles(grown.tiles)
    roots = {size: root_from_tiles(size, files.get) for size in (1, 255, 256, 300)}
    asked = [(1, 300), (255, 256), (256, 300), (300, 300)]
    replies = asking(grown, *(f"/log/consistency?from={old}&to={size}" for old, size in asked))
    for (old, size), reply in zip(asked, replies, strict=True):
        page = json.loads(reply.body)
        proof = [unb64(step, size=32) for step in page["proof"]]
        assert (page["from"], page["to"]) == (old, size)
        assert verify_consistency(old, size, proof, roots[old], roots[size])
    ((whole),) = asking(grown, "/log/consistency?from=0")
    assert json.loads(whole.body) == {"from": 0, "to": 300, "proof": []}


@pytest.mark.parametrize(
    "query",
    ["", "from=-1", "from=1&to=301", "from=9&to=8", "from=x", "from=01", "from=1&to=", "from=" + "9" * 400],
)
def test_other_sizes_are_refused(grown, query):
    """What was not published has no proof, and what is no number is not read as one."""
    (reply,) = asking(grown, f"/log/consistency?{query}")
    assert code_of(reply) == (400, "log.range")


def test_witnesses_signatures_come_with_the_checkpoint_they_signed(grown):
    """A note with more signatures is shown while it speaks of the published tree, and beside it later."""
    files = TileFiles(grown.tiles)
    cosigned = files.note() + "\u2014 witness.example AAAAAAAAAAA=\n"
    (none,) = asking(grown, "/log/witnessed")
    assert code_of(none) == (404, "log.not-witnessed")
    files.put_note(cosigned, WITNESSED)
    shown = asking(grown, "/log/checkpoint", "/log/witnessed")
    assert [reply.body.decode() for reply in shown] == [cosigned] * 2
    grow(grown.log, 1, first=301)
    publish_tiles(grown)
    newest, witnessed = asking(grown, "/log/checkpoint", "/log/witnessed")
    assert witnessed.body.decode() == cosigned
    assert checkpoint_in(newest, grown.log_vkey).size == 301


def test_the_sandbox_shows_its_own_log(home):
    """Its checkpoint opens under its own key, its tiles are its own."""
    grow(home.sandbox(), 3)
    grow(home.log, 1)
    publish_tiles(home)
    note, tile, none = asking(
        home, *(SANDBOX + path for path in ("/log/checkpoint", "/log/tile/0/000.p/3", "/log/tile/0/000.p/4"))
    )
    assert checkpoint_in(note, home.sandbox().vkey).size == 3
    assert len(tile.body) == 96
    assert code_of(none) == (404, "gateway.not-found")
