# SPDX-License-Identifier: Apache-2.0
"""Writers take turns."""

from __future__ import annotations

from pathlib import Path
from threading import Barrier, Thread

from nadzor.telemetry.load import load_lake
from nadzor.telemetry.manifest import read_manifest
from nadzor.telemetry.turn import in_turn
from tests.engines.twin import TwinJournal


def test_the_second_waits_for_the_first(tmp_path: Path) -> None:
    """While one writes, the other does not begin."""
    order: list[str] = []
    ready = Barrier(2)

    def second() -> None:
        ready.wait()
        with in_turn(tmp_path):
            order.append("second")

    waiting = Thread(target=second)
    with in_turn(tmp_path):
        waiting.start()
        ready.wait()
        waiting.join(0.1)
        order.append("first")
    waiting.join()
    assert order == ["first", "second"]


def test_loads_at_the_same_time_agree(tmp_path: Path, told: TwinJournal) -> None:
    """A job and a person load at once: the lake is whole, and each reports all of it."""
    reports = []
    loads = [Thread(target=lambda: reports.append(load_lake(tmp_path, told, step=4))) for _ in range(3)]
    for load in loads:
        load.start()
    for load in loads:
        load.join()
    assert {report.rows for report in reports} == {8}
    assert sorted(report.batches for report in reports) == [0, 0, 10]
    assert read_manifest(tmp_path).journal_size == 10
