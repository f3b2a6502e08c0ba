# SPDX-License-Identifier: Apache-2.0
"""What heartbeats say of the spools in clinics: who still holds events back, how many, since which day."""

from __future__ import annotations

from datetime import date
from typing import Final

from msgspec import Struct

from nadzor.base.home import Home
from nadzor.base.problems import Refusal
from nadzor.telemetry.lake import opened

_LAST: Final = """
    SELECT o.code, arg_max(h.spool_events, h.event), max(h.day),
           max(h.day) FILTER (WHERE h.spool_events = 0), min(h.day)
    FROM heartbeat h JOIN origin o ON h.origin = o.origin
    GROUP BY o.code
    HAVING arg_max(h.spool_events, h.event) > 0
    ORDER BY o.code
"""


class Spool(Struct, frozen=True):
    """One installation whose last heartbeat told of events held back.

    Units: `waiting` events; `days` since its spool was last told to be empty, to its last heartbeat.
    """

    installation: str
    waiting: int
    days: int


def spools(home: Home) -> list[Spool]:
    """Every installation that holds events back; none before the first load.

    Why days: the lake keeps the day of a heartbeat, not its moment.
    """
    try:
        with opened(home.lake) as (store, _):
            rows = store.execute(_LAST).fetchall()
    except Refusal as refusal:
        if refusal.code != "lake.missing":
            raise
        return []
    return [Spool(code, waiting, _days(last, empty or first)) for code, waiting, last, empty, first in rows]


def _days(last: date, empty: date) -> int:
    return (last - empty).days
