# SPDX-License-Identifier: Apache-2.0
"""The one object a maker works with."""

from __future__ import annotations

import atexit
import os
import weakref
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from threading import RLock
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from nadzor_sdk import clock
from nadzor_sdk.compose import SDK_VERSION, Composer, Dropped
from nadzor_sdk.health import Counters, Health, logger
from nadzor_sdk.segments import Retired
from nadzor_sdk.settings import Settings
from nadzor_sdk.tally import Tally

if TYPE_CHECKING:
    from typing import Unpack

    from nadzor_sdk import fields
    from nadzor_sdk.credentials import CredentialFile, Source
    from nadzor_sdk.debug import DebugLog, Sink
    from nadzor_sdk.sender import Sender
    from nadzor_sdk.settings import Options
    from nadzor_wire.enrolment import Credential

Transport: TypeAlias = Literal["http", "debug"]
Hook: TypeAlias = Callable[[dict[str, Any]], "dict[str, Any] | None"]

_URGENT = frozenset(("adverse_event", "heartbeat"))  # taken from the spool's reserve
MOVES_MAX = 8  # changes of stream in the time of one call; there is hardly ever one
EXIT_S = 2.0  # how long an exiting process waits for its last receipts; what remains is safe on disk


class Client:
    """Reports what a medical AI does.

    Durability: what a call returned an id for is on disk and survives SIGKILL of the process; power loss
    can take the last `flush_every_s`. Order: by return, per process. Retries: without end, in the
    background. Concurrency: any thread, any process after a fork. Absence: a call returns "" if the event
    was not taken; `health().drops` says why.

    After the constructor nothing here raises into the host, unless `strict=True` was asked for.
    """

    def __init__(
        self,
        credential: Source | None = None,
        *,
        spool: str | os.PathLike[str] | None = None,
        before_send: Hook | None = None,
        transport: Transport = "http",
        **options: Unpack[Options],
    ) -> None:
        self._debug: DebugLog | None = None
        if transport == "debug":
            self._debug, credential, spool = _debug(spool)
        self._credentials = _credentials(credential)
        self._settings = Settings(spool=_spool_path(credential, self._credentials, spool), **options)
        self._counters = Counters()
        self._tally = _tally(self)
        self._composer = Composer(self._settings.purpose, before_send)
        self._lock = RLock()
        self._sender: Sender | None = None
        self._closed = False
        self._start()
        _clients.add(self)

    @classmethod
    def debug(
        cls, sink: Sink | None = None, *, before_send: Hook | None = None, **options: Unpack[Options]
    ) -> Client:
        """A client that reports nothing: each sealed batch goes to `sink`, or is printed to standard error.

        It needs no credential and no network; the rest is as real as it gets, spool and receipts included.
        """
        client = cls(transport="debug", before_send=before_send, **options)
        if sink and client._debug:
            client._debug.sink = sink
        return client

    def study(self, **event: Unpack[fields.Study]) -> str:
        """One study passed through the device."""
        return self._capture("study", event)

    def review(self, **event: Unpack[fields.Review]) -> str:
        """A physician's verdict."""
        return self._capture("review", event)

    def truth(self, **event: Unpack[fields.Truth]) -> str:
        """What later proved true."""
        return self._capture("truth", event)

    def fault(self, **event: Unpack[fields.Fault]) -> str:
        """A malfunction outside a study."""
        return self._capture("fault", event)

    def change(self, **event: Unpack[fields.Change]) -> str:
        """The software changed."""
        return self._capture("change", event)

    def correct(self, **event: Unpack[fields.Correct]) -> str:
        """An earlier event was an honest mistake."""
        return self._capture("correct", event)

    def adverse_event(self, **event: Unpack[fields.AdverseEvent]) -> str:
        """Information on an adverse event; durable against power loss when the call returns."""
        event_id = self._capture("adverse_event", event)
        self._make_durable()
        return event_id

    def flush(self, timeout: float = 10.0) -> bool:
        """Whether all that was captured so far has its verified receipt, within the time."""
        sender = self._sender
        return sender is None or sender.flush(timeout)

    def close(self, timeout: float = 5.0) -> None:
        """Sends what it can within the time and stops; what remains waits on disk for the next process."""
        with self._lock:
            if self._closed:
                return
            self._closed = True
            sender = self._sender
        try:
            if sender is not None:
                until = clock.monotonic() + timeout
                sender.flush(timeout)
                sender.stop(max(0.2, until - clock.monotonic()))
            self._tally.release()
            if self._debug:
                self._debug.clear(self._settings.spool)
        except Exception:
            logger.exception("nadzor client did not close cleanly; events stay on disk")

    def health(self) -> Health:
        """Numbers and codes of this process."""
        counters, sender = self._counters, self._sender
        return Health(
            captured=counters.captured,
            unreceipted=sender.pending() if sender else 0,
            receipted=counters.receipted,
            spool_bytes=sender.spool_bytes() if sender else 0,
            drops=dict(counters.drops),
            rejected=dict(counters.rejected),
            refused=dict(counters.refused),
            withheld=counters.withheld,
            last_receipt_at=counters.last_receipt_at,
            last_ack_age_s=counters.ack_age_s(),
            last_error=counters.last_error,
            clock_offset_ms=counters.clock_offset_ms,
            log_alarm=counters.log_alarm,
            closed=self._closed,
            transport="debug" if self._debug else "http",
        )

    def __enter__(self) -> Client:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _capture(self, kind: str, event: Mapping[str, Any]) -> str:
        try:
            event_id, line = self._composer.compose(kind, event)
            self._append(kind, line)
        except Dropped as dropped:
            self._drop(kind, dropped.reason)
            if self._settings.strict and dropped.reason == "invalid":
                raise ValueError(dropped.detail) from None
            return ""
        except OSError:
            self._drop(kind, "disk_full")
            return ""
        except Exception:
            logger.exception("nadzor could not take an event")
            self._drop(kind, "sdk_internal")
            return ""
        return event_id

    def _append(self, kind: str, line: bytes) -> None:
        sender = self._sender or self._start()
        log = sender.current.log
        if log.bytes >= sender.room.sure and not sender.room.admits(log, urgent=kind in _URGENT):
            raise Dropped("spool_full")
        try:
            number = log.append(line)
        except Retired:
            number = self._append_elsewhere(sender, line)
        counters = self._counters
        with counters.lock:
            counters.captured += 1
        if number % self._settings.seal_events == 0:
            sender.wake.set()

    def _append_elsewhere(self, sender: Sender, line: bytes) -> int:
        """The client was closed, or the stream was left for a new one a moment ago."""
        for _ in range(MOVES_MAX):
            if self._closed:
                break
            with suppress(Retired):
                return sender.current.log.append(line)
        raise Dropped("closed")

    def _drop(self, kind: str, reason: str) -> None:
        """Counts an event of the host's; a heartbeat that found no room is nobody's loss."""
        if kind != "heartbeat":
            self._counters.drop(reason)
            self._tally.add(reason)

    def _make_durable(self) -> None:
        try:
            if self._sender:
                self._sender.current.log.sync()
        except OSError as bad:
            self._counters.fail(f"disk.{bad.errno}")

    def _start(self) -> Sender:
        from nadzor_sdk.sender import Sender  # cryptography and http are not needed to import the SDK

        with self._lock:
            if self._closed:
                raise Dropped("closed")
            if self._sender is None:
                sender = Sender(self._credentials, self._settings, self._counters, self._debug)
                sender.heartbeat, sender.inherit = self._beat, self._tally.inherit
                sender.start()
                self._sender = sender
            return self._sender

    def _beat(self) -> None:
        health, drops = self.health(), self._tally.counts()
        event = {
            "spool_events": health.unreceipted,
            "spool_bytes": health.spool_bytes,
            "drops": drops,
            "sdk": SDK_VERSION,
            "clock_offset_ms": health.clock_offset_ms,
        }
        if self._capture("heartbeat", event):
            self._tally.told(drops)

    def _forked(self) -> None:
        """In a child: its own locks, counters, thread and, with the first event, its own stream."""
        sender, self._sender, self._lock, self._counters = self._sender, None, RLock(), Counters()
        self._tally.abandon()
        self._tally = _tally(self)
        if sender is not None:
            sender.abandon_in_child()


