# SPDX-License-Identifier: Apache-2.0
"""What the SDK says about itself: numbers and codes, never values."""

from __future__ import annotations

import logging
from threading import RLock

from msgspec import Struct

logger = logging.getLogger("nadzor_sdk")


class Health(Struct, frozen=True, kw_only=True):
    """A moment's view of one client."""

    captured: int  # events this process has put on disk
    unreceipted: int  # events on disk that no receipt covers, of all streams this process owns
    receipted: int  # events whose receipt this process has verified
    spool_bytes: int
    drops: dict[str, int]  # events that were not spooled, by reason
    rejected: dict[str, int]  # events the platform refused one by one, by code
    refused: dict[str, int]  # whole batches given up, by code
    withheld: int  # events replaced by a placeholder because the platform saw personal details
    last_receipt_at: float | None  # seconds since 1970
    last_error: str | None  # the last thing that went wrong with sending; None after a receipt
    clock_offset_ms: int  # server time minus ours, when it last mattered
    closed: bool


class Counters:
    """The numbers behind `Health`, shared by the callers and the sender."""

    def __init__(self) -> None:
        self._lock = RLock()  # a signal handler may report while its own thread counts
        self.drops: dict[str, int] = {}
        self.rejected: dict[str, int] = {}
        self.refused: dict[str, int] = {}
        self.captured = 0
        self.receipted = 0
        self.withheld = 0
        self.last_receipt_at: float | None = None
        self.last_error: str | None = None
        self.clock_offset_ms = 0

    def capture(self) -> None:
        """One event is on disk."""
        with self._lock:
            self.captured += 1

    def drop(self, reason: str) -> None:
        """One event was not spooled."""
        if _notable(count := self._count(self.drops, reason)):
            logger.warning("nadzor events dropped so far: %d, %s", count, reason)

    def reject(self, code: str) -> None:
        """The platform refused one event."""
        if _notable(count := self._count(self.rejected, code)):
            logger.warning("nadzor events rejected by the platform so far: %d, %s", count, code)

    def refuse(self, code: str) -> None:
        """A whole batch was given up."""
        self._count(self.refused, code)
        logger.error("nadzor batch refused by the platform: %s", code)

    def fail(self, code: str) -> None:
        """Sending went wrong; nothing is lost."""
        if self.last_error != code:
            logger.warning("nadzor cannot send, events stay on disk: %s", code)
        self.last_error = code

    def _count(self, table: dict[str, int], key: str) -> int:
        with self._lock:
            table[key] = table.get(key, 0) + 1
            return table[key]


def _notable(count: int) -> bool:
    """Whether a count is worth a line in the host's log: 1, 10, 100 and so on."""
    return str(count).strip("0") == "1"
