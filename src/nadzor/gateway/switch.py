# SPDX-License-Identifier: Apache-2.0
"""Read-only mode: batches wait outside while an operator works on the journal; everything else is shown.

A file named `read-only` in the data directory turns it on within a second and its absence off again;
`nadzor serve --read-only` holds it on for as long as it serves.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from nadzor.base.problems import Refusal
from nadzor.journal.entry import Entry, Outcome, RefusalNote

NAME: Final = "read-only"
LOOK_S: Final = 1.0
RETRY_S: Final = 30  # work on a journal takes minutes; senders keep what they have


class ReadOnly:
    """Whether batches are taken, looked up no more than once a second."""

    def __init__(self, root: Path, *, held: bool = False) -> None:
        self._path = root / NAME
        self._held = held
        self._looked_at = float("-inf")
        self._there = False

    def on(self, monotonic_s: float) -> bool:
        """Whether batches are to wait."""
        if self._held:
            return True
        if monotonic_s - self._looked_at >= LOOK_S:
            self._looked_at = monotonic_s
            self._there = self._path.exists()
        return self._there

    def must_be_off(self, monotonic_s: float) -> None:
        """Raises: Refusal gateway.read-only while batches are to wait."""
        if self.on(monotonic_s):
            raise Refusal("gateway.read-only", retry_after_s=RETRY_S)


class Shut:
    """Stands where the journal's writing side would, while a gateway is held read-only and opens none."""

    def append(self, _entries: Sequence[Entry]) -> list[Outcome]:
        """Raises: Refusal gateway.read-only, always."""
        raise Refusal("gateway.read-only", retry_after_s=RETRY_S)

    def count_refused(self, _counts: Counter[tuple[str, str]], _kept: Sequence[RefusalNote]) -> None:
        """Refusals are counted by the meter alone."""

    def settle(self) -> None:
        """Nothing is kept."""

    def close(self) -> None:
        """Nothing is open."""
