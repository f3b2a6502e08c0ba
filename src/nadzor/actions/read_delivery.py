# SPDX-License-Identifier: Apache-2.0
"""What arrives from a device's installations, and what does not: from the newest batches and the ledgers.

Why bounded: of each installation a few of the newest bodies are opened, and each is opened once a process.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing
from datetime import datetime, timedelta
from statistics import median
from typing import Final

import msgspec
from msgspec import Struct

from nadzor.actions.list_suspects import SuspectBatch, Suspects, list_suspects
from nadzor.actions.newest_batches import Heading, newest_batches
from nadzor.base.home import Home
from nadzor.base.problems import Refusal
from nadzor.journal.bodies import Shredded
from nadzor.journal.opening import open_reader
from nadzor.journal.reader import GapNote, Quarantined, Reader, RefusedBatch
from nadzor.people.queries import CONSOLE
from nadzor.register.cards import InstallationCard, KeyCard
from nadzor_wire.batch import decode_line, split_lines
from nadzor_wire.event import Heartbeat

OPENED: Final = 8  # bodies of an installation: enough for its newest signs of life
OPENED_MAX: Final = 256  # bodies in all on one look, however many installations a device has
REMEMBERED: Final = 4_096  # bodies whose signs of life are kept
PATIENCE: Final = 3  # usual pauses that pass before a sender is called late
LEAST: Final = timedelta(days=1)  # nobody is called late sooner: nights and week-ends are no silence
SETTLED: Final = timedelta(hours=1)  # after a revocation: no gateway takes that key any more
MARK: Final = b'"heartbeat"'


class Beat(Struct, frozen=True):
    """One sign of life; drops are those since the one before.  Units: bytes, milliseconds."""

    id: str
    index: int
    seq: int
    at: datetime
    spool_events: int
    spool_bytes: int
    drops: dict[str, int]
    sdk: str
    clock_offset_ms: int


class Opened(Struct, frozen=True):
    """What one body says: its signs of life, and when its last event happened."""

    beats: tuple[Beat, ...] = ()
    last_at: datetime | None = None


class Sender(Struct, frozen=True, kw_only=True):
    """One installation: its newest batch, its rhythm, its newest sign of life, drops of the beats read.

    `behind` is how long the last event of the newest batch had waited: a spool is sent oldest first.
    """

    installation: str
    site: str
    newest: Heading | None = None
    usual: timedelta | None = None
    expected_at: datetime | None = None
    behind: timedelta | None = None
    beat: Beat | None = None
    drops: dict[str, int] = {}
    drops_since: datetime | None = None

    def is_late(self, now: datetime) -> bool:
        """Whether its own rhythm has let us expect more by now."""
        return self.expected_at is not None and now > self.expected_at


class RejectedKind(Struct, frozen=True):
    """Rejected events of one code, place and shape; the newest of them, by batch and number."""

    code: str
    at: str
    shape: str
    count: int
    index: int
    seq: int


class RefusedKind(Struct, frozen=True):
    """Whole batches of one key that were refused for one reason, as far as they are kept one by one."""

    code: str
    place: str
    keyid: str
    count: int
    newest: datetime


class Doubted(Struct, frozen=True):
    """A lost key, and the batches that came under it since a stranger may have had it."""

    keyid: str
    installation: str
    since: datetime
    batches: tuple[SuspectBatch, ...]
    events: int


class Delivery(Struct, frozen=True, kw_only=True):
    """Everything that one page tells about the delivery of a device."""

    senders: tuple[Sender, ...] = ()
    rejected: tuple[RejectedKind, ...] = ()
    refused: tuple[RefusedKind, ...] = ()
    gaps: tuple[GapNote, ...] = ()
    doubted: tuple[Doubted, ...] = ()


def read_delivery(home: Home, device: str, rooms: Sequence[InstallationCard], *, now: datetime) -> Delivery:
    """The delivery of a device with these installations; empty before the journal has any batch.

    Why no asker: whoever may read the device's operation may read all of it; the page asks that first.
    """
    try:
        reader = open_reader(home)
    except Refusal as refusal:
        if refusal.code != "journal.missing":
            raise
        return Delivery(senders=tuple(Sender(installation=room.id, site=room.site) for room in rooms))
    newest = newest_batches(home.log, device)
    each = max(1, min(OPENED, OPENED_MAX // max(1, len(rooms))))
    with closing(reader):
        opens = _opener(home, reader)
        return Delivery(
            senders=tuple(_sender(room, newest.get(room.id, ()), each, opens) for room in rooms),
            rejected=tuple(rejected_kinds(reader.quarantined(device))),
            refused=tuple(refused_kinds(reader.refusals(), rooms)),
            gaps=tuple(reversed(reader.gaps(device=device))),
            doubted=tuple(_doubted(home, rooms, now)),
        )


def rejected_kinds(rejected: Iterable[Quarantined]) -> list[RejectedKind]:
    """Rejected events by code, place and shape, the most frequent first."""
    count: Counter[tuple[str, str, str]] = Counter()
    newest: dict[tuple[str, str, str], Quarantined] = {}
    for one in rejected:
        kind = (one.code, one.at, one.shape)
        count[kind] += 1
        newest[kind] = one
    return [
        RejectedKind(*kind, times, newest[kind].index, newest[kind].seq)
        for kind, times in count.most_common()
    ]


def refused_kinds(refused: Iterable[RefusedBatch], rooms: Sequence[InstallationCard]) -> list[RefusedKind]:
    """Whole refused batches that were signed with a key of these installations, by key and reason."""
    own = {key.keyid for room in rooms for key in room.keys}
    count: Counter[tuple[str, str, str]] = Counter()
    newest: dict[tuple[str, str, str], datetime] = {}
    for one in refused:
        if one.keyid in own:
            kind = (one.code, one.place or "", one.keyid or "")
            count[kind] += 1
            newest[kind] = max(one.at, newest.get(kind, one.at))
    return [RefusedKind(*kind, times, newest[kind]) for kind, times in count.most_common()]


def rhythm(moments: Sequence[datetime]) -> timedelta | None:
    """The median pause between receipts; None when there are too few to speak of a rhythm."""
    pauses = [after - before for before, after in zip(moments, moments[1:], strict=False)]
    return median(pauses) if len(pauses) > 1 else None


def _sender(
    room: InstallationCard, kept: tuple[Heading, ...], each: int, opens: Callable[[int], Opened]
) -> Sender:
    if not kept:
        return Sender(installation=room.id, site=room.site)
    newest, usual = kept[-1], rhythm([one.received_at for one in kept])
    bodies = [opens(one.index) for one in kept[-each:]]
    beats = list({beat.id: beat for body in bodies for beat in body.beats}.values())
    drops: Counter[str] = Counter()
    for beat in beats:
        drops.update(beat.drops)
    last_at = bodies[-1].last_at
    return Sender(
        installation=room.id,
        site=room.site,
        newest=newest,
        usual=usual,
        expected_at=newest.received_at + max(LEAST, PATIENCE * (usual or LEAST)),
        behind=newest.received_at - last_at if last_at else None,
        beat=max(beats, key=lambda beat: beat.at, default=None),
        drops={reason: n for reason, n in sorted(drops.items()) if n},
        drops_since=min((beat.at for beat in beats), default=None),
    )


def _doubted(home: Home, rooms: Sequence[InstallationCard], now: datetime) -> Iterator[Doubted]:
    for room in rooms:
        for key in room.keys:
            if key.compromised_since is not None:
                found = _suspects(home, key, now)
                yield Doubted(key.keyid, room.id, key.compromised_since, found.batches, found.events)


def _suspects(home: Home, key: KeyCard, now: datetime) -> Suspects:
    """The batches under a lost key; remembered once nothing more can come under it."""
    name = (str(home.root), key.keyid, key.compromised_since)
    found = _settled.get(name)
    if found is None:
        found = list_suspects(home, key.keyid, by=CONSOLE)
        if key.revoked_at is not None and now > key.revoked_at + SETTLED:
            _settled[name] = found
    return found


_settled: dict[tuple[str, str, datetime | None], Suspects] = {}
_remembered: dict[tuple[str, int], Opened] = {}


def _opener(home: Home, reader: Reader) -> Callable[[int], Opened]:
    """Opens bodies by index, each once a process: what was written is never changed."""
    log = str(home.journal) + home.settings.journal_url

    def opens(index: int) -> Opened:
        found = _remembered.get((log, index))
        if found is None:
            if len(_remembered) >= REMEMBERED:
                _remembered.pop(next(iter(_remembered)))
            found = _remembered[log, index] = _open(reader, index)
        return found

    return opens


def _open(reader: Reader, index: int) -> Opened:
    record = reader.batch(index)
    try:
        lines = split_lines(record.body())
    except Shredded:
        return Opened()
    refused = {verdict.seq - record.first for verdict in record.verdicts.rejected}
    beats = []
    for place, text in enumerate(lines):
        if MARK in text and place not in refused and isinstance(event := decode_line(text), Heartbeat):
            beats.append(_beat(event, index, record.first + place))
    return Opened(tuple(beats), _moment(lines[-1]) if lines else None)


class _At(Struct, frozen=True):
    at: datetime


def _moment(text: bytes) -> datetime | None:
    try:
        found = msgspec.json.decode(text, type=_At).at
    except msgspec.DecodeError:
        return None
    return found if found.tzinfo else None


def _beat(event: Heartbeat, index: int, seq: int) -> Beat:
    return Beat(
        event.id, index, seq, event.at, event.spool_events, event.spool_bytes, event.drops, event.sdk,
        event.clock_offset_ms,
    )  # fmt: skip
