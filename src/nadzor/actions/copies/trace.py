# SPDX-License-Identifier: Apache-2.0
"""What a finished backup leaves in its house: when, of which tree, under which digest; never where it lies.

A note below `run/` waits until the house, which may be busy or stopped, takes it into the chain of deeds.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Final

import msgspec
from msgspec import Struct

from nadzor.base.durable import write_atomic

from .manifest import NAME, Manifest

FOLDER: Final = "run"
LAST: Final = "backup.json"
_WAITS: Final = "backup-*.json"


class Trace(Struct, frozen=True, forbid_unknown_fields=True):
    """One backup: its name, its moment, the log's checkpoint then, the SHA-256 of its manifest."""

    name: str
    taken_at: datetime
    size: int
    root: str
    checkpoint: str
    digest: str
    with_lake: bool = False
    final: bool = False


def leave_trace(root: Path, backup: Path, made: Manifest) -> None:
    """Put the note down.

    Why no failure: the backup is whole; a house without room for the note shows the older one, and alarms.
    """
    log = made.logs[0] if made.logs else None
    trace = Trace(
        name=backup.name, taken_at=made.taken_at,
        size=log.size if log else 0, root=log.root if log else "", checkpoint=log.checkpoint if log else "",
        digest=hashlib.sha256((backup / NAME).read_bytes()).hexdigest(),
        with_lake=made.with_lake, final=made.final,
    )  # fmt: skip
    with suppress(OSError):
        (root / FOLDER).mkdir(exist_ok=True)
        write_atomic(root / FOLDER / f"backup-{trace.name}.json", msgspec.json.encode(trace))


def waiting_traces(root: Path) -> Iterator[Trace]:
    """Notes that are not in the chain of deeds yet, oldest first."""
    for place in sorted((root / FOLDER).glob(_WAITS)):
        if (found := _read(place)) is not None:
            yield found


def settle_trace(root: Path, trace: Trace) -> None:
    """A note that was taken in: it stays as the last one."""
    place = root / FOLDER / f"backup-{trace.name}.json"
    last = _read(root / FOLDER / LAST)
    if last is None or last.taken_at <= trace.taken_at:
        place.replace(root / FOLDER / LAST)
    else:
        place.unlink()


def last_backup(root: Path) -> datetime | None:
    """When the newest backup was taken that this house knows of."""
    known = [*waiting_traces(root), _read(root / FOLDER / LAST)]
    return max((one.taken_at for one in known if one is not None), default=None)


def _read(place: Path) -> Trace | None:
    with suppress(OSError, msgspec.DecodeError):
        return msgspec.json.decode(place.read_bytes(), type=Trace)
    return None
