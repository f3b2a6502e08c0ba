# SPDX-License-Identifier: Apache-2.0
"""Questions about embargoes: which details of a device the public may not read yet, and until when."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from django.db.models import Q, QuerySet
from msgspec import Struct

from nadzor.base.problems import Refusal
from nadzor.records.models import Embargo

#: The closed list of details that may wait: never that there is a danger, nor what a clinic must do.
DETAILS: Final = ("configuration", "version", "failure_code", "exploit")


class EmbargoCard(Struct, frozen=True, kw_only=True):
    """One embargo; it holds while `ended_at` is None and `until` has not come."""

    id: int
    device: str
    version: str
    hides: tuple[str, ...]
    about: str
    because: str
    placed_by: str
    placed_at: datetime
    until: datetime
    ended_by: str
    ended_at: datetime | None
    end_because: str

    def holds(self, now: datetime) -> bool:
        """Whether it hides anything at a moment; it ends by itself."""
        return self.placed_at <= now < (self.ended_at or self.until) and now < self.until


def hidden_details(device: str, version: str, *, now: datetime) -> frozenset[str]:
    """The details of a device's version that the public may not read now.

    `version` empty: of any version, as for a page of the whole device.
    """
    rows = _holding(now).filter(device=device)
    if version:
        rows = rows.filter(Q(version="") | Q(version=version))
    return frozenset(detail for row in rows for detail in row.hides)


def embargoes(*, device: str = "", holding: datetime | None = None) -> list[EmbargoCard]:
    """Embargoes, the newest first; of one device, or those that hold at a moment."""
    rows = Embargo.objects.all() if holding is None else _holding(holding)
    return [_card(row) for row in (rows.filter(device=device) if device else rows)]


def embargo(id: int) -> EmbargoCard:
    """One embargo.

    Raises: Refusal embargo.unknown.
    """
    row = Embargo.objects.filter(pk=id).first()
    if row is None:
        raise Refusal("embargo.unknown")
    return _card(row)


def _holding(now: datetime) -> QuerySet[Embargo]:
    return Embargo.objects.filter(placed_at__lte=now, until__gt=now, ended_at=None)


def _card(row: Embargo) -> EmbargoCard:
    return EmbargoCard(
        id=row.pk, device=row.device, version=row.version, hides=tuple(row.hides), about=row.about,
        because=row.because, placed_by=row.placed_by, placed_at=row.placed_at, until=row.until,
        ended_by=row.ended_by, ended_at=row.ended_at, end_because=row.end_because,
    )  # fmt: skip
