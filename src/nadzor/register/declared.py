# SPDX-License-Identifier: Apache-2.0
"""Months as their makers declared them in sums: the one that stands, and those it replaced."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from msgspec import Struct

from nadzor.register.models import DeclaredReport


class DeclaredCard(Struct, frozen=True, kw_only=True):
    """One upload: its file's digest, its rows (`site` is the clinic's pseudonym), who sent it and when."""

    device: str
    month: str
    format: str
    digest: str
    rows: tuple[dict[str, Any], ...]
    by: str
    at: datetime
    stands: bool  # no later one has replaced it


def declared(device: str, month: str) -> list[DeclaredCard]:
    """Every upload of a device's month, newest first; the first one stands."""
    found = DeclaredReport.objects.filter(device__code=device, month=month).order_by("-at", "-id")
    return [card_of(row, device, stands=place == 0) for place, row in enumerate(found)]


def standing_months() -> list[DeclaredCard]:
    """The upload that stands for each declared month, of all devices."""
    rows = DeclaredReport.objects.select_related("device").order_by("device__code", "month", "at", "id")
    last = {(row.device.code, row.month): row for row in rows}
    return [card_of(row, code, stands=True) for (code, _), row in last.items()]


def declared_months(device: str) -> dict[str, datetime]:
    """The months of a device that were declared, and when last."""
    rows = DeclaredReport.objects.filter(device__code=device).order_by("at")
    return dict(rows.values_list("month", "at"))


def card_of(row: DeclaredReport, device: str, *, stands: bool) -> DeclaredCard:
    """A stored upload as its readers see it."""
    return DeclaredCard(
        device=device,
        month=row.month,
        format=row.format,
        digest=row.digest,
        rows=tuple(row.rows),
        by=row.by,
        at=row.at,
        stands=stands,
    )
