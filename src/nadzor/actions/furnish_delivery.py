# SPDX-License-Identifier: Apache-2.0
"""A demonstration of delivery: one installation of the nation with a bad day, through the real gateway.

Its spool was full and lags, numbers are missing, declared lost and filled late, an event is unknown to the
register, and one batch is refused whole for a personal detail.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from msgspec import Struct

from nadzor.actions.connect_installation import connect_installation
from nadzor.base.durable import write_atomic
from nadzor.base.home import Home
from nadzor.base.ids import derived_uuid7
from nadzor_sdk.direct import NotAccepted, StreamState, seal_batch, send_sealed
from nadzor_wire.batch import encode_event
from nadzor_wire.enrolment import Credential
from nadzor_wire.event import Event, Heartbeat, Lost

SDK: Final = "0.1.0"
DROPPED: Final = {"spool_full": 41, "invalid": 2}
LOST: Final = "spool.full"
STRANGE: Final = b'{"kind":"study","finding":"not registered","score":"high"}'
PERSONAL: Final = b'{"kind":"fault","note":"8 (495) 123-45-67, mail@clinic.example"}'


class BadDay(Struct, frozen=True):
    """What was sent of it: lines that were taken, and those of the batch that was not."""

    sent: int
    refused: int


def furnish_delivery(home: Home, room: Path, *, device: str, gateway: str, now: datetime) -> BadDay:
    """The bad day of the installation whose credential lies in `room`; nothing without one, nothing twice.

    Why the same installation: its ordinary history stands beside it, as it would in a clinic.
    """
    done = room / "bad-day"
    if done.exists() or not (room / "credential.json").exists():
        return BadDay(0, 0)
    sender = connect_installation(home, room, device=device, clinic_oid=None, now=now, gateway=gateway)
    told = BadDay(_told(sender, now), _refused(sender, now))
    write_atomic(done, b"")
    return told


def _told(sender: Credential, now: datetime) -> int:
    """Numbers 1-20 of a stream: 4-6 late and in part, 10-12 declared lost, 16-17 never."""
    stream = StreamState()
    first = [_beat(now, hours=9 - n, waiting=100 * n) for n in range(3)]
    _send(sender, first, stream)
    prev, late = stream.prev, [_beat(now, hours=6, waiting=180), _beat(now, hours=5, waiting=200)]
    stream.next_seq = 7
    third = [STRANGE, _beat(now, hours=4, waiting=220, drops=DROPPED), STRANGE]
    _send(sender, third, stream)
    stream.next_seq = 13
    fourth = [_lost(now, 10, 12), _beat(now, hours=3, waiting=260), STRANGE]
    _send(sender, fourth, stream)
    stream.next_seq = 18
    fifth = [_beat(now, hours=3 - n, waiting=300 + 20 * n, drops={"spool_full": 7}) for n in range(3)]
    _send(sender, fifth, stream)
    stream.close()
    filled = StreamState(stream=stream.stream, next_seq=4, prev=prev)
    _send(sender, late, filled)
    filled.close()
    return sum(map(len, (first, late, third, fourth, fifth)))


def _refused(sender: Credential, now: datetime) -> int:
    """One batch with a telephone number in it; the gateway keeps nothing of it but that it was refused."""
    stream = StreamState()
    lines = [encode_event(_beat(now, hours=1, waiting=0)), PERSONAL]
    try:
        _send(sender, lines, stream)
    except NotAccepted:
        return len(lines)
    finally:
        stream.close()
    raise AssertionError("a personal detail was taken")


def _send(sender: Credential, events: Sequence[Event | bytes], stream: StreamState) -> None:
    send_sealed(sender, seal_batch(events, stream), stream)


def _beat(now: datetime, *, hours: int, waiting: int, drops: dict[str, int] | None = None) -> Heartbeat:
    at = now - timedelta(hours=hours, minutes=waiting % 60)
    return Heartbeat(
        id=derived_uuid7(at, "bad day", str(waiting)), at=at, sdk=SDK, spool_events=waiting,
        spool_bytes=310 * waiting, drops=drops or {}, clock_offset_ms=2_600,
    )  # fmt: skip


def _lost(now: datetime, first: int, last: int) -> Lost:
    at = now - timedelta(hours=3)
    return Lost(id=derived_uuid7(at, "bad day", "lost"), at=at, first=first, last=last, code=LOST)
