# SPDX-License-Identifier: Apache-2.0
"""The scheduler keeps its periods apart and survives a task that fails."""

from __future__ import annotations

import threading
from pathlib import Path

from nadzor.base.home import Home
from nadzor.jobs.loop import TASKS, Task, attempt, run


def test_a_failing_task_is_reported_and_not_raised(tmp_path: Path) -> None:
    """One bad task must not stop the key directory from being published."""

    def fail(_home: Home) -> str | None:
        raise OSError("disk full")

    assert attempt(Task("bad", 1.0, fail), Home.create(tmp_path / "home")) is False


def test_a_slow_task_does_not_delay_another(tmp_path: Path) -> None:
    """While one task hangs, the other keeps its period; the loop ends when asked."""
    stop, ticked = threading.Event(), threading.Event()
    ticks: list[int] = []

    def hang(_home: Home) -> str | None:
        stop.wait(10)
        return None

    def tick(_home: Home) -> str | None:
        ticks.append(1)
        if len(ticks) == 3:
            ticked.set()
        return "ticked"

    tasks = (Task("slow", 5.0, hang), Task("quick", 0.01, tick))
    loop = threading.Thread(target=run, args=(Home.create(tmp_path / "home"), tasks), kwargs={"stop": stop})
    loop.start()
    assert ticked.wait(5)
    stop.set()
    loop.join(5)
    assert not loop.is_alive()


def test_the_directory_is_published_well_within_its_validity() -> None:
    """The period leaves the gateway three chances before a directory goes stale."""
    periods = {task.name: task.period_s for task in TASKS}
    assert periods["directory"] * 3 < 60
