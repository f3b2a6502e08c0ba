# SPDX-License-Identifier: Apache-2.0
"""The operator's numbers: what they count, who may read them, and what is never among them."""

from __future__ import annotations

import asyncio
import json
import re
import shutil
from datetime import timedelta

import msgspec
import pytest
import structlog

from nadzor.base import clock
from nadzor.gateway import health
from nadzor.gateway.app import create_app
from nadzor.gateway.health import SteadyClock
from nadzor.gateway.meter import Meter
from nadzor.gateway.metrics import Board, render
from tests.unit.gateway.door import running
from tests.unit.gateway.house import (
    DEVICE,
    INSTALLATION,
    NOW,
    SITE,
    URL,
    fresh_stream,
    publish,
    request,
    study,
)

LINE = re.compile(r'[a-z_]+(\{[a-z]+="[^"{}]*"(,[a-z]+="[^"{}]*")*\})? -?[0-9.e+-]+|# (HELP|TYPE) [a-z_]+ .+')


def played(home, script, **how):
    """What a script of requests gives, against a gateway whose clients seem to be on this machine."""

    async def play():
        publish(home, now=clock.now())
        async with running(create_app(home, public_url=URL, **how)) as ask:
            return await script(ask)

    with structlog.testing.capture_logs():
        return asyncio.run(play())


def numbers(text):
    """The page as a dictionary from series to value; every line has the format's form."""
    assert all(LINE.fullmatch(line) for line in text.splitlines()), text
    plain = [line.rsplit(" ", 1) for line in text.splitlines() if not line.startswith("#")]
    return {name: float(value) for name, value in plain}


def test_everything_that_happens_is_counted(home):
    """Requests by answer, events by fate, batch sizes, commits; nothing that names a clinic or a device."""
    (home.keys / "metrics.token").write_text("open-sesame\n")

    async def script(ask):
        stream = fresh_stream()
        made = request(study(1), b"{", study(2), now=clock.now(), stream=stream)
        for _ in range(2):
            await ask("POST", "/v1/batches", made.headers, made.body)
        await ask("POST", "/v1/batches", {}, b"")
        return await ask("GET", "/metrics", {"Authorization": "Bearer open-sesame"})

    reply = played(home, script)
    found = numbers(reply.body.decode())
    assert reply.headers["content-type"].startswith("text/plain; version=0.0.4")
    for series, value in {
        'nadzor_gateway_requests_total{log="main",code="ok",worker="0"}': 2,
        'nadzor_gateway_requests_total{log="main",code="batch.content-type",worker="0"}': 1,
        'nadzor_gateway_events_total{log="main",fate="accepted",worker="0"}': 2,
        'nadzor_gateway_events_total{log="main",fate="rejected",worker="0"}': 1,
        'nadzor_gateway_events_total{log="main",fate="repeated",worker="0"}': 3,
        'nadzor_gateway_batch_events_bucket{le="1.0",worker="0"}': 0,
        'nadzor_gateway_batch_events_bucket{le="+Inf",worker="0"}': 1,
        'nadzor_gateway_batch_events_sum{worker="0"}': 3,
        'nadzor_gateway_waiting{worker="0"}': 0,
        "nadzor_log_size": 1,
        "nadzor_directory_installations": 1,
    }.items():
        assert found[series] == value, series
    assert found['nadzor_gateway_commit_seconds_count{worker="0"}'] >= 1
    assert found["nadzor_disk_free_bytes"] > 0 and found["nadzor_directory_age_seconds"] >= 0
    assert not [name for name in (DEVICE, INSTALLATION, SITE) if name in reply.body.decode()]


@pytest.mark.parametrize(
    "headers",
    [{}, {"Authorization": "Bearer wrong"}, {"Authorization": "Bearer "}],
    ids=["none", "wrong", "empty"],
)
def test_to_strangers_the_address_does_not_exist(home, headers):
    """Without the token, and not from this machine: the same 404 as anywhere."""
    (home.keys / "metrics.token").write_text("open-sesame")
    reply = played(home, lambda ask: ask("GET", "/metrics", headers))
    assert (reply.status, json.loads(reply.body)["code"]) == (404, "gateway.not-found")


def test_an_empty_token_opens_nothing(home):
    """A file that was emptied is not a token that everybody knows."""
    (home.keys / "metrics.token").write_text("\n")
    assert played(home, lambda ask: ask("GET", "/metrics", {"Authorization": "Bearer"})).status == 404


def test_workers_show_each_others_numbers(home):
    """Whichever is asked shows all; a file that is half written or of another edition is passed over."""
    meter = Meter()
    meter.answered("main", "journal.busy")
    for worker in (0, 1):
        Board(home.root, worker).leave(msgspec.structs.replace(meter.tally(), waiting=worker))
    (home.root / "run" / "gateway-7.json").write_bytes(b"{")
    found = numbers(render(Board(home.root, 0).all(), {}))
    assert found['nadzor_gateway_requests_total{log="main",code="journal.busy",worker="1"}'] == 1
    assert found['nadzor_gateway_waiting{worker="1"}'] == 1
    assert not [name for name in found if 'worker="7"' in name]
    Board(home.root, 0).clear()
    assert Board(home.root, 0).all() == {}


def test_numbers_that_cannot_be_left_are_left_out(home):
    """A disk without room for them is no reason to stop."""
    board = Board(home.root, 0)
    (home.root / "run").write_text("in the way")
    board.leave(Meter().tally())
    assert board.all() == {}


@pytest.mark.parametrize("condition", ["disk", "signer", "taking", "journal"])
def test_readiness_names_the_condition_that_fails(home, monkeypatch, condition):
    """Each alone makes the gateway unready, and no other is blamed."""
    if condition == "disk":
        monkeypatch.setattr(shutil, "disk_usage", lambda _path: shutil._ntuple_diskusage(1, 1, 1_000))
    if condition == "signer":
        monkeypatch.setattr(health, "signer_is_ours", lambda _home: False)
    if condition == "taking":
        (home.root / "read-only").touch()

    async def script(ask):
        return await ask("GET", "/health/ready")

    if condition == "journal":
        monkeypatch.setattr(Meter, "__init__", _failing_meter)
    reply = played(home, script)
    page = json.loads(reply.body)
    assert (reply.status, [name for name in health.CONDITIONS if not page[name]]) == (503, [condition])


def _failing_meter(self, _made=Meter.__init__):
    _made(self)
    self.failing = True


def test_a_clock_that_is_set_is_distrusted_for_a_while():
    """A jump either way, not a slew; after a minute it is good again."""
    steady = SteadyClock()
    steady.look(NOW, 0.0)
    steady.look(NOW + timedelta(seconds=1.5), 1.0)
    assert steady.good(1.0)
    steady.look(NOW + timedelta(seconds=12), 2.0)
    assert not steady.good(2.0)
    steady.look(NOW + timedelta(seconds=2), 3.0)
    assert not steady.good(62.0) and steady.good(63.0)
