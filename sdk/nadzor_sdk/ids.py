# SPDX-License-Identifier: Apache-2.0
"""Names of events and streams."""

from __future__ import annotations

import os
from random import Random

_random = Random(os.urandom(32))
_VARIANT = dict(zip("0123456789abcdef", "89ab" * 4, strict=True))  # the two bits that say whose layout it is
_bits = _random.getrandbits
_begin = (0, "")  # the millisecond of the last id, and how ids of that millisecond begin
os.register_at_fork(after_in_child=lambda: _random.seed(os.urandom(32)))


def event_id(moment_ns: int) -> str:
    """A UUIDv7 (RFC 9562 section 5.7) of this moment."""
    global _begin
    ms, chance = moment_ns // 1_000_000, f"{_bits(76):019x}"
    known, begin = _begin
    if ms != known:
        begin = f"{ms >> 16:08x}-{ms & 0xFFFF:04x}-7"
        _begin = (ms, begin)
    return f"{begin}{chance[:3]}-{_VARIANT[chance[3]]}{chance[4:7]}-{chance[7:]}"


def stream_id() -> bytes:
    """128 random bits."""
    return os.urandom(16)


def jitter() -> float:
    """A random share, 0..1."""
    return _random.random()
