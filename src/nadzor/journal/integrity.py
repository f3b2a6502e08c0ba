# SPDX-License-Identifier: Apache-2.0
"""What the ledgers say about a sender's honesty: taken numbers, forked streams, restores.

None of it proves bad will: a copied disk does all three.  Somebody has to ask.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any, Final, Literal

from msgspec import Struct

from nadzor.base.clock import moscow_date

from .reader import ForkNote, Reader, RefusedBatch, RestoredNote

CONFLICT: Final = "batch.conflict"  # the refusal's code
DIGESTS_SHOWN: Final = 5
RESTORED_MAX: Final = 3  # restores in a window that need no explanation: a failed disk, a move, a mistake
WINDOW: Final = timedelta(days=30)

Kind = Literal["conflict", "fork", "restored"]


class IntegrityNote(Struct, frozen=True):
    """One thing to ask a maker about; `kind`, `installation` and `subject` make it this one.

    `subject` is the day of conflicts, the forked stream, the month of restores.
    """

    kind: Kind
    installation: str
    subject: str
    facts: dict[str, Any]


def find_integrity(reader: Reader, *, owners: Mapping[str, str]) -> list[IntegrityNote]:
    """Everything the ledgers hold now; `owners` names the installation of each key that was refused."""
    return [
        *conflicts(reader.refusals(), owners),
        *forks(reader.forks()),
        *restored(reader.restored()),
    ]


def conflicts(refused: Iterable[RefusedBatch], owners: Mapping[str, str]) -> list[IntegrityNote]:
    """Batches that were signed, and claimed numbers of other bytes; one note an installation and day.

    Why a day: a sender that is wrong is wrong a thousand times, and one question is enough.
    """
    found: dict[tuple[str, str], list[RefusedBatch]] = defaultdict(list)
    for batch in refused:
        installation = owners.get(batch.keyid or "")
        if batch.code == CONFLICT and installation:
            found[installation, moscow_date(batch.at).isoformat()].append(batch)
    return [
        IntegrityNote("conflict", installation, day, _conflict_facts(batches))
        for (installation, day), batches in found.items()
    ]


def forks(notes: Iterable[ForkNote]) -> list[IntegrityNote]:
    """Streams in which a batch names another predecessor than the one stored before it."""
    found: dict[tuple[str, bytes], list[ForkNote]] = defaultdict(list)
    for note in notes:
        found[note.installation, note.stream].append(note)
    return [
        IntegrityNote("fork", installation, stream.hex(), {"batches": len(few), "index": few[0].index})
        for (installation, stream), few in found.items()
    ]


def restored(notes: Iterable[RestoredNote]) -> list[IntegrityNote]:
    """Installations put back more often than `RESTORED_MAX` times within `WINDOW`; one note a month."""
    moments: dict[str, list[datetime]] = defaultdict(list)
    found: dict[tuple[str, str], int] = {}
    for note in notes:
        times = moments[note.installation]
        times.append(note.at)
        within = sum(note.at - WINDOW < at <= note.at for at in times)
        if within > RESTORED_MAX:
            month = moscow_date(note.at).isoformat()[:7]
            found[note.installation, month] = max(within, found.get((note.installation, month), 0))
    return [
        IntegrityNote("restored", installation, month, {"streams": most, "days": WINDOW.days})
        for (installation, month), most in found.items()
    ]


def _conflict_facts(batches: list[RefusedBatch]) -> dict[str, Any]:
    digests = sorted({batch.digest for batch in batches})
    return {"batches": len(digests), "seq": batches[0].seq, "digests": digests[:DIGESTS_SHOWN]}
