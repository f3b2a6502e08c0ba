# SPDX-License-Identifier: Apache-2.0
"""Names of events and streams."""

from __future__ import annotations

import os
from random import Random

_random = Random(os.urandom(32))
os.register_at_fork(after_in_child=lambda: _random.seed(os.urandom(32)))


def event_id(moment_ns: int) -> str:
    """A UUIDv7 (RFC 9562 section 5.7) of this moment."""
    chance = _random.getrandbits(74)
    high = f"{moment_ns // 1_000_000:012x}7{chance >> 62:03x}"
    low = f"{1 << 63 | chance & (1 << 62) - 1:016x}"
    return f"{high[:8]}-{high[8:12]}-{high[12:]}-{low[:4]}-{low[4:]}"


def stream_id() -> bytes:
    """128 random bits."""
    return os.urandom(16)


def jitter() -> float:
    """A random share, 0..1."""
    return _random.random()
