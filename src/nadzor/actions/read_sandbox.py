# SPDX-License-Identifier: Apache-2.0
"""Read a device's stream out of the test log: its events, its batches, and what the ledgers say."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from datetime import date, datetime
from typing import Final

from msgspec import Struct

from nadzor.actions.rehearse_month import rehearse_month
from nadzor.base.home import Home
from nadzor.base.problems import Refusal
from nadzor.journal.bodies import Shredded
from nadzor.journal.opening import read_log
from nadzor.journal.reader import Reader
from nadzor.journal.record import BatchRecord
from nadzor.law.form import FormEdition, edition_on
from nadzor.law.norm import NormMissing
from nadzor.procedures.rules.conformance_checks import REPEATED
from nadzor.procedures.rules.sandbox_stream import Arrived, Heard, Stream
from nadzor.register import queries as register
from nadzor.register.cards import DeviceCard
from nadzor.statutory.month import FORM
from nadzor_wire.batch import Malformed, decode_line, split_lines
from nadzor_wire.event import Event

EVENTS_MAX: Final = 20_000  # of the newest batches: enough for any test, little enough to judge at once


class Tested(Struct, frozen=True):
    """A stream, and the state of the log it was read from."""

    stream: Stream
    size: int


def read_sandbox(home: Home, card: DeviceCard, *, today: date) -> Tested:
    """The stream of the test bench that sent last, whole or its newest part.

    Why: one bench at a time, so that a maker who mended a mistake begins anew with a new bench.
    Raises: Refusal gate.no-stream.
    """
    place = home.sandbox()
    try:
        reader = read_log(place)
    except Refusal as refusal:
        raise Refusal("gate.no-stream") from refusal
    with closing(reader):
        size = reader.size()
        batches = _of_newest_bench(reader, card.code, size)
        if not batches:
            raise Refusal("gate.no-stream")
        return Tested(_stream(reader, card, batches, origin=place.origin, today=today), size)


def first_batch_at(home: Home, device: str, *, since: int) -> datetime | None:
    """When the first batch of a device came that stands in the test log at an index or after it."""
    try:
        reader = read_log(home.sandbox())
    except Refusal:
        return None
    with closing(reader):
        found = (batch.received_at for batch in reader.batches(since) if batch.device == device)
        return next(found, None)


def _of_newest_bench(reader: Reader, device: str, size: int) -> list[BatchRecord]:
    own = [batch for batch in reader.batches(0, size) if batch.device == device]
    return [batch for batch in own if batch.installation == own[-1].installation]


def _stream(
    reader: Reader, card: DeviceCard, batches: list[BatchRecord], *, origin: str, today: date
) -> Stream:
    bench, kept = batches[-1].installation, _newest(batches)
    indexes, keys = {batch.index for batch in batches}, {batch.keyid for batch in batches}
    refused = Counter(note.code for note in reader.refusals() if note.keyid in keys)
    form = _form(today)
    return Stream(
        device=card.code,
        installation=bench,
        origin=origin,
        events=tuple(heard for batch in kept for heard in _heard(batch)),
        batches=tuple(_arrived(batch) for batch in kept),
        versions={each.version: frozenset(each.builds) for each in register.versions(card.code)},
        repeats=refused.pop(REPEATED, 0),
        refused=dict(refused),
        gaps=sum(gap.open for gap in reader.gaps() if gap.installation == bench),
        forks=sum(fork.index in indexes for fork in reader.forks()),
        form=form,
        month=rehearse_month(kept, card, form) if form else None,
    )


def _newest(batches: list[BatchRecord]) -> list[BatchRecord]:
    """The newest batches that hold no more events than are judged at once."""
    kept: list[BatchRecord] = []
    events = 0
    for batch in reversed(batches):
        events += batch.last - batch.first + 1
        if events > EVENTS_MAX and kept:
            break
        kept.append(batch)
    return kept[::-1]


def _arrived(batch: BatchRecord) -> Arrived:
    return Arrived(batch.index, batch.rejected, tuple(each.code for each in batch.verdicts.flagged))


def _heard(batch: BatchRecord) -> Iterator[Heard]:
    for event in _accepted(batch):
        yield Heard(event, batch.received_at)


def _accepted(batch: BatchRecord) -> Iterator[Event]:
    refused = {verdict.seq - batch.first for verdict in batch.verdicts.rejected}
    try:
        lines = split_lines(batch.body())
    except Shredded:
        return
    for place, line in enumerate(lines):
        event = decode_line(line)
        if place not in refused and not isinstance(event, Malformed):
            yield event


def _form(today: date) -> FormEdition | None:
    try:
        return edition_on(FORM, today)
    except NormMissing:
        return None
