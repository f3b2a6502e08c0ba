# SPDX-License-Identifier: Apache-2.0
"""The measuring itself, on a small nation."""

from __future__ import annotations

from pathlib import Path

from nadzor.measures.rollup import rows_digest
from nadzor.telemetry.bench import bench_load, bench_rollup
from nadzor.telemetry.bench_lake import FINDINGS, Nation, make_lake
from nadzor.telemetry.rollup import roll_up_lake
from nadzor.telemetry.store import Rollups

SMALL = Nation(studies=3_000, devices=3, installations=6, days=4, labelled=0.2)


def test_the_bench_lake_holds_what_it_says(tmp_path: Path) -> None:
    """Studies come in as many as asked, with five findings each; the same seed gives the same digest."""
    digests = []
    for name in ("one", "two"):
        make_lake(tmp_path / name, SMALL)
        digests.append(roll_up_lake(tmp_path / name, tmp_path / "rollups", bins=SMALL.bins).digest)
    rollups = Rollups.open_at(tmp_path / "rollups")
    taken = rollups.manifest.events["correct"]
    assert digests[0] == digests[1]
    assert rollups.total("studies") == SMALL.studies - taken
    assert rollups.total("scores") == len(FINDINGS) * rollups.total("studies")
    assert rollups.total("labels", dimension="source") == rollups.total("labels")
    assert rows_digest(rollups.rows("labels")) == rollups.digest_of("labels")


def test_rollup_bench_reports_a_ratio() -> None:
    """Time, memory and the scan of the same files come from one run."""
    result = bench_rollup(studies=2_000, days=2)
    assert result.studies == 2_000
    assert result.rows > 0
    assert result.ratio > 0
    assert result.peak_mib > 10


def test_load_bench_counts_what_it_loaded() -> None:
    """Every event of the made journal is loaded, at a rate below that of bare decoding."""
    result = bench_load(events=2_000)
    assert result.events == 2_000
    assert 0 < result.ratio < 1
