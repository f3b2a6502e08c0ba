# SPDX-License-Identifier: Apache-2.0
"""The thread that takes records from disk to the gateway and back to verified receipts."""

from __future__ import annotations

from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from threading import Condition, Event, Thread

from nadzor_sdk import clock, ids
from nadzor_sdk.credentials import CredentialFile
from nadzor_sdk.delivery import HOLD_S, Response, server_time, step_for, wait_s
from nadzor_sdk.exchange import Carrier, Exchange
from nadzor_sdk.health import Counters, logger
from nadzor_sdk.oversee import Overseer
from nadzor_sdk.placeholders import withheld_line
from nadzor_sdk.room import Room
from nadzor_sdk.settings import Settings
from nadzor_sdk.settling import Settling
from nadzor_sdk.spool import Spool, clear_nurseries
from nadzor_sdk.stream import Sealed, Stream
from nadzor_wire.coding import Coding
from nadzor_wire.receipt import ReceiptError, decode_answer, verify_answer

ADOPT_EVERY_S = 30.0  # how soon the events of a process that died are taken over by a living one
LOOK_EVERY_S = 1.0  # no pause keeps the thread longer from making durable, beating, and giving way
RESIGNS_MAX = 2  # in a row: a third refusal for time means that the clocks run apart, not off


