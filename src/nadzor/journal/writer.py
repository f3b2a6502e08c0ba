# SPDX-License-Identifier: Apache-2.0
"""Group commit: whoever arrives while the disk is busy shares the next fsync."""

from __future__ import annotations

import queue
import secrets
import threading
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from contextlib import suppress
from time import perf_counter, sleep
from typing import Any, Final, Protocol, TypeAlias

import structlog
from msgspec import Struct

from nadzor.base.clock import moscow_date
from nadzor.base.problems import Refusal

from .entry import Entry, Outcome, RefusalNote
from .incident import places
from .lanes import Lanes, Room
from .log import RETRY_S

log = structlog.get_logger()

GROUP_MAX: Final = 256  # entries a transaction: bounds how long the lock is held and one thread is busy
GROUP_BYTES_MAX: Final = 16 * 1024 * 1024  # of bodies a transaction, for the same reason
WAITING_MAX: Final = 1_024  # entries in the queue: about two seconds of a slow disk; beyond it senders retry
WAITING_BYTES_MAX: Final = 64 * 1024 * 1024  # of bodies in the queue
LANE_SHARE: Final = 2  # one maker may fill one half of the queue, and loses it as others come
BUSY_RETRY_S: Final = 1
BUSY_SPREAD_S: Final = 4  # senders refused at one moment come back at different ones
LINGER_S: Final = 0.003  # under load wait so long for company: a commit costs what judging two batches does
IDLE_S: Final = 0.2  # after this much quiet, refusals and the newest checkpoint are written down
BUSY_GROUPS: Final = 64  # without any quiet, after so many transactions all the same
NOTES_KEPT: Final = 64  # refusals kept one by one between two writings; all are counted
STOP_S: Final = 30.0

Fate: TypeAlias = Outcome | Refusal
Deliver: TypeAlias = Callable[[Sequence[tuple[Any, Fate]]], None]
Timed: TypeAlias = Callable[[int, float, bool], None]  # entries of a group, seconds it took, whether it held


class _Waiting(Struct, frozen=True):
    entry: Entry
    waiter: Any


class Writes(Protocol):
    """What a journal's writing side can do."""

    def append(self, entries: Sequence[Entry], /) -> list[Outcome]:
        """Store what is new and answer for each entry, in order."""

    def count_refused(self, counts: Counter[tuple[str, str]], kept: Sequence[RefusalNote], /) -> None:
        """Add refusals to their counts, and keep some of them one by one."""

    def settle(self) -> None:
        """Keep the checkpoint signed last."""

    def close(self) -> None:
        """Let the file go."""


