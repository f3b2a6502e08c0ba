# SPDX-License-Identifier: Apache-2.0
"""The thread that takes records from disk to the gateway and back to verified receipts."""

from __future__ import annotations

from collections.abc import Callable
from importlib.util import find_spec
from threading import Condition, Event, Thread

from nadzor_sdk import clock, ids
from nadzor_sdk.delivery import HOLD_S, Response, server_time, step_for, wait_s
from nadzor_sdk.exchange import Exchange
from nadzor_sdk.health import Counters, logger
from nadzor_sdk.placeholders import lost_line, withheld_line
from nadzor_sdk.settings import Settings
from nadzor_sdk.spool import Refusal, Spool, clear_nurseries
from nadzor_sdk.stream import Sealed, Stream
from nadzor_wire.coding import Coding
from nadzor_wire.enrolment import Credential
from nadzor_wire.receipt import ReceiptError, decode_answer, verify_answer

ADOPT_EVERY_S = 30.0  # how soon the events of a process that died are taken over by a living one
RESIGNS_MAX = 2  # in a row: a third refusal for time means that the clocks run apart, not off


class Sender:
    """Delivers what the spool holds, one batch in flight per stream.

    Durability: a record leaves the disk only after a receipt that names it was verified under the pinned
    log key. Order: within a stream by number. Retries: as `delivery.step_for` says, with jitter. Absence:
    if the gateway never answers, everything stays on disk.
    """

    def __init__(self, credential: Credential, settings: Settings, counters: Counters) -> None:
        self._credential, self._settings, self._counters = credential, settings, counters
        self._exchange = Exchange(credential)
        self._spool = Spool(settings.spool)
        clear_nurseries(settings.spool)
        self.coding: Coding = settings.coding or ("zstd" if find_spec("zstandard") else "gzip")
        self.heartbeat: Callable[[], None] = lambda: None
        self._orphans: list[Stream] = []
        self._take_over()
        self.orphan_bytes = sum(orphan.log.bytes for orphan in self._orphans)
        self.current = self._spool.open(self._orphans)
        self.settled = Condition()
        self.wake = Event()
        self._flushing = 0  # callers waiting in flush
        self._stopping = False
        self._attempt = self._resigns = 0
        self._not_before = 0.0
        self._adopt_at = clock.monotonic() + ADOPT_EVERY_S
        self._beat_at = clock.monotonic() + (settings.heartbeat_every_s or 0.0)
        self._thread = Thread(target=self._run, name="nadzor-sender", daemon=True)
        self._thread.start()

    def pending(self) -> int:
        """Records of all streams here that no receipt covers."""
        return sum(stream.pending for stream in self._streams())

    def spool_bytes(self) -> int:
        """Bytes of the segments of all streams here."""
        return sum(stream.log.bytes for stream in self._streams())

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
        """Ends the thread; what is pending stays on disk for the next process."""
        self._stopping = True
        self.wake.set()
        self._thread.join(timeout_s)
        if self._thread.is_alive():  # inside a request: the system releases locks and files at exit
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
        return current.place.settled >= target and not any(orphan.pending for orphan in self._orphans)

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
            pause = self._not_before - clock.monotonic()
            self.wake.wait(max(pause, 0.0) or (0.01 if self._flushing else self._settings.flush_every_s))
            self.wake.clear()
            try:
                self._round(clock.monotonic())
            except OSError as bad:
                self._counters.fail(f"disk.{bad.errno}")
                self._back_off()
            except Exception:
                logger.exception("nadzor sender failed; events stay on disk")
                self._counters.fail("sdk.internal")
                self._back_off()
            with self.settled:
                self.settled.notify_all()

    def _round(self, now: float) -> None:
        """One pass over all streams: make durable, take over orphans, send what is ready."""
        self._make_durable()
        self.orphan_bytes = sum(orphan.log.bytes for orphan in self._orphans)
        if now >= self._adopt_at:
            self._adopt_at = now + ADOPT_EVERY_S
            self._take_over()
        if self._settings.heartbeat_every_s and now >= self._beat_at:
            self._beat_at = now + self._settings.heartbeat_every_s
            self.heartbeat()
        for stream in self._streams():
            while not self._stopping and clock.monotonic() >= self._not_before:
                if not self._advance(stream):
                    break
        for orphan in [stream for stream in self._orphans if not stream.pending]:
            self._orphans.remove(orphan)
            self._spool.finish(orphan)

    def _take_over(self) -> None:
        """Adopts the streams of dead processes and declares what damage has taken from them."""
        for orphan in self._spool.adopt():
            for first, last in orphan.log.gaps:
                orphan.log.append(lost_line(first, last, "spool.corrupt"))
            self._orphans.append(orphan)

    def _make_durable(self) -> None:
        for stream in self._streams():
            try:
                stream.log.sync()
            except OSError as bad:  # never trust a descriptor again whose sync has failed
                self._counters.fail(f"disk.{bad.errno}")
                self._restream(stream)

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
            return self._receipted(stream, sealed, response.body, [v.code for v in answer.rejected])
        self._counters.fail(response.code())
        return self._steps[step](self, stream, sealed, response)

    def _receipted(self, stream: Stream, sealed: Sealed, answer: bytes, rejected: list[str]) -> None:
        self._spool.keep_answer(answer)
        stream.settle(sealed, receipted=True)
        for code in rejected:
            self._counters.reject(code)
        self._counters.receipted += sealed.header.count
        self._counters.last_receipt_at = clock.now_s()
        self._counters.last_error = None
        self._attempt = 0

    def _retry(self, stream: Stream, sealed: Sealed, response: Response) -> None:
        self._back_off(response.headers.get("retry-after"))

    def _back_off(self, asked: str | None = None) -> None:
        wait = wait_s(self._attempt, jitter=ids.jitter(), asked=asked, now_s=clock.now_s())
        self._attempt += 1
        self._not_before = clock.monotonic() + wait

    def _hold(self, stream: Stream, sealed: Sealed, response: Response) -> None:
        self._not_before = clock.monotonic() + HOLD_S * (1.0 + 0.25 * ids.jitter())

    def _resign(self, stream: Stream, sealed: Sealed, response: Response) -> None:
        """The server's clock differs: sign again with its time; the sealed bytes stay as they are."""
        moment = server_time(response)
        self._resigns += 1
        if moment is None or self._resigns > RESIGNS_MAX:
            return self._back_off()
        self._counters.clock_offset_ms = round((moment.timestamp() - clock.now_s()) * 1000)
        return self._send(stream, sealed)

    def _recode(self, stream: Stream, sealed: Sealed, response: Response) -> None:
        """The gateway does not read this coding: seal the same lines in a plainer one."""
        if sealed.coding == "identity":
            return self._refuse(stream, sealed, response)
        self.coding = "gzip" if sealed.coding == "zstd" else "identity"
        stream.seal(sealed.lines(), first=sealed.header.first, coding=self.coding)
        return None

    def _withhold(self, stream: Stream, sealed: Sealed, response: Response) -> None:
        """The platform saw personal details in one event: a placeholder takes its number, the value goes."""
        problem = response.problem()
        seq, field = problem.get("seq"), problem.get("at", "$")
        lines = sealed.lines()
        index = seq - sealed.header.first if isinstance(seq, int) else -1
        if not 0 <= index < len(lines) or b'"kind":"withheld"' in lines[index]:
            return self._refuse(stream, sealed, response)
        lines[index] = withheld_line("batch.personal-data", field=field if isinstance(field, str) else "$")
        stream.seal(lines, first=sealed.header.first, coding=self.coding)
        self._counters.withheld += 1
        return None

    def _refuse(self, stream: Stream, sealed: Sealed, response: Response) -> None:
        """This batch will never be accepted: keep it aside and say so in the stream."""
        code = response.code()
        if code != "batch.personal-data":  # what holds personal details is kept nowhere
            self._spool.refuse(sealed, Refusal(response.status, code))
        if any(b'"kind":"lost"' not in line for line in sealed.lines()):
            stream.log.append(lost_line(sealed.header.first, sealed.header.last, code))
        stream.settle(sealed, receipted=False)
        self._counters.refuse(code)

    def _conflict(self, stream: Stream, sealed: Sealed, response: Response) -> None:
        """Other bytes hold these numbers: a restored copy of this spool is or was at work."""
        self._spool.refuse(sealed, Refusal(response.status, response.code()))
        self._counters.refuse(response.code())
        self._restream(stream)

    def _restream(self, stream: Stream) -> None:
        """Moves what is pending into a new stream. A repeated event is recognised by its id."""
        if stream is self.current:
            self.current = self._spool.open([stream])
        stream.log.salvage()
        first = stream.place.settled + 1
        while True:
            first, lines = stream.log.read(first, most=self._settings.seal_events)
            if not lines:
                break
            for line in lines:
                self.current.log.append(withheld_line("spool.corrupt") if line is None else line)
            first += len(lines)
        self.current.log.sync()
        if stream in self._orphans:
            self._orphans.remove(stream)
        stream.destroy()

    _steps: dict[str, Callable[[Sender, Stream, Sealed, Response], None]] = {
        "retry": _retry,
        "hold": _hold,
        "resign": _resign,
        "recode": _recode,
        "withhold": _withhold,
        "refuse": _refuse,
        "restream": _conflict,
    }
