# SPDX-License-Identifier: Apache-2.0
"""Read a dump of the official register and compare; a bad reading is recorded and changes nothing."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any, Final

import msgspec
from django.db import transaction
from msgspec import Struct

from nadzor.base.clock import moscow_date
from nadzor.base.identifiers import normalise_number
from nadzor.base.problems import Refusal
from nadzor.people.permissions import must_change_register
from nadzor.people.queries import Person
from nadzor.records import audit
from nadzor.register import revisions
from nadzor.register.editions import digest
from nadzor.register.entry_form import is_draft_number
from nadzor.register.mirror import GONE, compare, known_numbers, reading
from nadzor.register.mirror_rows import Dump, OfficialRow, parse_dump
from nadzor.register.models import MirrorEntry, MirrorSync

SHRINK_MIN: Final = 0.9  # entries stay when they are cancelled, so a dump that lost a tenth was cut off
SHOWN_MAX: Final = 100


class SyncReport(Struct, frozen=True):
    """What one reading found; the lists hold the first hundred."""

    entries: int
    changed: int
    same: int
    differs: int
    missing_there: int
    missing_here: int
    differing: list[dict[str, Any]]
    absent: list[str]


def sync_mirror(file: Path | bytes, *, source: str, by: Person | None, now: datetime) -> SyncReport:
    """Read a dump whole, keep what is new in it, and compare.

    Raises: Refusal people.registrar-only; mirror.file, mirror.rows, mirror.count, mirror.shrunk, which are
    recorded as a failed reading: the last good one still stands.
    """
    must_change_register(by)
    doer = by.username if by else ""
    try:
        dump = parse_dump(file if isinstance(file, bytes) else file.read_bytes())
        _must_be_whole(dump)
    except Refusal as refusal:
        _note_failure(refusal, source=source, by=doer, now=now)
        raise
    return _keep(dump, source=source or dump.source, by=doer, now=now)


def _must_be_whole(dump: Dump) -> None:
    before = reading().entries
    if len(dump.entries) < before * SHRINK_MIN:
        raise Refusal("mirror.shrunk", before=before, came=len(dump.entries))


@transaction.atomic
def _note_failure(refusal: Refusal, *, source: str, by: str, now: datetime) -> None:
    MirrorSync.objects.create(source=source, at=now, outcome="failed", why=str(refusal)[:500])
    audit.record("register.mirror.fail", source, by=by, because=refusal.code, now=now)


@transaction.atomic
def _keep(dump: Dump, *, source: str, by: str, now: datetime) -> SyncReport:
    sync = MirrorSync.objects.create(source=source, at=now, outcome="read", entries=len(dump.entries))
    changed = _keep_rows(sync, {row.key: row for row in dump.entries})
    report = _compared({row.key: row for row in dump.entries}, len(dump.entries), changed, now=now)
    counts = {name: getattr(report, name) for name in ("entries", "changed", "differs", "missing_there")}
    audit.record(
        "register.mirror.read", source, by=by, because="dump of the official register", now=now, **counts
    )
    return report


def _keep_rows(sync: MirrorSync, rows: dict[str, OfficialRow]) -> int:
    """Keep what is said differently than before; a number that went is kept as gone."""
    known = known_numbers()
    told = {key: msgspec.to_builtins(row) for key, row in rows.items()}
    told |= dict.fromkeys(known.keys() - rows.keys(), GONE)
    fresh = [
        MirrorEntry(sync=sync, number=key, content=content, digest=mark)
        for key, content in told.items()
        if known.get(key) != (mark := digest(content))
    ]
    MirrorEntry.objects.bulk_create(fresh, batch_size=500)
    return len(fresh)


def _compared(rows: dict[str, OfficialRow], entries: int, changed: int, *, now: datetime) -> SyncReport:
    ours = {
        normalise_number(one.entry.number): one.entry
        for one in revisions.standing(valid_on=moscow_date(now))
        if not is_draft_number(one.entry.number)
    }
    found = {key: compare(entry, rows[key]) for key, entry in ours.items() if key in rows}
    differing = [
        {"number": key, "device": ours[key].code, "fields": [one.key for one in differences]}
        for key, differences in found.items()
        if differences
    ]
    absent = sorted(ours.keys() - rows.keys())
    return SyncReport(
        entries=entries, changed=changed, same=len(found) - len(differing), differs=len(differing),
        missing_there=len(absent), missing_here=len(rows.keys() - ours.keys()),
        differing=differing[:SHOWN_MAX], absent=absent[:SHOWN_MAX],
    )  # fmt: skip
