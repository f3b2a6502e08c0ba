# SPDX-License-Identifier: Apache-2.0
"""Destroy what an installation reported in one month, on the order of two people.

(1) What is about to go is in the chain of deeds; (2) the figures of its days are kept in the rollup; (3) the
key of its bodies falls; (4) the lake is loaded anew from what can still be read; (5) drawings and leftovers
go; (6) the order is done.  Killed anywhere, it is done again from the beginning and comes to the same end.
Leaves, proofs, receipts and figures stay.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import closing
from datetime import date, datetime, timedelta
from typing import Final

from django.db import transaction
from msgspec import Struct

from nadzor.actions.draw_chart import sweep_charts
from nadzor.base.clock import moscow_date
from nadzor.base.home import Home
from nadzor.base.lock import alone
from nadzor.base.problems import Refusal
from nadzor.journal.bodies import BodyKeys, Shelf
from nadzor.journal.opening import open_reader
from nadzor.journal.reader import Reader
from nadzor.journal.sheet import receipt_month
from nadzor.people.queries import Person
from nadzor.records import audit
from nadzor.records.models import ShredOrder
from nadzor.records.shredding import holding, may_carry_out
from nadzor.records.tombstones import Buried, bury, digest_of
from nadzor.register import queries as register
from nadzor.telemetry.forgetting import load_anew, rows_of, sweep_scratch
from nadzor.telemetry.load import load
from nadzor.telemetry.rollup import roll_up
from nadzor.telemetry.rollup_file import read_rollup_manifest
from nadzor.telemetry.rollup_kept import keep_until
from nadzor.workdays.calendar import ONE_DAY

VERB: Final = "journal.bodies.shred"
DONE: Final = "records.shred.done"
SETTLED: Final = timedelta(days=1)  # a batch of the month's last minute may still be on its way to the disk
_MONTH: Final = re.compile(r"20[0-9]{2}-(0[1-9]|1[0-2])")


class Destroyed(Struct, frozen=True):
    """What can no longer be read by anyone: so many batches, so many events that counted."""

    installation: str
    month: str
    batches: int
    events: int
    first: int
    last: int


class Reported(Struct, frozen=True):
    """What lies on a shelf: its leaves, in order, of which devices, and how many events counted."""

    places: tuple[int, ...]
    devices: tuple[str, ...]
    events: int


def shred_bodies(home: Home, id: int, *, by: Person | None, now: datetime) -> Destroyed:
    """Carry an approved order out.  There is no way back; doing it twice does no more.

    Raises: Refusal shred.not-yours, shred.unknown, shred.state, shred.held, shred.nothing.
    """
    shelf = _shelf_of(id, by)
    told = reported(home, shelf)
    destroyed = Destroyed(
        shelf.installation, shelf.month, len(told.places), told.events, told.places[0], told.places[-1]
    )
    _begin(id, destroyed, told, by, now)
    rows = _destroy(home, shelf, told, moscow_date(now))
    sweep_charts(home, keep=0)
    sweep_scratch(home)
    _end(id, rows, by, now)
    return destroyed


def finish_shredding(home: Home, *, now: datetime) -> int:
    """Bring to the end what was begun and cut short; returns how many orders.

    Raises: what `shred_bodies` raises.
    """
    begun = [row for row in ShredOrder.objects.filter(is_approved=True, done_at=None) if row.outcome]
    for row in begun:
        told = reported(home, Shelf(row.installation, row.month))
        rows = _destroy(home, Shelf(row.installation, row.month), told, moscow_date(now))
        sweep_charts(home, keep=0)
        sweep_scratch(home)
        _end(row.pk, rows, None, now)
    return len(begun)


def must_be_over(month: str, now: datetime) -> None:
    """Raises: Refusal shred.month, shred.too-early."""
    if not _MONTH.fullmatch(month):
        raise Refusal("shred.month")
    if month >= receipt_month(now - SETTLED):
        raise Refusal("shred.too-early")


def reported(home: Home, shelf: Shelf) -> Reported:
    """What lies on the shelf.

    Raises: Refusal shred.nothing.
    """
    places, devices, events = [], set(), 0
    with closing(open_reader(home)) as reader:
        for record in reader.batches():
            if (record.installation, record.month) == (shelf.installation, shelf.month):
                events += record.accepted
                places.append(record.index)
                devices.add(record.device)
    if not places:
        raise Refusal("shred.nothing")
    return Reported(tuple(places), tuple(sorted(devices)), events)


def destroyed_ranges(home: Home, reader: Reader) -> Iterator[Destroyed]:
    """Everything that was destroyed on purpose, by installation and month."""
    keys, found = BodyKeys(home.body_keys), dict[Shelf, list[int]]()
    for record in reader.batches():
        shelf = Shelf(record.installation, record.month)
        first, _last, batches, events = found.get(shelf, [record.index, 0, 0, 0])
        found[shelf] = [first, record.index, batches + 1, events + record.accepted]
    for shelf in sorted(found, key=lambda one: (one.installation, one.month)):
        if keys.was_shredded(shelf):
            first, last, batches, events = found[shelf]
            yield Destroyed(shelf.installation, shelf.month, batches, events, first, last)


def _shelf_of(id: int, by: Person | None) -> Shelf:
    row = ShredOrder.objects.filter(pk=id).first()
    if row is None:
        raise Refusal("shred.unknown")
    if not may_carry_out(by, asked_by=row.asked_by, decided_by=row.decided_by):
        raise Refusal("shred.not-yours")
    return Shelf(row.installation, row.month)


@transaction.atomic
def _begin(id: int, destroyed: Destroyed, told: Reported, by: Person | None, now: datetime) -> None:
    """Say in the chain what is about to go; a hold placed after the approval stops it, until it has begun."""
    row = ShredOrder.objects.select_for_update().get(pk=id)
    if not row.is_approved or row.done_at is not None:
        raise Refusal("shred.state")
    kept = () if row.outcome else holding(row.installation, row.month, set(told.devices))
    if kept:
        raise Refusal("shred.held", holds=", ".join(map(str, kept)))
    facts = {
        "month": row.month, "batches": destroyed.batches, "events": destroyed.events,
        "first": destroyed.first, "last": destroyed.last, "order": row.pk,
    }  # fmt: skip
    audit.record(
        VERB, row.installation, by=by.username if by else "house", because=row.because, now=now, **facts
    )
    row.outcome = facts
    row.save(update_fields=["outcome"])


def _destroy(home: Home, shelf: Shelf, told: Reported, today: date) -> int:
    """Keep the figures, let the key fall, load the lake anew; returns how many rows went this time."""
    with alone(home.root / ".lake.lock"), closing(open_reader(home)) as reader:
        rows = _keep_figures(home, reader, shelf, told=told, today=today)
        BodyKeys(home.body_keys).shred(shelf)
        load_anew(home, reader)
        roll_up(home, bins=register.bins())
        return rows


def _keep_figures(home: Home, reader: Reader, shelf: Shelf, *, told: Reported, today: date) -> int:
    """Count what can still be read, then keep every day that is over; today is made anew from what stays."""
    load(home, reader)
    roll_up(home, bins=register.bins())
    kinds = rows_of(home.lake, told.places)
    until = read_rollup_manifest(home.rollups).known_until or today
    named = f"{shelf.installation} {shelf.month}"
    keep_until(home.rollups, min(until, today - ONE_DAY), named=named, events=kinds)
    return sum(kinds.values())


@transaction.atomic
def _end(id: int, rows: int, by: Person | None, now: datetime) -> None:
    row = ShredOrder.objects.select_for_update().get(pk=id)
    if row.done_at is not None:
        return
    row.done_at, row.outcome = now, {**row.outcome, "rows": max(rows, row.outcome.get("rows", 0))}
    row.save(update_fields=["done_at", "outcome"])
    audit.record(
        DONE, f"shred {id}", by=by.username if by else "house", because=row.because, now=now, **row.outcome
    )
    gone = Buried(
        kind="bodies", object=f"{row.installation} {row.month}", digest=digest_of(**row.outcome),
        retention=row.retention,
    )  # fmt: skip
    bury(gone, because=row.because, by=by.username if by else "house", now=now)
