# SPDX-License-Identifier: Apache-2.0
"""The quiet device of the week: one of which no detector says anything, looked at all the same."""

from __future__ import annotations

import hmac
from collections.abc import Collection
from datetime import date
from hashlib import sha256


def week_of(day: date) -> str:
    """The ISO week of a day.

    >>> week_of(date(2027, 1, 1))
    '2026-W53'
    """
    year, week, _ = day.isocalendar()
    return f"{year}-W{week:02d}"


def pick(week: str, devices: Collection[str], *, secret: bytes) -> str | None:
    """The device of a week: the one whose keyed digest is the smallest; None where no device is quiet.

    Why: what detectors miss is only seen by looking where they are silent; the key of the house keeps a maker
    from foreseeing its week, and anybody who holds the key can check the choice afterwards.
    """
    return min(devices, key=lambda code: _place(week, code, secret), default=None)


def _place(week: str, code: str, secret: bytes) -> bytes:
    return hmac.new(secret, f"quiet device\0{week}\0{code}".encode(), sha256).digest()