class Sender:
    """Delivers what the spool holds, one batch in flight per stream.

    Durability: a record leaves the disk only after a receipt that names it was verified under the pinned
    log key. Order: within a stream by number. Retries: as `delivery.step_for` says, with jitter. Absence:
    if the gateway never answers, everything stays on disk. Concurrency: while somebody carries batches of
    this spool by hand, nothing is sent and the streams are let go.
    """

    def __init__(
        self, credentials: CredentialFile, settings: Settings, counters: Counters, carrier: Carrier | None
    ) -> None:
        self._credentials, self._settings, self._counters = credentials, settings, counters
        self._carrier = carrier
        self._credential = credentials.current()
        self._exchange = Exchange(self._credential, carrier=carrier)
        self._spool = Spool(settings.spool, refused_max=settings.spool_max_bytes // 8)
        clear_nurseries(settings.spool)
        counters.start(last_receipt_at=self._spool.last_answer_at(), now=clock.now_s())
        self._overseer = Overseer(settings.spool, counters)
        self._settling = Settling(self._spool, counters, move_to=self._leave_behind)
        self._settling.coding = settings.coding or ("zstd" if find_spec("zstandard") else "gzip")
        self.heartbeat: Callable[[], None] = lambda: None
        self.inherit: Callable[[], bool] = lambda: False
        carried = self._spool.turns.taken()
        self._orphans: list[Stream] = [] if carried else self._spool.adopt()
        self._given: list[Path] = []  # streams let go of while they held unreceipted records
        self.current = self._spool.open(self._orphans)
        self.room = Room(settings.spool, settings.spool_max_bytes)
        self.settled = Condition()
        self.wake = Event()
        self._flushing = 0  # callers waiting in flush
        self._stopping = False
        self._attempt = self._resigns = 0
        self._not_before = self._synced_at = 0.0
        self._adopt_at = clock.monotonic() + (0.0 if carried else ADOPT_EVERY_S)
        self._beat_at = clock.monotonic() + (settings.heartbeat_every_s or 0.0)
        self._thread = Thread(target=self._run, name="nadzor-sender", daemon=True)

    def start(self) -> None:
        """Begins to send; tells soon of what dead processes dropped."""
        if self.inherit():
            self._beat_at = clock.monotonic()
        self._thread.start()

    @property
    def coding(self) -> Coding:
        """How batches are coded at the moment."""
        return self._settling.coding

    def pending(self) -> int:
        """Records of all streams here that no receipt covers."""
        return sum(stream.pending for stream in self._streams())

    def spool_bytes(self) -> int:
        """Bytes of the whole spool, whoever wrote them."""
        self.room.look(self.current.log)
        return self.room.taken(self.current.log)

    def flush(self, timeout_s: float) -> bool:
        """Whether all that was captured before the call is settled, within the time."""
        until = clock.monotonic() + timeout_s
        with self.settled:
            self._flushing += 1
            try:
                return self._wait_settled(until)
            finally:
                self._flushing -= 1

    def stop(self, timeout_s: float) -> None:
        """Ends the thread, also inside a request; what is pending stays on disk for the next process."""
        self._stopping = True
        self.wake.set()
        until = clock.monotonic() + timeout_s
        while self._thread.is_alive() and clock.monotonic() < until:
            self._exchange.abort()  # again, in case a connection was just being made
            self._thread.join(min(timeout_s, 0.05))
        if self._thread.is_alive():  # looking up a name, or a disk hangs: the system cleans up at exit
            return
        self._exchange.close()
        for stream in self._streams():
            self._leave(stream)

    def abandon_in_child(self) -> None:
        """After a fork: the descriptors are the parent's, and so are the streams."""
        for stream in self._streams():
            stream.abandon()

    def _wait_settled(self, until: float) -> bool:
        current, target = self.current, self.current.log.last
        while not self._settled_upto(current, target):
            left = until - clock.monotonic()
            if left <= 0:
                return False
            self.wake.set()
            self.settled.wait(min(left, 0.05))
            if current is not self.current:  # moved to a new stream meanwhile
                current, target = self.current, self.current.log.last
        return True

    def _settled_upto(self, current: Stream, target: int) -> bool:
        if current.place.settled < target or any(orphan.pending for orphan in self._orphans):
            return False
        return not any(folder.exists() for folder in self._given)

    def _streams(self) -> list[Stream]:
        return [*self._orphans, self.current]

    def _leave(self, stream: Stream) -> None:
        try:
            stream.log.sync()
            if not stream.pending:
                return self._spool.finish(stream)
        except OSError as bad:
            self._counters.fail(f"disk.{bad.errno}")
        return stream.release()

    def _run(self) -> None:
        while not self._stopping:
            self.wake.wait(self._pause())
            self.wake.clear()
            try:
                self._round(clock.monotonic())
            except OSError as bad:
                self._counters.fail(f"disk.{bad.errno}")
                self._synced_at = 0.0
                self._back_off()
            except Exception:
                logger.exception("nadzor sender failed; events stay on disk")
                self._counters.fail("sdk.internal")
                self._back_off()
            with self.settled:
                self.settled.notify_all()

    def _pause(self) -> float:
        """Seconds until something may have to be done."""
        rest = self._not_before - clock.monotonic()
        if rest > 0:
            return min(rest, self._settings.flush_every_s, LOOK_EVERY_S)
        return 0.01 if self._flushing else min(self._settings.flush_every_s, LOOK_EVERY_S)

    def _round(self, now: float) -> None:
        """One pass over all streams: make durable, take over orphans, send what is ready."""
        self._make_durable(now)
        self.room.refresh(self.current.log)
        if self._settings.heartbeat_every_s and now >= self._beat_at:
            self._beat_at = now + self._settings.heartbeat_every_s
            self.heartbeat()
        if self._spool.turns.taken():
            return self._give_way(now)
        if now >= self._adopt_at:
            self._adopt_at = now + ADOPT_EVERY_S
            self._orphans += self._spool.adopt()
            self.inherit()
        self._renew()
        if self._carrier is None:
            self._overseer.look(self._credential, now)
        return self._deliver()

    def _deliver(self) -> None:
        for stream in self._streams():
            while not self._stopping and clock.monotonic() >= self._not_before:
                if not self._advance(stream):
                    break
        for orphan in [stream for stream in self._orphans if not stream.pending]:
            self._orphans.remove(orphan)
            self._spool.finish(orphan)

    def _give_way(self, now: float) -> None:
        """Lets go of every stream that holds records, and looks for them again when the carrier is done."""
        with self.settled:
            leaving, self._orphans = self._orphans, []
            if self.current.log.last:
                leaving.append(self.current)
                self._move_on(leaving)
                leaving[-1].log.retire()
            self._given = [folder for folder in self._given if folder.exists()]
            self._given += [stream.folder for stream in leaving if stream.pending]
        for stream in leaving:
            self._leave(stream)
        self._adopt_at = now

    def _move_on(self, predecessors: list[Stream]) -> None:
        self.current = self._spool.open(predecessors)
        self.room.look(self.current.log)

    def _renew(self) -> None:
        """Takes up a rotated key: the same bytes are signed anew, and a refusal of the old one is over."""
        fresh = self._credentials.current()
        if fresh is self._credential:
            return
        self._credential = fresh
        self._exchange.close()
        self._exchange = Exchange(fresh, carrier=self._carrier)
        if self._stopping:
            self._exchange.abort()
        self._not_before, self._attempt = 0.0, 0

    def _make_durable(self, now: float) -> None:
        if now - self._synced_at < self._settings.flush_every_s and not self._flushing:
            return
        self._synced_at = now
        for stream in self._streams():
            try:
                stream.log.sync()
            except OSError as bad:  # never trust a descriptor again whose sync has failed
                self._counters.fail(f"disk.{bad.errno}")
                with self.settled:  # nobody's flush ends while records are between two streams
                    self._settling.restream(stream)

    def _leave_behind(self, stream: Stream) -> Stream:
        """The stream that takes what a spoilt one holds; the spoilt one is no longer ours to look after."""
        if stream is self.current:
            self._move_on([stream])
        else:
            self._orphans.remove(stream)
        return self.current

    def _advance(self, stream: Stream) -> bool:
        """Sends one batch if one is ready; whether there may be another."""
        sealed = stream.sealed() or self._seal(stream)
        if sealed is None:
            return False
        self._send(stream, sealed)
        with self.settled:
            self.settled.notify_all()
        return stream.place.settled >= sealed.header.last

    def _seal(self, stream: Stream) -> Sealed | None:
        """The next batch: a full one at once, a partial one when its time has come."""
        now, most = clock.monotonic(), self._settings.seal_events
        due = self._flushing or now - stream.partial_at >= self._settings.flush_every_s
        if stream.pending < (1 if due or stream is not self.current else most):
            return None
        stream.log.sync()
        first, lines = stream.log.read(stream.place.settled + 1, most=most)
        if not lines:
            return None
        if len(lines) < most:
            stream.partial_at = now
        whole = [withheld_line("spool.corrupt") if line is None else line for line in lines]
        return stream.seal(whole, first=first, coding=self.coding)

    def _send(self, stream: Stream, sealed: Sealed) -> None:
        created = int(clock.now_s() + self._counters.clock_offset_ms / 1000)
        sent = self._exchange.sign(sealed, created=created)
        response = self._exchange.post(sent)
        enrolled_s_ago = clock.now_s() - self._credential.enrolled_at.timestamp()
        step = step_for(response, enrolled_s_ago=enrolled_s_ago)
        if step != "resign":
            self._resigns = 0
        if step == "receipt":
            try:
                answer = decode_answer(response.body)
                verify_answer(answer, sent=sent, vkey=self._credential.log_vkey)
            except ReceiptError as bad:
                self._counters.fail(f"receipt.{bad.field}")
                return self._back_off()
            self._attempt = 0
            return self._settling.receipted(stream, sealed, answer, response.body)
        if not self._stopping:
            self._counters.fail(response.code())
        return self._react(step, stream, sealed, response)

    def _react(self, step: str, stream: Stream, sealed: Sealed, response: Response) -> None:
        match step:
            case "retry":
                self._back_off(response.headers.get("retry-after"))
            case "hold":
                self._not_before = clock.monotonic() + HOLD_S * (1.0 + 0.25 * ids.jitter())
            case "resign":
                self._resign(stream, sealed, response)
            case _:
                with self.settled:
                    self._settling.steps()[step](stream, sealed, response)

    def _back_off(self, asked: str | None = None) -> None:
        wait = wait_s(self._attempt, jitter=ids.jitter(), asked=asked, now_s=clock.now_s())
        self._attempt += 1
        self._not_before = clock.monotonic() + wait

    def _resign(self, stream: Stream, sealed: Sealed, response: Response) -> None:
        """The server's clock differs: sign again with its time; the sealed bytes stay as they are."""
        moment = server_time(response)
        self._resigns += 1
        if moment is None or self._resigns > RESIGNS_MAX:
            return self._back_off()
        self._counters.clock_offset_ms = round((moment.timestamp() - clock.now_s()) * 1000)
        return self._send(stream, sealed)
