# SPDX-License-Identifier: Apache-2.0
"""The bench runs what it says it runs."""

from __future__ import annotations

import pytest

from nadzor.actions.bench_detectors import bench_detectors, bench_drift, bench_prior
from nadzor.detect.dossier import DETECTORS


def test_all_detectors_are_timed_and_add_up():
    """Each detector has a figure; together they are about the whole."""
    times = bench_detectors(devices=4, days=120)
    assert tuple(times.seconds) == DETECTORS
    assert sum(times.seconds.values()) == pytest.approx(times.total_s, rel=0.2)
    assert times.rows > 4 * 120


def test_a_verdict_and_a_fit_are_timed():
    """Scores are binned before the clock of the verdict runs; every pair of the table is scored."""
    drift, prior = bench_drift(1_000), bench_prior(reports=300)
    assert (drift.scores, 0 < prior.pairs <= 300) == (1_000, True)
    assert drift.verdict_s > 0 and prior.fit_s > 0
