# SPDX-License-Identifier: Apache-2.0
"""An isolated network and the real house: out on a medium, into the log, and back."""

from __future__ import annotations

import json
from base64 import b64decode

import pytest

from nadzor_sdk import Client, clock
from nadzor_sdk.__main__ import main
from nadzor_wire.batch import HEADER
from nadzor_wire.receipt import decode_receipt, verify_receipt
from tests.faults import ground

DAY = 86_400


@pytest.fixture
def island(tmp_path, monkeypatch):
    """A gateway process, and a credential file whose owner cannot reach it."""
    monkeypatch.setattr("nadzor_sdk.sender.LOOK_EVERY_S", 0.02)
    with ground.standing(tmp_path) as stage:
        (tmp_path / "i.json").write_bytes(stage.credential.encode())
        yield stage


def run(folder, *words):
    """A command with its files in the folder."""
    return main([str(folder / word) if "." in word else word for word in words])


def travel(folder):
    """Carries the file and settles its answers; both exit codes."""
    return (
        run(folder, "carry", "out.jsonl", "--out", "answers.jsonl"),
        run(folder, "settle", "--credential", "i.json", "answers.jsonl"),
    )


def export(folder, monkeypatch, *, days_ago):
    """Exports with the clock of some days ago."""
    with monkeypatch.context() as past:
        past.setattr(clock, "now_s", lambda: clock.now_ns() / 1e9 - days_ago * DAY)
        assert run(folder, "export", "--credential", "i.json", "--out", "out.jsonl") == 0


def record(stage, count):
    """Studies of a client whose gateway is away; their ids."""
    dead = stage.credential.encode().replace(stage.proxy.url.encode(), b"http://127.0.0.1:9")
    away = json.loads(dead)
    with Client(away, spool=stage.folder / "i.spool", heartbeat_every_s=None, seal_events=20) as client:
        ids = ground.report(client, count)
        client.close(timeout=0.1)
    return ids


def test_a_month_on_a_medium(island, tmp_path, monkeypatch):
    """Signed 34 days ago, carried twice: stored once, the receipts prove it, and the spool is empty."""
    ids = record(island, 50)
    export(tmp_path, monkeypatch, days_ago=34)
    assert run(tmp_path, "carry", "out.jsonl", "--out", "first.jsonl") == 0
    assert travel(tmp_path) == (0, 0)
    assert sorted(island.stored()) == sorted(ids) and set(island.stored().values()) == {1}
    first, second = (answers_of(tmp_path / name) for name in ("first.jsonl", "answers.jsonl"))
    assert [found.leaf for found in first] == [found.leaf for found in second]
    assert all(verify_receipt(found, island.home.log_vkey).size for found in first)
    assert not list((tmp_path / "i.spool").glob("s-*"))
    island.check_log()
    assert len(island.ledger()) == 0


def answers_of(path):
    """The receipts of a file of answers."""
    lines = [json.loads(line) for line in path.read_text().splitlines()[1:]]
    return [decode_receipt(b64decode(line["body"])) for line in lines]


def test_too_old_is_exported_again(island, tmp_path, monkeypatch):
    """After 36 days the gateway refuses the signature; the same bytes, signed anew, are taken."""
    ids = record(island, 5)
    export(tmp_path, monkeypatch, days_ago=36)
    before = bodies_of(tmp_path / "out.jsonl")
    assert travel(tmp_path) == (1, 1) and not island.stored()
    export(tmp_path, monkeypatch, days_ago=0)
    assert bodies_of(tmp_path / "out.jsonl") == before
    assert travel(tmp_path) == (0, 0) and sorted(island.stored()) == sorted(ids)


def bodies_of(path):
    """What travels in a file, by place."""
    lines = [json.loads(line) for line in path.read_text().splitlines()[1:]]
    return {line["headers"][HEADER]: line["body"] for line in lines}
