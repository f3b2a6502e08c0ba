# SPDX-License-Identifier: Apache-2.0
"""Names for things: UUIDv7, random or derived from what they name."""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime
from uuid import UUID

_TAIL_BITS = 74  # rand_a (12) and rand_b (62) of RFC 9562, section 5.7


def uuid7(now: datetime) -> str:
    """A fresh, time-ordered id.

    Method: RFC 9562, section 5.7.
    """
    return _assemble(now, secrets.randbits(_TAIL_BITS))


def derived_uuid7(at: datetime, *parts: str) -> str:
    """The id that the same moment and the same parts always give.

    Method: RFC 9562, section 5.7, the random bits taken from SHA-256 of the length-prefixed parts.
    Why: a second replay of the same reads must name the same events.
    """
    digest = hashlib.sha256()
    for part in parts:
        raw = part.encode()
        digest.update(len(raw).to_bytes(8, "big") + raw)
    return _assemble(at, int.from_bytes(digest.digest()[:10], "big") >> (80 - _TAIL_BITS))


def _assemble(moment: datetime, tail: int) -> str:
    if moment.tzinfo is None:
        raise ValueError("an id needs a moment with a time zone")
    milliseconds = int(moment.timestamp() * 1000)
    rand_a, rand_b = tail >> 62, tail & (1 << 62) - 1
    return str(UUID(int=milliseconds << 80 | 7 << 76 | rand_a << 64 | 0b10 << 62 | rand_b))
