# SPDX-License-Identifier: Apache-2.0
"""What the drafts of yearly reports were last drawn from: while nothing of it moved, none is drawn anew."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any, Final

import msgspec
from django.db.models import Count, Max, Model

from nadzor.base.durable import write_atomic
from nadzor.base.home import Home
from nadzor.register.models import Claim, Device, Filing
from nadzor.vigilance.models import AdverseEvent, MonitoringPlan, MonitoringReport, Signal

MARK: Final = "monitoring.json"  # losing it costs one more drawing
#: What a draft is drawn from besides the rollup, and what of each table moves when it does.
TABLES: Final[Mapping[type[Model], str]] = {
    AdverseEvent: "changed_at", Signal: "changed_at", Filing: "changed_at", Device: "changed_at",
    Claim: "pk", MonitoringPlan: "pk", MonitoringReport: "changed_at",
}  # fmt: skip


def seen_of(rollup: str, by: date) -> dict[str, str]:
    """The rollup's digest, the day it is known by, and how far each table has come."""
    told: dict[str, Any] = {"rollup": rollup, "by": by}
    for table, column in TABLES.items():
        told[table.__name__] = table._default_manager.aggregate(n=Count("pk"), newest=Max(column))
    return {name: str(value) for name, value in told.items()}


def was_drawn(home: Home, seen: Mapping[str, str]) -> bool:
    """Whether the drafts were drawn from just this."""
    try:
        return msgspec.json.decode((home.root / MARK).read_bytes(), type=dict[str, str]) == seen
    except (OSError, msgspec.DecodeError):
        return False


def note_drawn(home: Home, seen: Mapping[str, str]) -> None:
    """Keep what the drafts were drawn from."""
    write_atomic(home.root / MARK, msgspec.json.encode(seen))
