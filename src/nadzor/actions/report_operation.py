# SPDX-License-Identifier: Apache-2.0
"""Report how the house runs, in numbers alone: no device, no clinic, no volume, no event."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import closing
from datetime import datetime, timedelta
from typing import Final

from msgspec import Struct

from nadzor.actions.ask_witnesses import Standing, standings
from nadzor.actions.clinic_systems import QUIET
from nadzor.actions.note_backup import backup_age, is_backed_up
from nadzor.base.clock import moscow_date
from nadzor.base.directory import open_directory
from nadzor.base.home import Home
from nadzor.base.problems import Refusal
from nadzor.base.task_runs import TaskRun, TaskRuns
from nadzor.journal.opening import open_reader
from nadzor.journal.reader import Reader
from nadzor.people.permissions import must_run_house
from nadzor.people.queries import Person
from nadzor.records import seals
from nadzor.register import queries as register
from nadzor.register.filings import count_breaches
from nadzor.telemetry.spools import Spool, spools
from nadzor.telemetry.store import Rollups

LIVELY: Final = timedelta(weeks=13)  # whoever was silent for longer has left; silence is a task of makers
PLACES: Final = ("", "journal", "lake", "rollups", "keys", "tiles")


class Disk(Struct, frozen=True):
    """One file system of the data directory and the rooms that lie on it.  Units: bytes."""

    rooms: tuple[str, ...]
    free: int
    total: int


class Lag(Struct, frozen=True):
    """What was acknowledged and is not yet shown.  Units: seconds since the oldest of it was received."""

    batches: int = 0
    events: int = 0
    seconds: float = 0.0


class Ledgers(Struct, frozen=True, kw_only=True):
    """The ledgers of intake, counted; `refused` is today's whole batches by code."""

    batches: int = 0
    events: int = 0
    gaps: int = 0
    quarantined: int = 0
    refused: dict[str, int] = {}


class Operation(Struct, frozen=True, kw_only=True):
    """The house at one moment.  Ages are None where there is nothing yet.  Units: seconds, bytes, days."""

    lag: Lag
    ledgers: Ledgers
    checkpoint_size: int | None
    checkpoint_age_s: float | None
    directory_age_s: float | None
    audit_waits_s: float | None
    backup_age_s: float | None
    is_backed_up: bool
    witnesses: tuple[tuple[str, Standing], ...]
    disks: tuple[Disk, ...]
    engine: str
    journal_bytes: int
    body_keys: int
    installations: int
    silent: int
    breaches: int
    spools: tuple[Spool, ...]
    tasks: tuple[TaskRun, ...]


def report_operation(home: Home, *, by: Person | None, now: datetime) -> Operation:
    """The same as `house_numbers`, for whoever runs the house.

    Raises: Refusal people.operator-only.
    """
    must_run_house(by)
    return house_numbers(home, now=now)


def house_numbers(home: Home, *, now: datetime) -> Operation:
    """Everything that can be known of the house now; what is not there yet counts as nothing.

    Why: the caller has asked who may know: it is the operator, or this machine itself.
    """
    home = Home.open(home.root)  # as `nadzor witness add` left it a moment ago
    known = standings(home)
    lag, ledgers, size = _intake(home, now)
    return Operation(
        lag=lag,
        ledgers=ledgers,
        checkpoint_size=size,
        checkpoint_age_s=_checkpoint_age(home, now),
        directory_age_s=_directory_age(home, now),
        audit_waits_s=seals.oldest_waiting(now),
        backup_age_s=backup_age(home, now=now),
        is_backed_up=is_backed_up(home, now=now),
        witnesses=tuple((one.url, known.get(one.vkey, Standing())) for one in home.settings.witnesses),
        disks=tuple(_disks(home)),
        engine="PostgreSQL" if home.settings.journal_url else "SQLite",
        journal_bytes=sum(path.stat().st_size for path in home.journal.parent.glob("*") if path.is_file()),
        body_keys=sum(1 for _ in home.body_keys.glob("*/*.key")),
        installations=len(register.installations()),
        silent=_silent(home, now),
        breaches=count_breaches(),
        spools=tuple(spools(home)),
        tasks=tuple(TaskRuns(home.root).all()),
    )


def lag_of(home: Home, *, now: datetime) -> Lag:
    """What was acknowledged and is not yet shown."""
    return _intake(home, now)[0]


def free_bytes(home: Home) -> int:
    """Bytes that may still be written beside the register."""
    return shutil.disk_usage(home.root).free


def _intake(home: Home, now: datetime) -> tuple[Lag, Ledgers, int | None]:
    try:
        with closing(open_reader(home)) as reader:
            return _lag(home, reader, now), _ledgers(reader, now), reader.size()
    except Refusal as refusal:
        if refusal.code != "journal.missing":
            raise
        return Lag(), Ledgers(), None


def _lag(home: Home, reader: Reader, now: datetime) -> Lag:
    try:
        seen = Rollups.open(home).manifest.journal_size
    except Refusal:
        seen = 0
    counts = reader.counts()
    if seen >= counts.batches:
        return Lag()
    oldest = reader.batch(seen)
    waiting = counts.events - oldest.cum_events
    return Lag(counts.batches - seen, waiting, (now - oldest.received_at).total_seconds())


def _ledgers(reader: Reader, now: datetime) -> Ledgers:
    counts, today = reader.counts(), moscow_date(now).isoformat()
    refused = {code: n for (day, code), n in reader.refused().items() if str(day) == today}
    return Ledgers(
        batches=counts.batches, events=counts.events, gaps=counts.gaps, quarantined=counts.quarantined,
        refused=dict(sorted(refused.items())),
    )  # fmt: skip


def _checkpoint_age(home: Home, now: datetime) -> float | None:
    try:
        return now.timestamp() - (home.tiles / "checkpoint").stat().st_mtime
    except FileNotFoundError:
        return None


def _directory_age(home: Home, now: datetime) -> float | None:
    try:
        directory = open_directory(home.directory.read_bytes(), home.settings.directory_key)
    except (FileNotFoundError, Refusal):
        return None
    return (now - directory.issued_at).total_seconds()


def _disks(home: Home) -> Iterator[Disk]:
    """Each file system once, with the rooms on it."""
    found: dict[int, list[str]] = {}
    for name in PLACES:
        place = home.root / name
        if place.exists():
            found.setdefault(place.stat().st_dev, []).append(name or ".")
    for rooms in found.values():
        usage = shutil.disk_usage(home.root / rooms[0])
        yield Disk(tuple(rooms), usage.free, usage.total)


def _silent(home: Home, now: datetime) -> int:
    """Working installations of which nothing was received for a week, though something was this quarter."""
    try:
        rollups = Rollups.open(home)
    except Refusal:
        return 0
    last = min(rollups.manifest.known_until or moscow_date(now), moscow_date(now))
    rows = rollups.daily("accepted", by=("installation",), since=last - LIVELY)
    heard = {name: day for day, name, _n in rows}
    return sum(1 for day in heard.values() if day < last - QUIET)
