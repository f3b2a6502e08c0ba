# SPDX-License-Identifier: Apache-2.0
"""The measurements run beside the machine's own limit; how large they are is not a test's business."""

from __future__ import annotations

import pytest

from nadzor.base.problems import Refusal
from nadzor.gateway import rehearsal
from nadzor.gateway.bench import bench_batches, bench_ones, bench_pace
from nadzor.gateway.rehearsal import free_port, make_home, make_load, send_all, serving
from nadzor.journal.opening import open_reader
from nadzor.journal.verify import verify_journal


def test_batches_are_measured_beside_typed_decode():
    """By the clock and by processor time, each with its ratio."""
    limit, wall, processor = bench_batches(batch=20, count=32)
    assert limit.value > 0 and limit.ratio is None
    for figure in (wall, processor):
        assert figure.limit == limit.value
        assert 0 < figure.ratio < 1


def test_batches_of_one_are_measured_over_http():
    """Beside nothing but checking signatures."""
    limit, wall, processor, slowest = bench_ones(count=640, workers=1)
    assert 0 < wall.value < limit.value and processor.value > 0
    assert slowest.unit == "ms"


def test_an_even_pace_is_measured():
    """Waiting is counted from when a batch was due, not from when it was sent."""
    assert bench_pace(count=60, workers=1).value > 0


def test_a_rehearsal_is_real(tmp_path):
    """What was measured is in a whole journal without gaps and forks."""
    port = free_port()
    home = make_home(tmp_path / "data", port=port)
    load = make_load(home, batch=3, count=40, streams=4)
    with serving(home, port, workers=1):
        assert len(send_all(port, load)) == load.count == 40
    counts = open_reader(home).counts()
    assert (counts.batches, counts.events, counts.gaps, counts.forks) == (40, 120, 0, 0)
    assert verify_journal(home.journal, home.log_vkey) == []


def test_a_gateway_that_does_not_answer_is_not_measured(tmp_path, monkeypatch):
    """Neither when it never starts, nor when it refuses."""
    port = free_port()
    home = make_home(tmp_path / "data", port=port)
    with serving(home, port, workers=1):
        other = make_home(tmp_path / "other", port=port + 1)
        with pytest.raises(Refusal) as refused:
            send_all(port, make_load(other, batch=1, count=1, streams=1))
    assert (refused.value.code, refused.value.facts["status"]) == ("gateway.silent", "401")
    monkeypatch.setattr(rehearsal, "START_S", 0.1)
    monkeypatch.setattr(rehearsal, "_serve", print)
    with pytest.raises(Refusal), serving(home, port, workers=1):
        pass