class GroupCommit:
    """The one thread that writes to the journal.

    Durability: a fate that is not a refusal is delivered after fsync.
    Order: entries of one lane are stored in the order of `submit`; lanes take turns.
    Concurrency: `submit` and `refuse` from any thread; fates are delivered on the writer's thread, a refusal
    for want of room on the thread that submits.
    Absence: entries still waiting when the process dies were never acknowledged.
    """

    def __init__(
        self, journal: Writes, *, deliver: Deliver | None = None, timed: Timed | None = None
    ) -> None:
        self._journal = journal
        self._deliver = deliver or settle_futures
        self._timed = timed or _untimed
        half = WAITING_MAX // LANE_SHARE, WAITING_BYTES_MAX // LANE_SHARE
        self._lanes: Lanes[_Waiting] = Lanes(Room(WAITING_MAX, WAITING_BYTES_MAX, *half))
        self._bell: queue.SimpleQueue[None] = queue.SimpleQueue()
        self._asleep = False
        self._writing = 0
        self._lock = threading.Lock()
        self._counts: Counter[tuple[str, str]] = Counter()
        self._kept: list[RefusalNote] = []
        self._stopping = False
        self._crowded = False
        self._since_quiet = 0
        self._thread = threading.Thread(target=self._run, name="journal-writer", daemon=True)

    def start(self) -> None:
        """Begin to write."""
        self._thread.start()

    def stop(self) -> None:
        """Take nothing more, write everything that waits, close the journal."""
        with self._lock:
            self._stopping = True
        self._bell.put(None)
        self._thread.join(STOP_S)

    def submit(self, entry: Entry, waiter: Any = None, *, lane: str = "") -> Any:
        """Queue an entry in its maker's lane; the waiter (a new Future by default) gets its fate.

        Raises: Refusal journal.busy when too much waits already.
        """
        waiter = Future[Outcome]() if waiter is None else waiter
        waiting = _Waiting(entry, waiter)
        with self._lock:
            left = [waiting] if self._stopping else self._lanes.put(lane, waiting, len(entry.coded))
            wanted, self._asleep = self._asleep, False
        if wanted:
            self._bell.put(None)
        if left and left[-1] is waiting:
            self._send_away(left[:-1])
            raise busy()
        self._send_away(left)
        return waiter

    def refuse(self, note: RefusalNote) -> None:
        """Count a whole-batch refusal, and keep it if there is room; it is written within `IDLE_S`."""
        with self._lock:
            self._counts[moscow_date(note.at).isoformat(), note.code] += 1
            if len(self._kept) < NOTES_KEPT:
                self._kept.append(note)

    @property
    def waiting(self) -> int:
        """Number of entries that wait or are being written."""
        return self._lanes.count + self._writing

    @property
    def waiting_bytes(self) -> int:
        """Bytes of the bodies that wait."""
        return self._lanes.size

    @property
    def alive(self) -> bool:
        """Whether the thread runs."""
        return self._thread.is_alive()

    def _send_away(self, left: Sequence[_Waiting]) -> None:
        if left:
            self._deliver([(gone.waiter, busy()) for gone in left])

    def _run(self) -> None:
        while True:
            group = self._gather()
            self._crowded = len(group) > 1
            if group:
                self._write(group)
            self._since_quiet += 1
            if not group or self._since_quiet >= BUSY_GROUPS:
                self._write_quietly()
            if not group and self._stopping:
                break
        self._write_quietly()
        self._journal.close()

    def _gather(self) -> list[_Waiting]:
        """What waits now, the lanes in turns; at least one entry unless it is quiet."""
        if not self._something_waits():
            return []
        if self._crowded and not self._stopping:
            sleep(LINGER_S)
        group: list[_Waiting] = []
        size = 0
        with self._lock:
            while len(group) < GROUP_MAX and size < GROUP_BYTES_MAX:
                if (found := self._lanes.take()) is None:
                    break
                group.append(found)
                size += len(found.entry.coded)
            self._writing = len(group)
        return group

    def _something_waits(self) -> bool:
        """Sleep until something waits, a while at most."""
        with self._lock:
            if self._lanes.count or self._stopping:
                return self._lanes.count > 0
            self._asleep = True
        with suppress(queue.Empty):
            self._bell.get(timeout=IDLE_S)
        self._asleep = False
        return self._lanes.count > 0

    def _write(self, group: list[_Waiting]) -> None:
        fates: Sequence[Fate]
        began = perf_counter()
        try:
            fates = self._journal.append([waiting.entry for waiting in group])
        except Refusal as refusal:
            log.error("journal.append.failed", code=refusal.code, batches=len(group), cause=_cause(refusal))
            fates = [refusal] * len(group)
        except Exception as error:
            kind, where = type(error).__name__, places(error)
            log.error("journal.append.broke", batches=len(group), kind=kind, places=where)
            fates = [Refusal("journal.unavailable", retry_after_s=RETRY_S)] * len(group)
        self._writing = 0
        self._timed(len(group), perf_counter() - began, not isinstance(fates[0], Refusal))
        self._deliver([(waiting.waiter, fate) for waiting, fate in zip(group, fates, strict=True)])

    def _write_quietly(self) -> None:
        """Write down refusals and the newest checkpoint; what fails is tried again next time."""
        self._since_quiet = 0
        with self._lock:
            counts, kept = self._counts, self._kept
            self._counts, self._kept = Counter(), []
        try:
            if counts or kept:
                self._journal.count_refused(counts, kept)
            else:
                self._journal.settle()
        except Refusal as refusal:
            log.error("journal.refusals.failed", code=refusal.code, cause=_cause(refusal))
            with self._lock:
                self._counts.update(counts)
                self._kept = (kept + self._kept)[:NOTES_KEPT]


def busy() -> Refusal:
    """Come back in a moment, and not all at the same one."""
    return Refusal("journal.busy", retry_after_s=BUSY_RETRY_S + secrets.randbelow(BUSY_SPREAD_S))


def _untimed(_entries: int, _seconds: float, _held: bool) -> None:
    """Nobody asks how long it took."""


def settle_futures(fates: Sequence[tuple[Any, Fate]]) -> None:
    """Deliver fates to futures: an outcome as the result, a refusal as the exception."""
    for waiter, fate in fates:
        if isinstance(fate, Refusal):
            waiter.set_exception(fate)
        else:
            waiter.set_result(fate)


def _cause(refusal: Refusal) -> str:
    """The kind of error behind a refusal; its text may name a path, so it is not logged."""
    return type(refusal.__cause__).__name__
