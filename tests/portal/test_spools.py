# SPDX-License-Identifier: Apache-2.0
"""Spools as heartbeats tell of them: who holds events back now, and since which day."""

from __future__ import annotations

import re

from nadzor.telemetry import spools as room
from nadzor.telemetry.lake import opened
from nadzor.telemetry.spools import Spool, spools


def test_the_last_heartbeat_decides(house, monkeypatch):
    """Whoever said last that nothing waits is not among them; told over the town's own heartbeats."""
    with opened(house.lake) as (store, _):
        last = dict(
            store.execute(
                "SELECT o.code, arg_max(h.spool_events, h.event) FROM heartbeat h "
                "JOIN origin o ON h.origin = o.origin GROUP BY o.code"
            ).fetchall()
        )
    assert last
    assert {one.installation: one.waiting for one in spools(house)} == {
        code: n for code, n in last.items() if n > 0
    }
    everybody = re.sub(r"HAVING .* > 0", "", room._LAST)
    monkeypatch.setattr(room, "_LAST", everybody)
    assert {one.installation for one in spools(house)} == set(last)
    assert all(isinstance(one, Spool) and one.days >= 0 for one in spools(house))
