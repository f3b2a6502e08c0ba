# SPDX-License-Identifier: Apache-2.0
"""Group commit: whoever arrives while the disk is busy shares the next fsync."""

from __future__ import annotations

import queue
import threading
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from time import sleep
from typing import Any, Final, TypeAlias

import structlog
from msgspec import Struct

from nadzor.base.clock import moscow_date
from nadzor.base.problems import Refusal

from .entry import Entry, Outcome, RefusalNote
from .incident import places
from .log import RETRY_S, Journal

log = structlog.get_logger()

GROUP_MAX: Final = 256  # entries a transaction: bounds how long the lock is held and one thread is busy
WAITING_MAX: Final = 1_024  # entries in the queue: about two seconds of a slow disk; beyond it senders retry
WAITING_BYTES_MAX: Final = 64 * 1024 * 1024  # of bodies in the queue
BUSY_RETRY_S: Final = 1
LINGER_S: Final = 0.003  # under load wait so long for company: a commit costs what judging two batches does
IDLE_S: Final = 0.2  # after this much quiet, refusals and the newest checkpoint are written down
BUSY_GROUPS: Final = 64  # without any quiet, after so many transactions all the same
NOTES_KEPT: Final = 64  # refusals kept one by one between two writings; all are counted
STOP_S: Final = 30.0

Fate: TypeAlias = Outcome | Refusal
Deliver: TypeAlias = Callable[[Sequence[tuple[Any, Fate]]], None]


class _Waiting(Struct, frozen=True):
    entry: Entry
    waiter: Any


class GroupCommit:
    """The one thread that writes to the journal.

    Durability: a fate that is not a refusal is delivered after fsync.
    Order: entries are stored in the order of `submit`.
    Concurrency: `submit` and `refuse` from any thread; fates are delivered on the writer's thread.
    Absence: entries still waiting when the process dies were never acknowledged.
    """

    def __init__(self, journal: Journal, *, deliver: Deliver | None = None) -> None:
        self._journal = journal
        self._deliver = deliver or settle_futures
        self._queue: queue.SimpleQueue[_Waiting | None] = queue.SimpleQueue()
        self._lock = threading.Lock()
        self._waiting = self._waiting_bytes = 0
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
        self._queue.put(None)
        self._thread.join(STOP_S)

    def submit(self, entry: Entry, waiter: Any = None) -> Any:
        """Queue an entry; the waiter (a new Future by default) gets its fate.

        Raises: Refusal journal.busy when too much waits already.
        """
        waiter = Future[Outcome]() if waiter is None else waiter
        size = len(entry.coded)
        with self._lock:
            full = self._waiting >= WAITING_MAX or self._waiting_bytes + size > WAITING_BYTES_MAX
            if full or self._stopping:
                raise Refusal("journal.busy", retry_after_s=BUSY_RETRY_S)
            self._waiting += 1
            self._waiting_bytes += size
        self._queue.put(_Waiting(entry, waiter))
        return waiter

    def refuse(self, note: RefusalNote) -> None:
        """Count a whole-batch refusal, and keep it if there is room; it is written within `IDLE_S`."""
        with self._lock:
            self._counts[moscow_date(note.at).isoformat(), note.code] += 1
            if len(self._kept) < NOTES_KEPT:
                self._kept.append(note)

    @property
    def waiting(self) -> int:
        """Number of entries that wait."""
        return self._waiting

    def _run(self) -> None:
        while True:
            group, last = self._gather()
            self._crowded = len(group) > 1
            if group:
                self._write(group)
            self._since_quiet += 1
            if not group or self._since_quiet >= BUSY_GROUPS:
                self._write_quietly()
            if last:
                break
        self._write_quietly()
        self._journal.close()

    def _gather(self) -> tuple[list[_Waiting], bool]:
        """What waits now, at least one entry unless it is quiet; and whether the end was reached."""
        group: list[_Waiting] = []
        try:
            found = self._queue.get(timeout=IDLE_S)
            if self._crowded:
                sleep(LINGER_S)
            while found is not None:
                group.append(found)
                if len(group) >= GROUP_MAX:
                    return group, False
                found = self._queue.get_nowait()
        except queue.Empty:
            return group, False
        return group, True

    def _write(self, group: list[_Waiting]) -> None:
        fates: Sequence[Fate]
        try:
            fates = self._journal.append([waiting.entry for waiting in group])
        except Refusal as refusal:
            log.error("journal.append.failed", code=refusal.code, batches=len(group), cause=_cause(refusal))
            fates = [refusal] * len(group)
        except Exception as error:
            kind, where = type(error).__name__, places(error)
            log.error("journal.append.broke", batches=len(group), kind=kind, places=where)
            fates = [Refusal("journal.unavailable", retry_after_s=RETRY_S)] * len(group)
        with self._lock:
            self._waiting -= len(group)
            self._waiting_bytes -= sum(len(waiting.entry.coded) for waiting in group)
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
