# SPDX-License-Identifier: Apache-2.0
"""Experiment 17: many clients come back at once; they come spread out, and the gateway stays small."""

from __future__ import annotations

import random
import time
from collections import Counter
from pathlib import Path
from statistics import mean, pstdev

import pytest

from nadzor_sdk.delivery import LONGEST_WAIT_S, wait_s
from tests.faults import ground
from tests.faults.fault_proxy import CLEAN, Way
from tests.faults.scale import SCALE
from tests.stub_gateway import eventually

pytestmark = pytest.mark.faults

SENDERS = 1_000  # in reckoning
CLIENTS = 60 * min(SCALE, 4)  # in flesh, each with a thread of its own
EVENTS = 20
LONGEST_S = 2.0  # they wait no longer than this, so that the herd is back in seconds
BIN_S = 3.0
SYNCHRONY_MAX = 0.5  # coefficient of variation of arrivals a bin; all at once in one of ten bins would be 3
GROWTH_MAX = 64 * 1024  # KiB of the gateway's memory


def first_arrivals(chance, *, back_at):
    """When each sender's first attempt after the outage comes, if all failed first at the same instant."""
    for _ in range(SENDERS):
        moment, attempt = 0.0, 0
        while moment < back_at:
            moment += wait_s(attempt, jitter=chance.random())
            attempt += 1
        yield moment - back_at


def synchrony(arrivals, *, within_s):
    """Coefficient of variation of the number of arrivals in equal bins."""
    bins = Counter(int(moment / BIN_S) for moment in arrivals)
    counts = [bins[number] for number in range(int(within_s / BIN_S))]
    return pstdev(counts) / mean(counts)


@pytest.mark.parametrize("back_at", [300.0, 3_600.0, 86_400.0])
def test_a_thousand_senders_do_not_return_in_step(back_at):
    """After minutes or a day of outage, first attempts fall evenly over the longest wait's lesser half."""
    arrivals = list(first_arrivals(random.Random(17), back_at=back_at))
    assert max(arrivals) <= LONGEST_WAIT_S
    assert synchrony(arrivals, within_s=LONGEST_WAIT_S / 2) <= SYNCHRONY_MAX


class Door:
    """The proxy's door: shut until it opens, and who knocked when."""

    def __init__(self):
        self.opened_at = None
        self.knocks = []

    def __call__(self, number):
        self.knocks.append(time.monotonic())
        return CLEAN if self.opened_at else Way(request=0, end="reset")

    def open(self):
        """Let everybody in from now on."""
        self.opened_at = time.monotonic()

    def arrivals(self):
        """Seconds from the opening to each knock after it."""
        return [moment - self.opened_at for moment in self.knocks if moment >= self.opened_at]


def most_at_once(arrivals, window_s):
    """The greatest number of arrivals in any window of this length."""
    return max(sum(begin <= moment < begin + window_s for moment in arrivals) for begin in arrivals)


def resident_kib(pid):
    """Memory of a process."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS"))


def test_a_herd_of_real_clients_comes_back_spread_out(tmp_path, monkeypatch):
    """Clients that met the same closed door are delivered exactly once, by a gateway that stays small."""
    ground.hurry(monkeypatch, longest_s=LONGEST_S)
    with ground.standing(tmp_path) as stage:
        door = stage.proxy.way = Door()
        clients = [stage.client(spool=f"spool-{number}") for number in range(CLIENTS)]
        ids = [event_id for client in clients for event_id in ground.report(client, EVENTS)]
        assert eventually(lambda: len(door.knocks) >= 8 * CLIENTS, within_s=60)  # long waits by now
        before = resident_kib(stage.gateway.pid)
        door.open()
        assert eventually(lambda: not any(client.health().unreceipted for client in clients), within_s=60)
        grown = resident_kib(stage.gateway.pid) - before
        for client in clients:
            client.close()
        assert stage.stored() == Counter(ids)
    assert grown <= GROWTH_MAX
    assert (
        most_at_once(door.arrivals(), LONGEST_S / 10) <= CLIENTS * 2 / 3
    )  # half when nothing else runs here
