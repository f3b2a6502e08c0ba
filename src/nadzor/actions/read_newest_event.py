# SPDX-License-Identifier: Apache-2.0
"""The newest accepted event of a device, exactly as it was sent: one real example of what leaves a clinic."""

from __future__ import annotations

from contextlib import closing
from datetime import datetime
from typing import Final

from msgspec import Struct

from nadzor.actions.newest_batches import Heading, newest_batches
from nadzor.base.home import Home
from nadzor.journal.bodies import Shredded
from nadzor.journal.opening import open_reader
from nadzor.journal.reader import Reader
from nadzor_wire.batch import Malformed, decode_line, split_lines
from nadzor_wire.event import AdverseEvent, Study

STUDY: Final = "study"
TRIED: Final = 12  # batches looked into: the newest may hold no study, or be destroyed


class SentEvent(Struct, frozen=True):
    """One line of a batch: the batch, its number in the stream, when it was received, its bytes as text."""

    index: int
    seq: int
    received_at: datetime
    kind: str
    text: str


def newest_event(home: Home, device: str) -> SentEvent | None:
    """The newest accepted study of the newest batches, or any other event; None when nothing can be read.

    Why never an adverse event: its narrative is read in the case, by those who work on it.
    """
    found = [one for kept in newest_batches(home.log, device).values() for one in kept if one.accepted]
    newest = sorted(found, key=lambda one: one.index, reverse=True)[:TRIED]
    if not newest:
        return None
    with closing(open_reader(home)) as reader:
        other = None
        for heading in newest:
            sent = _event(reader, heading)
            if sent is not None and sent.kind == STUDY:
                return sent
            other = other or sent
    return other


def _event(reader: Reader, heading: Heading) -> SentEvent | None:
    record = reader.batch(heading.index)
    refused = {verdict.seq for verdict in record.verdicts.rejected}
    try:
        lines = split_lines(record.body())
    except Shredded:
        return None
    other = None
    for place in range(len(lines) - 1, -1, -1):
        event = decode_line(lines[place])
        if record.first + place in refused or isinstance(event, Malformed | AdverseEvent):
            continue
        kind = str(event.__struct_config__.tag)
        sent = SentEvent(record.index, record.first + place, record.received_at, kind, lines[place].decode())
        if isinstance(event, Study):
            return sent
        other = other or sent
    return other
