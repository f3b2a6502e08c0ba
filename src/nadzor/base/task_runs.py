# SPDX-License-Identifier: Apache-2.0
"""How the house's recurring tasks went: a small file a task, for whoever runs the house."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

import msgspec
from msgspec import Struct

FOLDER: Final = "run"  # of what concerns running processes only
PATIENCE: Final = timedelta(minutes=10)  # a refresh of a large journal takes minutes
MISSED: Final = 3  # periods without a start before a task counts as stuck
SLACK: Final = timedelta(minutes=1)  # a busy machine begins a little later


class TaskRun(Struct, frozen=True, kw_only=True):
    """The last run of one task and the counts of all.

    Units: seconds.  `ended_at` is None while it runs; `fault` is the name of an exception, never its words.
    """

    name: str
    period_s: float
    started_at: datetime
    ended_at: datetime | None = None
    seconds: float = 0.0
    fault: str = ""
    runs: int = 0
    failures: int = 0

    def stuck(self, now: datetime) -> bool:
        """Whether it has run for too long, or has not begun again when it should have."""
        period = timedelta(seconds=self.period_s)
        if self.ended_at is None:
            return now > self.started_at + max(PATIENCE, period)
        return now > self.ended_at + MISSED * period + SLACK


class TaskRuns:
    """The notes of all tasks.

    Durability: none, and none is needed. Concurrency: one writer a task, its file replaced whole.
    Absence: no file, no note; a full disk leaves the old ones.
    """

    def __init__(self, root: Path) -> None:
        self._folder = root / FOLDER

    def note(self, run: TaskRun) -> None:
        """Put one down."""
        file = self._folder / f"task-{run.name}.json"
        fresh = file.with_suffix(".tmp")
        with suppress(OSError):
            self._folder.mkdir(exist_ok=True)
            fresh.write_bytes(msgspec.json.encode(run))
            fresh.replace(file)

    def last(self, name: str) -> TaskRun | None:
        """The note of one task."""
        with suppress(OSError, msgspec.DecodeError):
            return msgspec.json.decode((self._folder / f"task-{name}.json").read_bytes(), type=TaskRun)
        return None

    def all(self) -> list[TaskRun]:
        """Every note, by name."""
        names = [path.stem.removeprefix("task-") for path in sorted(self._folder.glob("task-*.json"))]
        return [run for name in names if (run := self.last(name)) is not None]
