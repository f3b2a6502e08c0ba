# SPDX-License-Identifier: Apache-2.0
"""Once a day: whether the public log still holds what this installation has receipts for."""

from __future__ import annotations

import http.client
from pathlib import Path
from threading import Thread
from typing import TypeVar
from urllib.parse import urlsplit

import msgspec
from msgspec import Struct

from nadzor_sdk import clock
from nadzor_sdk.durable import write_atomic
from nadzor_sdk.health import Counters, logger
from nadzor_wire.enrolment import Credential
from nadzor_wire.oversight import LogError, check_growth, open_checkpoint
from nadzor_wire.receipt import ReceiptError, decode_receipt

EVERY_S = 86_400.0
LOOK_EVERY_S = 600.0  # how often the spool's own note is read to see whether a day has passed
AGAIN_S = 3_600.0  # after a log that did not answer
ANSWER_S = 10.0
ANSWER_MAX = 65_536  # bytes

_T = TypeVar("_T", bound=Struct)


class Pinned(Struct, frozen=True):
    """Checkpoints that the log must still extend, and when they were put here, in seconds since 1970."""

    at: float
    notes: list[str]


class LogAlarm(Struct, frozen=True):
    """Two statements of one log that do not fit: kept for a person, and for a court."""

    at: float
    code: str
    seen: str
    shown: str


class Silent(Exception):
    """The log does not answer: that is no finding."""


class Overseer:
    """Compares the public log with the checkpoints of verified receipts.

    Durability: what must be extended is in the spool before a day is counted from it, for all processes.
    Concurrency: `look` is called by the sender's thread; the log is asked in a thread of its own.
    Absence: a log that does not answer is asked again; a finding never stops reporting.
    """

    def __init__(self, spool: Path, counters: Counters) -> None:
        self._spool, self._counters = spool, counters
        self._look_at = 0.0
        self._asking: Thread | None = None
        if found := _read(spool / "log-alarm.json", LogAlarm):
            counters.log_alarm = found.code

    def look(self, credential: Credential, now: float) -> None:
        """Starts a comparison when a day has passed since the last; cheap otherwise."""
        if now < self._look_at or (self._asking and self._asking.is_alive()):
            return
        self._look_at = now + LOOK_EVERY_S
        if self._due():
            self._look_at = now + AGAIN_S
            self._asking = Thread(target=self._ask, args=(credential,), name="nadzor-overseer", daemon=True)
            self._asking.start()

    def compare(self, credential: Credential) -> None:
        """One comparison. Raises: Silent, LogError (kept as evidence before)."""
        pinned, newest = _read(self._spool / "seen.json", Pinned), self._newest()
        notes = [*(pinned.notes if pinned else []), *([newest] if newest else [])]
        shown = _get(credential.gateway, "/log/checkpoint").decode("utf-8", errors="replace")
        for note in dict.fromkeys([*notes, shown]):
            try:
                self._extends(credential, note, shown, ahead=note == newest)
            except LogError as bad:
                self._alarm(LogAlarm(clock.now_s(), bad.code, note, shown))
                raise
        self._pin([shown, *([newest] if newest else [])])

    def _extends(self, credential: Credential, note: str, shown: str, *, ahead: bool) -> None:
        """A receipt of this minute may be ahead of the public checkpoint: it is compared the next day."""
        new = open_checkpoint(shown, credential.log_vkey)
        old = open_checkpoint(note, credential.log_vkey)
        if ahead and old.size > new.size:
            return
        proof = _proof(credential, old.size, new.size) if 0 < old.size < new.size else []
        check_growth(old, new, proof)

    def _ask(self, credential: Credential) -> None:
        try:
            self.compare(credential)
        except Silent as why:
            logger.info("nadzor log was not compared: %s", why)
        except LogError as bad:
            logger.error("nadzor log contradicts its receipts (%s); evidence is in the spool", bad)
        except Exception:
            logger.exception("nadzor log was not compared")

    def _due(self) -> bool:
        pinned = _read(self._spool / "seen.json", Pinned)
        if pinned is None:
            if newest := self._newest():
                self._pin([newest])
            return False
        return not 0 <= clock.now_s() - pinned.at < EVERY_S

    def _pin(self, notes: list[str]) -> None:
        kept = Pinned(clock.now_s(), list(dict.fromkeys(notes)))
        write_atomic(self._spool / "seen.json", msgspec.json.encode(kept))

    def _newest(self) -> str | None:
        """The checkpoint of the receipt verified last."""
        try:
            return decode_receipt((self._spool / "last-answer.json").read_bytes()).checkpoint
        except (OSError, ReceiptError):
            return None

    def _alarm(self, found: LogAlarm) -> None:
        self._counters.log_alarm = found.code
        write_atomic(self._spool / "log-alarm.json", msgspec.json.encode(found))


class _Proof(Struct):
    proof: list[str]


def _proof(credential: Credential, old: int, size: int) -> list[str]:
    """The log's proof of growth. Raises: Silent, LogError `log.no-proof` if it gives none."""
    content = _get(credential.gateway, f"/log/consistency?from={old}&to={size}", refused="log.no-proof")
    try:
        return msgspec.json.decode(content, type=_Proof).proof
    except msgspec.DecodeError:
        raise LogError("log.no-proof", "the answer is no proof") from None


def _get(gateway: str, path: str, *, refused: str = "") -> bytes:
    """The content of an address. Raises: Silent; LogError with `refused` where the log answers otherwise."""
    parts = urlsplit(gateway.rstrip("/") + path)
    kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    connection = kind(parts.hostname or "", parts.port, timeout=ANSWER_S)
    try:
        connection.request("GET", f"{parts.path}?{parts.query}".rstrip("?"))
        answer = connection.getresponse()
        content = answer.read(ANSWER_MAX)
    except (OSError, http.client.HTTPException) as bad:
        raise Silent(type(bad).__name__) from None
    finally:
        connection.close()
    if answer.status == 200:
        return content
    if refused and answer.status not in (429, 502, 503, 504):
        raise LogError(refused, f"status {answer.status}")
    raise Silent(f"status {answer.status}")


def _read(path: Path, kind: type[_T]) -> _T | None:
    try:
        return msgspec.json.decode(path.read_bytes(), type=kind)
    except (OSError, msgspec.DecodeError):
        return None
