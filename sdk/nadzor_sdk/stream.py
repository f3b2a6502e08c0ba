# SPDX-License-Identifier: Apache-2.0
"""One stream on disk: its log, its sealed batch, and how far receipts reach."""

from __future__ import annotations

import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import suppress
from hashlib import sha256
from pathlib import Path

import msgspec
from msgspec import Struct

from nadzor_sdk.durable import write_atomic, write_replace
from nadzor_sdk.segments import SegmentLog
from nadzor_wire.batch import NO_PREVIOUS, BatchHeader, parse_batch_header
from nadzor_wire.coding import Coding, deflate, inflate
from nadzor_wire.limits import RATIO_FREE, RATIO_MAX

SEALED = "sealed.batch"
CLOSED = -1  # in place of a descriptor whose number may by now be somebody else's


class Origin(Struct, frozen=True):
    """Where a stream comes from: written once, before its first record."""

    stream: bytes
    created_ns: int
    after: bytes | None = None
    after_last: int = 0
    restored: bool = False


class Place(Struct, frozen=True):
    """How far a stream is settled: the last number receipted or given up, and the last receipted body."""

    settled: int = 0
    prev: bytes = NO_PREVIOUS


class Sealed(Struct, frozen=True):
    """A batch whose bytes no longer change."""

    header: BatchHeader
    coding: Coding
    body: bytes

    def encode(self) -> bytes:
        """The batch as the bytes of its file."""
        digest = sha256(self.body).hexdigest()
        return f"{self.header.render()}\n{self.coding}\n{digest}\n".encode() + self.body

    @classmethod
    def decode(cls, content: bytes) -> Sealed:
        """The batch of its file. Raises: ValueError if the disk did not keep it."""
        header, coding, digest, body = content.split(b"\n", 3)
        if sha256(body).hexdigest().encode() != digest:
            raise ValueError("the sealed batch is damaged")
        known: Coding = msgspec.convert(coding.decode(), type=Coding)
        return cls(parse_batch_header(header.decode()), known, body)

    def lines(self) -> list[bytes]:
        """Its events, one a line."""
        return inflate(self.body, coding=self.coding).splitlines()


