# SPDX-License-Identifier: Apache-2.0
"""What the SDK says about itself: numbers and codes, never values."""

from __future__ import annotations

import logging
from threading import RLock

from msgspec import Struct

from nadzor_sdk import clock

logger = logging.getLogger("nadzor_sdk")


class Health(Struct, frozen=True, kw_only=True):
    """A moment's view of one client."""

    captured: int  # events this process has put on disk
    unreceipted: int  # events on disk that no receipt covers, of all streams this process owns
    receipted: int  # events whose receipt this process has verified
    spool_bytes: int  # of the whole spool, whichever process wrote them
    drops: dict[str, int]  # events that were not spooled, by reason
    rejected: dict[str, int]  # events the platform refused one by one, by code
    refused: dict[str, int]  # whole batches given up, by code
    withheld: int  # events replaced by a placeholder because the platform saw personal details
    last_receipt_at: float | None  # seconds since 1970; of this spool, so a dead process's counts too
    last_ack_age_s: float | None  # seconds since then; None if no receipt was ever seen here
    last_error: str | None  # the last thing that went wrong with sending; None after a receipt
    clock_offset_ms: int  # server time minus ours, when it last mattered
    log_alarm: str | None  # how the public log contradicts our receipts; stays until a person looks
    closed: bool
    transport: str  # "http", or "debug": nothing is reported


class Counters:
    """The numbers behind `Health`, shared by the callers and the sender."""

    def __init__(self) -> None:
        self.lock = RLock()  # a signal handler may report while its own thread counts
        self.drops: dict[str, int] = {}
        self.rejected: dict[str, int] = {}
        self.refused: dict[str, int] = {}
        self.captured = 0
        self.receipted = 0
        self.withheld = 0
        self.last_receipt_at: float | None = None
        self.last_error: str | None = None
        self.log_alarm: str | None = None
        self.clock_offset_ms = 0
        self._acked_at: float | None = None  # by the monotonic clock: no jump of the other makes it young

    def start(self, *, last_receipt_at: float | None, now: float) -> None:
        """What the spool remembers of its last receipt."""
        if self.last_receipt_at is None and last_receipt_at is not None:
            self.last_receipt_at = last_receipt_at
            self._acked_at = clock.monotonic() - max(0.0, now - last_receipt_at)

    def receipt(self, events: int, *, at: float) -> None:
        """The receipt of so many events was verified."""
        self.receipted += events
        self.last_receipt_at, self._acked_at = at, clock.monotonic()
        self.last_error = None

    def ack_age_s(self) -> float | None:
        """Seconds since the last receipt."""
        return None if self._acked_at is None else clock.monotonic() - self._acked_at

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
        with self.lock:
            table[key] = table.get(key, 0) + 1
            return table[key]


def _notable(count: int) -> bool:
    """Whether a count is worth a line in the host's log: 1, 10, 100 and so on."""
    return str(count).strip("0") == "1"
