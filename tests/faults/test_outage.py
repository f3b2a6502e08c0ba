# SPDX-License-Identifier: Apache-2.0
"""Experiment 7: the gateway is away for seconds, minutes or a day, and nothing is lost."""

from __future__ import annotations

import resource
from collections import Counter
from contextlib import contextmanager
from pathlib import Path

import pytest

from nadzor_sdk import Client
from nadzor_sdk.delivery import LONGEST_WAIT_S
from tests.faults.hours import Hours
from tests.faults.scale import SCALE
from tests.stub_gateway import Fault, StubGateway
from tests.wire_samples import EVENT

pytestmark = pytest.mark.faults

MEMORY_MAX = 5 * 1024 * 1024  # bytes of growth while the spool fills
STEPS = 200  # in which an outage passes
SEAL, FLUSH_S = 500, 60.0

OUTAGES = {
    "20 seconds at 50 a second": (20.0, 1_000),
    "10 minutes at 50 a second": (600.0, 30_000),
    "24 hours": (86_400.0, 40_000 * min(SCALE, 4)),
}


@pytest.fixture
def hours(monkeypatch):
    """Time on a string; the sender looks around once in a long while."""
    monkeypatch.setattr("nadzor_sdk.sender.LOOK_EVERY_S", 60.0)
    return Hours(monkeypatch)


class Away(StubGateway):
    """A gateway that answers 503, or nothing, until it is back, and whose clock is ours."""

    def __init__(self, hours, fault):
        super().__init__()
        self._hours, self.back = hours, False
        self.fault = lambda attempt, header: None if self.back else fault

    def receive(self, headers, body):
        """Take a batch at the time that the hours tell."""
        self.clock_offset_s = self._hours.passed
        return super().receive(headers, body)


def resident():
    """Bytes of this process in memory."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * resource.getpagesize()


def live_through(hours, client, notes, *, seconds, events):
    """Report through an outage and note the ids on disk; by how much memory grew after the first tenth."""
    before = 0
    with notes.open("w") as file:
        for step in range(STEPS):
            file.writelines(client.study(**EVENT) + "\n" for _ in range(events // STEPS))
            hours.pass_by(seconds / STEPS)
            before = resident() if step == STEPS // 10 else before
    return resident() - before


@contextmanager
def reporting(credential, spool):
    """A client that ends without waiting, since no time passes by itself."""
    options = {"heartbeat_every_s": None, "seal_events": SEAL, "flush_every_s": FLUSH_S}
    client = Client(credential, spool=spool, **options)
    try:
        yield client
    finally:
        client.close(timeout=0)


@pytest.mark.parametrize("fault", [Fault(status=503), Fault(cut="before")], ids=["503", "no answer"])
@pytest.mark.parametrize("outage", OUTAGES)
def test_an_outage_costs_nothing_but_time(hours, tmp_path, outage, fault):
    """Loss 0, memory flat, few attempts; afterwards each batch goes out once, within minutes."""
    seconds, events = OUTAGES[outage]
    with Away(hours, fault) as gateway, reporting(gateway.credential, tmp_path / "spool") as client:
        grown = live_through(hours, client, tmp_path / "ids", seconds=seconds, events=events)
        assert client.health().unreceipted == events and not client.health().drops
        assert grown <= MEMORY_MAX
        assert gateway.attempts <= 2 * (8 + seconds / (LONGEST_WAIT_S / 2))
        gateway.back, gateway.attempts, away_until = True, 0, hours.passed
        while client.health().unreceipted and hours.passed < away_until + 600:
            hours.pass_by(1.0)
        assert hours.passed - away_until <= 1.25 * LONGEST_WAIT_S + FLUSH_S + 1.0
        assert gateway.attempts <= events / SEAL + 2
        assert Counter(event["id"] for event in gateway.events()) == Counter(
            (tmp_path / "ids").read_text().split()
        )
