# SPDX-License-Identifier: Apache-2.0
"""What the log of test streams has received of one device, for whoever is trying it out."""

from __future__ import annotations

from contextlib import closing
from datetime import datetime
from typing import Final

from msgspec import Struct

from nadzor.base.home import Home
from nadzor.base.problems import Refusal
from nadzor.journal.opening import read_log
from nadzor.journal.reader import Quarantined

NEWEST: Final = 20_000  # batches looked through: a test is about what came last
REJECTED_SHOWN: Final = 20


class TestStream(Struct, frozen=True, kw_only=True):
    """Batches and events received, the newest batch's place and moment, the newest rejections."""

    __test__ = False

    batches: int = 0
    events: int = 0
    last_index: int | None = None
    last_at: datetime | None = None
    rejected: tuple[Quarantined, ...] = ()


def read_test_stream(home: Home, device: str) -> TestStream:
    """The test stream of a device, from the newest batches; empty before the first one."""
    try:
        reader = read_log(home.sandbox())
    except Refusal as refusal:
        if refusal.code != "journal.missing":
            raise
        return TestStream()
    with closing(reader):
        size = reader.size()
        own = [one for one in reader.batches(max(0, size - NEWEST), size) if one.device == device]
        return TestStream(
            batches=len(own),
            events=sum(one.last - one.first + 1 for one in own),
            last_index=own[-1].index if own else None,
            last_at=own[-1].received_at if own else None,
            rejected=tuple(reader.quarantined(device)[-REJECTED_SHOWN:][::-1]),
        )
