# SPDX-License-Identifier: Apache-2.0
"""The scheduler keeps its periods apart and survives a task that fails."""

from __future__ import annotations

import os
import signal
import threading
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from nadzor.actions.create_home import create_home
from nadzor.base import clock
from nadzor.base.directory import fresh, open_directory
from nadzor.base.home import Home
from nadzor.base.task_runs import TaskRun, TaskRuns
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


def test_the_loop_ends_when_the_house_asks(tmp_path: Path) -> None:
    """SIGTERM, as `nadzor serve` sends it, ends a loop that was given no other way to stop."""
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}

    def ask(_home: Home) -> str | None:
        os.kill(os.getpid(), signal.SIGTERM)
        return None

    try:
        run(Home.create(tmp_path / "home"), (Task("ask", 5.0, ask),))
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
    assert signal.getsignal(signal.SIGTERM) == before[signal.SIGTERM]


@pytest.mark.django_db
def test_every_task_of_the_house_can_be_done_on_an_empty_one(tmp_path: Path) -> None:
    """On a fresh house each task works and the gateway finds a key directory that is fresh."""
    home = create_home(tmp_path / "home")
    assert [attempt(task, home) for task in TASKS] == [True] * len(TASKS)
    directory = open_directory(home.directory.read_bytes(), home.settings.directory_key)
    assert fresh(directory, clock.now())


def test_what_was_done_is_logged_and_what_failed_as_well(tmp_path: Path) -> None:
    """A line with the outcome when there is one, none when nothing was to do, a failure by name."""
    home = Home.create(tmp_path / "home")
    with capture_logs() as lines:
        attempt(Task("busy", 1.0, lambda _: "7 rows"), home)
        attempt(Task("idle", 1.0, lambda _: None), home)
        attempt(Task("bad", 1.0, lambda _: str(1 // 0)), home)
    assert [(line["event"], line["task"]) for line in lines] == [
        ("jobs.task.done", "busy"),
        ("jobs.task.failed", "bad"),
    ]


def test_after_a_failure_there_is_a_pause(tmp_path: Path) -> None:
    """A task with a short period that fails is not tried, and logged, many times a second."""
    tries: list[int] = []
    stop = threading.Event()

    def fail(_home: Home) -> str | None:
        tries.append(1)
        threading.Timer(0.2, stop.set).start()
        raise OSError("disk full")

    with capture_logs():
        run(Home.create(tmp_path / "home"), (Task("bad", 0.01, fail),), stop=stop)
    assert len(tries) == 1


def test_every_run_leaves_a_note(tmp_path: Path) -> None:
    """How often, how long, and the kind of the last failure, never its words."""
    home = Home.create(tmp_path / "home")

    def fail(_home: Home) -> str | None:
        raise ValueError("a narrative")

    attempt(Task("odd", 1.0, lambda _: None), home)
    attempt(Task("odd", 1.0, fail), home)
    note = TaskRuns(home.root).last("odd")
    assert note is not None
    assert (note.runs, note.failures, note.fault) == (2, 1, "ValueError")
    assert note.ended_at is not None and note.seconds >= 0.0
    assert "narrative" not in (home.root / "run/task-odd.json").read_text()
    attempt(Task("odd", 1.0, lambda _: None), home)
    mended = TaskRuns(home.root).last("odd")
    assert mended is not None and (mended.fault, mended.failures) == ("", 1)


def test_a_task_that_runs_is_noted_as_running(tmp_path: Path) -> None:
    """Whoever looks meanwhile sees that it has begun and not ended."""
    home = Home.create(tmp_path / "home")
    seen: list[TaskRun | None] = []

    def look(given: Home) -> str | None:
        seen.append(TaskRuns(given.root).last("look"))
        return None

    attempt(Task("look", 1.0, look), home)
    assert seen[0] is not None and seen[0].ended_at is None
