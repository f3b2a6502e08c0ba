# SPDX-License-Identifier: Apache-2.0
"""Notes of recurring tasks: kept whole, read back, and stuck ones recognised."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from nadzor.base.task_runs import TaskRun, TaskRuns

NOW = datetime(2026, 11, 22, 9, tzinfo=UTC)


@pytest.mark.parametrize(
    "ended, ago, stuck",
    [(True, 60, False), (True, 70, True), (False, 60, False), (False, 601, True)],
)
def test_a_stuck_task_is_one_that_hangs_or_begins_no_more(ended, ago, stuck):
    """Ten minutes of one run, or a minute beyond three missed periods."""
    then = NOW - timedelta(seconds=ago)
    run = TaskRun(name="tiles", period_s=2.0, started_at=then, ended_at=then if ended else None)
    assert run.stuck(NOW) is stuck


def test_a_note_is_read_back_and_rubbish_is_none(tmp_path):
    """By name, in order; a file that is not a note counts as no note."""
    runs = TaskRuns(tmp_path)
    assert runs.all() == [] and runs.last("tiles") is None
    notes = [TaskRun(name=name, period_s=2.0, started_at=NOW) for name in ("tiles", "mail")]
    for one in notes:
        runs.note(one)
    (tmp_path / "run/task-bad.json").write_text("{")
    assert runs.all() == sorted(notes, key=lambda one: one.name)


def test_a_disk_that_refuses_costs_the_note_alone(tmp_path):
    """Where the folder cannot be made nothing is raised."""
    (tmp_path / "run").write_text("in the way")
    runs = TaskRuns(tmp_path)
    runs.note(TaskRun(name="tiles", period_s=2.0, started_at=NOW))
    assert runs.all() == []
