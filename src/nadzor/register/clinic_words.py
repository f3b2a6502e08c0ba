# SPDX-License-Identifier: Apache-2.0
"""What clinics say of their sites: an installation that is missing, a volume that is right or not."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from msgspec import Struct

from nadzor.register.models import MissingInstallation, VolumeStatement

CONTRADICTS: Final = frozenset({"fewer", "more", "not_used"})
"""Answers that contradict the number shown; the others agree or do not know."""


class MissingCard(Struct, frozen=True, kw_only=True):
    """One claim that an installation is missing; `site` is a pseudonym, `device` a code or nothing."""

    id: int
    site: str
    device: str | None
    told: str
    at: datetime
    answer: str
    answered_at: datetime | None


class VolumeCard(Struct, frozen=True, kw_only=True):
    """One word about a quarter's volume.  Units: `counted` is the number of studies shown at the time."""

    installation: str
    device: str
    site: str
    quarter: str
    counted: int
    answer: str
    at: datetime

    @property
    def contradicts(self) -> bool:
        """Whether somebody has to look."""
        return self.answer in CONTRADICTS


def missing(*, site: str | None = None, device: str | None = None, limit: int = 200) -> list[MissingCard]:
    """Claims of a site, about a device, or all; those that wait for an answer first, then the newest."""
    rows = MissingInstallation.objects.select_related("device")
    rows = rows.filter(site=site) if site is not None else rows
    rows = rows.filter(device__code=device) if device is not None else rows
    waiting = list(rows.filter(answered_at=None)[:limit])
    closed = list(rows.exclude(answered_at=None)[: limit - len(waiting)])
    return [missing_card(row) for row in (*waiting, *closed)]


def volumes(
    *, site: str | None = None, quarter: str | None = None, device: str | None = None, limit: int = 500
) -> list[VolumeCard]:
    """Words about volumes, the latest quarter first; of a site, a quarter, a device, or all."""
    rows = VolumeStatement.objects.select_related("installation__device")
    wanted = {"installation__site": site, "quarter": quarter, "installation__device__code": device}
    found = rows.filter(**{name: value for name, value in wanted.items() if value is not None})
    return [volume_card(row) for row in found[:limit]]


def quarters() -> list[str]:
    """The quarters of which somebody spoke, the latest first."""
    rows = VolumeStatement.objects.order_by("-quarter").values_list("quarter", flat=True)
    return list(rows.distinct())


def missing_card(row: MissingInstallation) -> MissingCard:
    """A stored claim as its readers see it: without who wrote it."""
    return MissingCard(
        id=row.pk,
        site=row.site,
        device=row.device.code if row.device else None,
        told=row.told,
        at=row.at,
        answer=row.answer,
        answered_at=row.answered_at,
    )


def volume_card(row: VolumeStatement) -> VolumeCard:
    """A stored word as its readers see it: without who wrote it."""
    return VolumeCard(
        installation=row.installation_id,
        device=row.installation.device.code,
        site=row.installation.site,
        quarter=row.quarter,
        counted=row.counted,
        answer=row.answer,
        at=row.at,
    )