class Stream:
    """A folder that one process owns: `origin.json`, `place.json`, `sealed.batch`, segments and a lock.

    `carried-….batch` files hold a chain sealed ahead for a medium: each names the one before as its `prev`.

    Durability: a batch is sealed once the call returns; a settled place survives SIGKILL, and a power cut
    only repeats the last batch. Order: one sealed batch at a time. Concurrency: one thread, one process; the
    lock is released by the system when the owner dies.
    """

    def __init__(self, folder: Path, lock: int) -> None:
        self.folder = folder
        self._lock = lock
        self.origin = msgspec.json.decode((folder / "origin.json").read_bytes(), type=Origin)
        self.place = self._noted_place()
        self.log = SegmentLog(folder)
        self.partial_at = 0.0
        self._ahead = sorted(
            int(path.stem.removeprefix("carried-")) for path in folder.glob("carried-*.batch")
        )

    @property
    def pending(self) -> int:
        """Records that no receipt covers."""
        return max(0, self.log.last - self.place.settled)

    def _noted_place(self) -> Place:
        """The place of its file; if a power cut brought an old one back, the sealed batch knows better."""
        noted, path = Place(), self.folder / "place.json"
        with suppress(FileNotFoundError, msgspec.DecodeError):  # not synced: a power cut may have emptied it
            noted = msgspec.json.decode(path.read_bytes(), type=Place)
        sealed = self._sealed_file()
        if sealed is None or sealed.header.first - 1 <= noted.settled:
            return noted
        return Place(sealed.header.first - 1, sealed.header.prev)

    def _sealed_file(self) -> Sealed | None:
        """The batch that was sealed last; one that the disk did not keep is sealed anew."""
        return _read_sealed(self.folder / SEALED)

    def sealed(self) -> Sealed | None:
        """The batch waiting for its receipt."""
        sealed = self._sealed_file()
        if sealed and sealed.header.last > self.place.settled:
            return sealed
        return _read_sealed(self._carried(self._ahead[0])) if self._ahead else None

    def chain(self) -> Iterator[Sealed]:
        """All batches that are sealed and not receipted, in their order; a damaged one voids what follows."""
        first = self._sealed_file()
        if first and first.header.last > self.place.settled:
            yield first
        for begin in list(self._ahead):
            sealed = _read_sealed(self._carried(begin))
            if sealed is None:
                return self._discard_ahead(begin)
            yield sealed
        return None

    def seal(self, lines: list[bytes], *, first: int, coding: Coding) -> Sealed:
        """Fixes the bytes of the next batch, durably, before anybody sees them; the chain ahead is void."""
        sealed = self._sealed(lines, first=first, coding=coding, prev=self.place.prev)
        self._discard_ahead()
        write_atomic(self.folder / SEALED, sealed.encode())
        return sealed

    def seal_ahead(self, lines: list[bytes], *, first: int, before: Sealed | None, coding: Coding) -> Sealed:
        """Fixes the bytes of a batch behind the last one of the chain, as if that were receipted."""
        prev = sha256(before.body).digest() if before else self.place.prev
        sealed = self._sealed(lines, first=first, coding=coding, prev=prev)
        write_atomic(self._carried(first), sealed.encode())
        self._ahead.append(first)
        return sealed

    def _sealed(self, lines: list[bytes], *, first: int, coding: Coding, prev: bytes) -> Sealed:
        header = BatchHeader(self.origin.stream, first, first + len(lines) - 1, prev)
        if prev == NO_PREVIOUS:
            origin = self.origin
            header = msgspec.structs.replace(
                header, after=origin.after, after_last=origin.after_last, restored=origin.restored
            )
        return Sealed(header, *_code(b"\n".join(lines) + b"\n", coding))

    def settle(self, sealed: Sealed, *, receipted: bool) -> None:
        """Advances behind a batch: its receipt was verified, or it was given up.

        Why: the place is not synced and a receipted batch stays until the next one replaces it. After a power
        cut the same bytes are then sent once more and get the same receipt.
        """
        prev = sha256(sealed.body).digest() if receipted else self.place.prev
        self.place = Place(sealed.header.last, prev)
        carried = bool(self._ahead) and self._ahead[0] == sealed.header.first
        write = write_atomic if carried else write_replace
        write(self.folder / "place.json", msgspec.json.encode(self.place))
        if carried:
            self._carried(self._ahead.pop(0)).unlink(missing_ok=True)
        if not receipted:
            (self.folder / SEALED).unlink(missing_ok=True)
            self._discard_ahead()
        self.log.drop(self.place.settled)

    def _discard_ahead(self, first: int = 0) -> None:
        """What was sealed ahead of a batch that changes or is given up names the wrong predecessor."""
        while self._ahead and self._ahead[-1] >= first:
            self._carried(self._ahead.pop()).unlink(missing_ok=True)

    def _carried(self, first: int) -> Path:
        return self.folder / f"carried-{first:012d}.batch"

    def release(self) -> None:
        """Lets another process have the stream."""
        self.log.close()
        self._unlock()

    def abandon(self) -> None:
        """In a forked child: closes its copies of the parent's descriptors, touching no lock of either."""
        if self._lock != CLOSED:
            for fd in (*self.log.descriptors(), self._lock):
                with suppress(OSError):
                    os.close(fd)

    def destroy(self) -> None:
        """Removes a stream of which nothing is pending; a death on the way leaves no half of one to adopt."""
        self.log.close()
        grave = self.folder.with_name(self.folder.name.replace("s-", "new-", 1))  # as one that never was
        self.folder.rename(grave)
        shutil.rmtree(grave)
        self._unlock()

    def _unlock(self) -> None:
        lock, self._lock = self._lock, CLOSED
        if lock != CLOSED:
            os.close(lock)


def _read_sealed(path: Path) -> Sealed | None:
    try:
        return Sealed.decode(path.read_bytes())
    except (FileNotFoundError, ValueError):
        return None


def _code(body: bytes, coding: Coding) -> tuple[Coding, bytes]:
    """The coded body; one so repetitive that it would look like a bomb goes uncoded."""
    coded = deflate(body, coding)
    if len(body) > max(RATIO_FREE, RATIO_MAX * len(coded)):
        return "identity", body
    return coding, coded


def lock_folder(folder: Path) -> int | None:
    """Descriptor of the folder's lock, or None if a living process holds it or it is gone."""
    try:
        fd = os.open(folder / "lock", os.O_RDWR | os.O_CREAT, 0o600)
    except FileNotFoundError:
        return None
    try:
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        if os.fstat(fd).st_ino == (folder / "lock").stat().st_ino:
            return fd
    except OSError:  # held, or removed while we waited
        pass
    os.close(fd)
    return None
