# SPDX-License-Identifier: Apache-2.0
"""The only place where the SDK reads the time."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timezone

monotonic = time.monotonic
now_ns = time.time_ns

_ZONE_GOOD_FOR_NS = 60 * 10**9  # a change of the local zone is seen within a minute
_zone: timezone = UTC
_zone_until_ns = 0
_last = (-1, datetime.fromtimestamp(0, UTC))  # the millisecond asked for last


def now_s() -> float:
    """Seconds since 1970."""
    return time.time()


def local(moment_ns: int) -> datetime:
    """The moment in the local zone, to the millisecond: `day` is the date a clinic's own clock shows."""
    global _zone, _zone_until_ns, _last
    ms = moment_ns // 1_000_000
    known, moment = _last
    if ms == known and moment_ns < _zone_until_ns:
        return moment
    if moment_ns >= _zone_until_ns or moment_ns < _zone_until_ns - _ZONE_GOOD_FOR_NS:
        offset = datetime.now(UTC).astimezone().utcoffset()
        _zone = timezone(offset) if offset else UTC
        _zone_until_ns = moment_ns + _ZONE_GOOD_FOR_NS
    moment = datetime.fromtimestamp(ms / 1000, _zone)
    _last = (ms, moment)
    return moment
