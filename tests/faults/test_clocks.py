# SPDX-License-Identifier: Apache-2.0
"""Experiment 13: a client's clock may be years off, jump, or change its zone; order and delivery stay."""

from __future__ import annotations

import json
import random
import time
from collections import Counter
from contextlib import closing
from datetime import datetime

import pytest

from nadzor_sdk import clock
from nadzor_sdk.direct import StreamState, send_batch
from tests.faults import ground
from tests.faults.scale import SCALE
from tests.unit.gateway.house import lines_of, study
from tests.wire_samples import EVENT

pytestmark = pytest.mark.faults

YEAR_S = 365.25 * 86_400
REAL_S, REAL_NS = time.time, time.time_ns
JUMPS = 8 * SCALE


@pytest.fixture
def standing(tmp_path, monkeypatch):
    """A gateway process behind the proxy, and impatient clients."""
    ground.hurry(monkeypatch)
    with ground.standing(tmp_path) as stage:
        yield stage


@pytest.fixture
def set_clock(monkeypatch):
    """Sets the client's clock so many seconds off."""

    def off_by(seconds):
        monkeypatch.setattr("nadzor_sdk.clock.now_s", lambda: REAL_S() + seconds)
        monkeypatch.setattr("nadzor_sdk.clock.now_ns", lambda: REAL_NS() + int(seconds * 1e9))

    return off_by


def flagged(stage):
    """Codes noted on events that were counted."""
    return Counter(verdict.code for record, _ in stage.records() for verdict in record.verdicts.flagged)


@pytest.mark.parametrize("years", [-10, 10])
def test_ten_years_off(standing, set_clock, years):
    """The refusal tells the gateway's time, the batch is signed with it; only what lies ahead is flagged."""
    set_clock(years * YEAR_S)
    with standing.client() as client:
        ids = ground.report(client, 20)
        assert client.flush(20)
        assert abs(client.health().clock_offset_ms / 1000 + years * YEAR_S) < 60
    assert standing.stored() == Counter(ids)
    assert flagged(standing) == ({"event.future-time": 20} if years > 0 else {})


@pytest.mark.parametrize("seed", range(2))
def test_jumps_keep_the_order(standing, set_clock, seed):
    """A clock that jumps between batches, years or minutes: everything once, in the order of the calls."""
    chance, ids = random.Random(seed), []
    with standing.client() as client:
        for _ in range(JUMPS):
            set_clock(chance.choice([1, -1]) * chance.choice([0.1, 400.0, 5_000.0, YEAR_S, 9 * YEAR_S]))
            ids += ground.report(client, 5)
            assert client.flush(20), f"seed {seed}, last error {client.health().last_error}"
    lines = [json.loads(line)["id"] for _, lines in standing.records() for line in lines]
    assert lines == ids, f"seed {seed}"


def test_a_change_of_zone_or_of_summer_time(standing, monkeypatch):
    """Each event carries the offset its clinic's clock had; the instants stay in order."""
    ids, offsets = [], []
    with standing.client() as client:
        for zone in ("MSK-3", "EST5", "EDT4", "NPT-5:45", "LINT-14"):
            monkeypatch.setenv("TZ", zone)
            time.tzset()
            monkeypatch.setattr("nadzor_sdk.clock._zone_until_ns", 0)
            ids += ground.report(client, 3)
            offsets += [clock.local(time.time_ns()).utcoffset()] * 3
        assert client.flush(20)
    monkeypatch.undo()
    time.tzset()
    events = [json.loads(line) for _, lines in standing.records() for line in lines]
    moments = [datetime.fromisoformat(event["at"]) for event in events]
    assert [event["id"] for event in events] == ids
    assert [moment.utcoffset() for moment in moments] == offsets and len(set(offsets)) == 5
    assert moments == sorted(moments)


def test_a_leap_second_is_no_reason_to_lose_others(standing):
    """23:59:60 is refused where it is said, and alone: in the client, and at the gateway if it gets there."""
    leap = "2016-12-31T23:59:60Z"
    with standing.client() as client:
        assert client.study(**EVENT, at=leap) == "" and client.health().drops == {"invalid": 1}
        ids = ground.report(client, 2)
        assert client.flush(20)
    good, bad = lines_of(study(1), study(2))
    with closing(StreamState()) as state:
        answer = send_batch(standing.credential, [good, spoilt(bad, leap)], state)
    assert (answer.accepted, [verdict.seq for verdict in answer.rejected]) == (1, [2])
    assert set(ids) < set(standing.stored())


def spoilt(line, at):
    """The line at another time."""
    return json.dumps(json.loads(line) | {"at": at}, separators=(",", ":")).encode()
