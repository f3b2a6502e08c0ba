# SPDX-License-Identifier: Apache-2.0
"""What one process of the gateway has done, in numbers: no names of clinics, no values of events."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from typing import Final

from msgspec import Struct

from nadzor.journal.entry import Repeated, Stored

COMMIT_S: Final = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
EVENTS: Final = (1.0, 10.0, 50.0, 100.0, 250.0, 500.0, 1_000.0, 2_500.0, 5_000.0)
LOGS: Final = ("main", "sandbox")


class Spread(Struct):
    """A histogram: how many values were at most each bound, the last beyond all; and their sum."""

    bounds: tuple[float, ...]
    counts: list[int]
    total: float = 0.0

    @classmethod
    def over(cls, bounds: tuple[float, ...]) -> Spread:
        """An empty one."""
        return cls(bounds, [0] * (len(bounds) + 1))

    def add(self, value: float) -> None:
        """Count one value."""
        self.counts[bisect_left(self.bounds, value)] += 1
        self.total += value


class Tally(Struct):
    """The numbers of one process since it began; keys are `log/code` and `log/fate`."""

    requests: dict[str, int]
    events: dict[str, int]
    batches: Spread
    commits: Spread
    connections: int = 0
    closed: dict[str, int] = {}
    waiting: int = 0
    waiting_bytes: int = 0
    held_bytes: int = 0


class Meter:
    """Counts as things happen. `committed` may be called from the writer's thread, the rest from the loop."""

    def __init__(self) -> None:
        self._requests: Counter[tuple[str, str]] = Counter()
        self._events: Counter[tuple[str, str]] = Counter()
        self._batches = Spread.over(EVENTS)
        self._commits = Spread.over(COMMIT_S)
        self.closed: Counter[str] = Counter()
        self.failing = False

    def answered(self, log: str, code: str) -> None:
        """One request got its answer: `ok`, or the code of a refusal."""
        self._requests[log, code] += 1

    def stored(self, log: str, outcome: Stored) -> None:
        """One batch was stored, or had been before."""
        self._requests[log, "ok"] += 1
        rejected = len(outcome.rejected)
        if isinstance(outcome, Repeated):
            self._events[log, "repeated"] += outcome.accepted + rejected
            return
        self._events[log, "accepted"] += outcome.accepted
        if rejected:
            self._events[log, "rejected"] += rejected
        self._batches.add(outcome.accepted + rejected)

    def committed(self, _entries: int, seconds: float, held: bool) -> None:
        """One transaction ended, well or not."""
        self._commits.add(seconds)
        self.failing = not held

    def tally(self) -> Tally:
        """The numbers as they stand."""
        return Tally(
            requests={"/".join(key): count for key, count in self._requests.items()},
            events={"/".join(key): count for key, count in self._events.items()},
            batches=self._batches,
            commits=self._commits,
            closed=dict(self.closed),
        )
