# SPDX-License-Identifier: Apache-2.0
"""Deferrals by which the head keeps details of readings from an owner for a while."""

from __future__ import annotations

from datetime import datetime

from msgspec import Struct

from nadzor.records.models import AccessDeferral


class DeferralCard(Struct, frozen=True, kw_only=True):
    """One deferral: of a device or of a site, by whom and why, until when; ended early or not."""

    id: int
    device: str
    site: str
    until: datetime
    because: str
    placed_by: str
    placed_at: datetime
    ended_by: str
    ended_at: datetime | None

    def stands(self, now: datetime) -> bool:
        """Whether it holds at a moment."""
        return self.ended_at is None and now < self.until


def deferrals(*, limit: int = 200) -> tuple[DeferralCard, ...]:
    """All deferrals, newest first."""
    return tuple(map(_card, AccessDeferral.objects.order_by("-id")[:limit]))


def standing(*, devices: tuple[str, ...] = (), site: str = "", now: datetime) -> tuple[DeferralCard, ...]:
    """Those that hold over an owner's devices or site."""
    rows = AccessDeferral.objects.filter(ended_at=None, until__gt=now)
    rows = rows.filter(site=site) if site else rows.filter(device__in=devices)
    return tuple(map(_card, rows))


def _card(row: AccessDeferral) -> DeferralCard:
    return DeferralCard(
        id=row.pk, device=row.device, site=row.site, until=row.until, because=row.because,
        placed_by=row.placed_by, placed_at=row.placed_at, ended_by=row.ended_by, ended_at=row.ended_at,
    )  # fmt: skip
