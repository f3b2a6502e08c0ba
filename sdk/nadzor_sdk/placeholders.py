# SPDX-License-Identifier: Apache-2.0
"""Events that stand in the sequence for others."""

from __future__ import annotations

import re

from nadzor_sdk import clock, ids
from nadzor_wire.batch import Malformed, decode_line, encode_event
from nadzor_wire.event import Event, Lost, Withheld

_CODE = re.compile(r"[a-z]{2,24}(\.[a-z]{1,24}(-[a-z]{1,24}){0,4}){1,3}")


def withheld_line(code: str, *, field: str = "$") -> bytes:
    """A placeholder for one event that will not be sent."""
    now = clock.now_ns()
    event = Withheld(id=ids.event_id(now), at=clock.local(now), code=code, field=field)
    return _checked(event) or encode_event(Withheld(id=event.id, at=event.at, code=code))


def lost_line(first: int, last: int, code: str) -> bytes:
    """A declaration that these numbers of the stream will never arrive."""
    now = clock.now_ns()
    known = code if _CODE.fullmatch(code) and len(code) <= 64 else "batch.refused"
    return encode_event(Lost(id=ids.event_id(now), at=clock.local(now), first=first, last=last, code=known))


def _checked(event: Event) -> bytes | None:
    line = encode_event(event)
    return None if isinstance(decode_line(line), Malformed) else line
