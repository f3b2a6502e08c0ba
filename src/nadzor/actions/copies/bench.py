# SPDX-License-Identifier: Apache-2.0
"""How long a backup and the way back take, on a journal of so many batches; beside copying the same bytes."""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from msgspec import Struct

from nadzor.base.home import Home
from nadzor.journal.entry import Entry
from nadzor.journal.opening import open_journal
from nadzor_wire.batch import BatchHeader
from nadzor_wire.signature import component_values, content_digest, signature_base, signature_params

from .check import find_backup_faults
from .put_back import Wanted, restore_backup
from .sealed_keys import gather_keys
from .shelf import backup_at
from .take import take_backup

LINES: Final = 1_000  # events a batch
CODED: Final = 60_000  # bytes of a batch of a thousand events as zstd leaves them
GROUP: Final = 50
_NOW: Final = datetime(2026, 11, 20, 9, tzinfo=UTC)


class Measured(Struct, frozen=True):
    """Seconds of each deed, and how large it all was."""

    events: int
    mebibytes: float
    backup_s: float
    again_s: float
    verify_s: float
    restore_s: float
    restore_full_s: float
    copy_s: float


def measure_copies(batches: int) -> Measured:
    """Make a house with so many batches of a thousand events, copy it, look at the copy, put it back.

    Why: the last figure is that of copying the same file with fsync: what the disk alone takes.
    """
    with tempfile.TemporaryDirectory(prefix="nadzor-copies-") as made:
        folder = Path(made)
        home = Home.create(folder / "house")
        _fill(home, batches)
        home.seal_key()
        took: dict[str, float] = {}
        with _timed(took, "copy"):
            _copy(home.journal, folder / "bare")
        with _timed(took, "backup"):
            taken = take_backup(home, folder / "shelf", now=_NOW)
        with _timed(took, "again"):
            take_backup(home, folder / "shelf", now=_NOW)
        with _timed(took, "verify"):
            find_backup_faults(backup_at(folder / "shelf"))
        keys = gather_keys(home.keys)
        for name, full in (("restore", False), ("full", True)):
            with _timed(took, name):
                restore_backup(
                    backup_at(folder / "shelf"), folder / name, keys, now=_NOW, wanted=Wanted(full=full)
                )
    return Measured(
        events=batches * LINES,
        mebibytes=round(taken.bytes / (1 << 20), 1),
        backup_s=took["backup"],
        again_s=took["again"],
        verify_s=took["verify"],
        restore_s=took["restore"],
        restore_full_s=took["full"],
        copy_s=took["copy"],
    )


def _fill(home: Home, batches: int) -> None:
    journal, prev = open_journal(home), bytes(32)
    for start in range(0, batches, GROUP):
        entries = []
        for number in range(start, min(start + GROUP, batches)):
            entries.append(_entry(number, prev))
            prev = entries[-1].body_sha256
        journal.append(entries)
    journal.close()


def _entry(number: int, prev: bytes) -> Entry:
    coded = os.urandom(CODED)
    first = number * LINES + 1
    header = BatchHeader(bytes(16), first, first + LINES - 1, prev)
    return Entry(
        installation="i-000000000001",
        device="ai-001",
        site="s-0001",
        keyid="k" * 16,
        header=header,
        coded=coded,
        coding="identity",
        body_sha256=hashlib.sha256(coded).digest(),
        base=_base(header, coded),
        signature=bytes(64),
        received_at=_NOW,
        directory=1,
    )


def _base(header: BatchHeader, coded: bytes) -> bytes:
    """What an installation would have signed."""
    headers = {
        "content-digest": content_digest(coded),
        "content-type": "application/x-ndjson",
        "nadzor-batch": header.render(),
    }
    values = component_values("POST", "http://gateway.example/v1/batches", headers)
    return signature_base(values, signature_params(tuple(values), created=1, keyid="k" * 16))


@contextmanager
def _timed(took: dict[str, float], name: str) -> Iterator[None]:
    begun = time.perf_counter()
    yield
    took[name] = round(time.perf_counter() - begun, 2)


def _copy(source: Path, to: Path) -> None:
    shutil.copy(source, to)
    with to.open("rb") as file:
        os.fsync(file.fileno())
