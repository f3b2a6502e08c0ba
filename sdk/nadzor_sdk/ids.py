# SPDX-License-Identifier: Apache-2.0
"""Names of events and streams."""

from __future__ import annotations

import os
from random import Random

_random = Random(os.urandom(32))
os.register_at_fork(after_in_child=lambda: _random.seed(os.urandom(32)))


def event_id(moment_ns: int) -> str:
    """A UUIDv7 (RFC 9562 section 5.7) of this moment."""
    ms, chance = moment_ns // 1_000_000, _random.getrandbits(74)
    return "%08x-%04x-7%03x-%04x-%012x" % (  # noqa: UP031  twice as fast as an f-string here
        ms >> 16,
        ms & 0xFFFF,
        chance >> 62,
        0x8000 | chance >> 48 & 0x3FFF,
        chance & 0xFFFF_FFFF_FFFF,
    )


def stream_id() -> bytes:
    """128 random bits."""
    return os.urandom(16)


def jitter() -> float:
    """A random share, 0..1."""
    return _random.random()
