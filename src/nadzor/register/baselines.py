# SPDX-License-Identifier: Apache-2.0
"""Registered baselines: the window that stands for each device, and those it replaced."""

from __future__ import annotations

from datetime import date, datetime

from msgspec import Struct

from nadzor.register.models import Baseline


class BaselineCard(Struct, frozen=True, kw_only=True):
    """The days [first, after) that a device is measured against, who set them, when and why."""

    device: str
    first: date
    after: date
    by: str
    because: str
    at: datetime


def baselines(device: str) -> list[BaselineCard]:
    """Every window of a device, newest first; the first one stands."""
    return [_card(row) for row in Baseline.objects.select_related("device").filter(device__code=device)]


def standing_baselines() -> dict[str, BaselineCard]:
    """The window that stands, by device; a device without one is measured against its first days."""
    rows = Baseline.objects.select_related("device").order_by("id")
    return {row.device.code: _card(row) for row in rows}


def _card(row: Baseline) -> BaselineCard:
    return BaselineCard(
        device=row.device.code, first=row.first, after=row.after, by=row.by, because=row.because, at=row.at
    )