def _credentials(source: Source | None) -> CredentialFile:
    from nadzor_sdk.credentials import CredentialFile

    if source is None:
        raise TypeError('Client needs a credential, or transport="debug"')
    return CredentialFile(source)


def _debug(spool: object) -> tuple[DebugLog, Credential, Path]:
    from nadzor_sdk.debug import DebugLog, debug_credential, debug_spool

    if spool is not None:  # its events would be forgotten on the word of nobody
        raise ValueError("the debug transport takes no spool; it makes one of its own and removes it")
    log = DebugLog()
    return log, debug_credential(log.vkey), debug_spool()


def _spool_path(source: object, found: CredentialFile, spool: str | os.PathLike[str] | None) -> Path:
    """Where the events wait: as told, else beside the credential's file, else in the home directory."""
    if spool is not None:
        return Path(spool)
    if isinstance(source, (str, os.PathLike)):
        return Path(source).with_suffix(".spool")
    return Path.home() / ".nadzor" / "spool" / found.current().installation


def _tally(client: Client) -> Tally:
    """The client's count of untold drops; its lock goes with the client."""
    tally = Tally(client._settings.spool)
    weakref.finalize(client, tally.release)
    return tally


def _close_all() -> None:
    for client in list(_clients):
        client.close(EXIT_S)


def _fork_all() -> None:
    for client in list(_clients):
        client._forked()


_clients: weakref.WeakSet[Client] = weakref.WeakSet()
atexit.register(_close_all)
os.register_at_fork(after_in_child=_fork_all)
