# SPDX-License-Identifier: Apache-2.0
"""Experiment 11: whatever a network does to a connection, each event is stored once and nothing leaks."""

from __future__ import annotations

import random
from collections import Counter

import pytest

from tests.faults import ground
from tests.faults.fault_proxy import CLEAN, Way
from tests.faults.scale import SCALE

pytestmark = pytest.mark.faults

SEED = 11
ENDS = ("close", "reset", "half")
REQUEST, RESPONSE = 2_400, 2_600  # bytes, about: a small batch and its answer
CUTS = 30 * SCALE  # offsets in each direction, for each end


@pytest.fixture
def standing(tmp_path, monkeypatch):
    """A gateway process behind the proxy, and impatient clients."""
    ground.hurry(monkeypatch)
    with ground.standing(tmp_path) as stage:
        yield stage


def cuts(end):
    """Every so many bytes, and some at random, of a request and of an answer."""
    chance = random.Random(SEED)
    for side, length in (("request", REQUEST), ("response", RESPONSE)):
        even = [length * step // CUTS for step in range(CUTS)]
        for at in even + [chance.randrange(length) for _ in range(CUTS)]:
            yield Way(end=end, **{side: at})


def break_every_other(stage, ways):
    """A broken connection, then a whole one, until all ways were walked; then whole ones only."""
    plan = [way for broken in ways for way in (broken, CLEAN)]
    stage.proxy.way = lambda number: plan[number] if number < len(plan) else CLEAN
    return len(plan)


@pytest.mark.parametrize("end", ENDS)
def test_a_connection_may_end_anywhere(standing, end):
    """Cut, reset or half closed after any number of bytes, either way: exactly once, and no leak."""
    planned = break_every_other(standing, cuts(end))
    threads, files = ground.threads(), ground.open_files()
    ids = []
    with standing.client(seal_events=5) as client:
        while standing.proxy.connections < planned:
            ids += ground.report(client, 5)
            assert client.flush(30), f"seed {SEED}, connection {standing.proxy.connections}"
            standing.proxy.cut_all()
    assert standing.stored() == Counter(ids)
    standing.check_log()
    assert ground.settles(ground.threads, threads) and ground.settles(ground.open_files, files)


@pytest.mark.parametrize("side", ["request", "response"])
def test_silence_is_given_up(standing, side):
    """A connection that neither answers nor ends is left after the time for an answer."""
    ways = [Way(end="silent", **{side: at}) for at in range(0, REQUEST, REQUEST // (3 * SCALE))]
    break_every_other(standing, ways)
    with standing.client() as client:
        ids = []
        while standing.proxy.connections < 2 * len(ways):
            ids += ground.report(client, 5)
            assert client.flush(60)
            standing.proxy.cut_all()
    assert standing.stored() == Counter(ids)


def test_a_drip_is_given_up(standing):
    """An answer that comes byte by byte holds the sender no longer than the time for an answer."""
    break_every_other(standing, [Way(bytes_per_s=200.0)])
    with standing.client() as client:
        ids = ground.report(client, 5)
        assert client.flush(8)
    assert standing.stored() == Counter(ids)


def test_delay_costs_time_and_nothing_else(standing):
    """Slow pieces, slower than any retry, deliver all the same."""
    standing.proxy.way = lambda number: Way(delay_s=0.05)
    with standing.client(seal_events=5) as client:
        ids = ground.report(client, 50)
        assert client.flush(30)
    assert standing.stored() == Counter(ids)


def test_a_request_that_arrives_twice_counts_once(standing):
    """A network that repeats whole connections doubles nothing."""
    standing.proxy.way = lambda number: Way(twin=True)
    with standing.client(seal_events=3) as client:
        ids = ground.report(client, 60)
        assert client.flush(30)
    assert standing.stored() == Counter(ids)
    standing.check_log()
