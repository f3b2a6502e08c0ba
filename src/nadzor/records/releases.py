# SPDX-License-Identifier: Apache-2.0
"""Questions about releases: what was published, what was built and refused, and the tables themselves."""

from __future__ import annotations

import hashlib
from datetime import datetime
from pathlib import Path
from typing import Any

from django.db.models import QuerySet
from msgspec import Struct

from nadzor.base.home import Home
from nadzor.base.problems import Refusal
from nadzor.disclosure.tables import PublicTable, read
from nadzor.records.models import Release


class ReleaseCard(Struct, frozen=True, kw_only=True):
    """One release; `attack` is the report of its check."""

    id: int
    series: str
    period: str
    edition: int
    sha256: str
    rows: int
    is_safe: bool
    built_at: datetime
    published_at: datetime | None
    published_by: str
    attack: dict[str, Any]


def published(series: str = "") -> list[ReleaseCard]:
    """Published releases, the newest period of each series first; of one series or of all."""
    rows = Release.objects.exclude(published_at=None)
    return [_card(row) for row in (rows.filter(series=series) if series else rows)]


def releases(*, waiting: bool = False) -> list[ReleaseCard]:
    """All releases, published or not; `waiting`: only those that are not."""
    rows = Release.objects.filter(published_at=None) if waiting else Release.objects.all()
    return [_card(row) for row in rows]


def release(series: str, period: str) -> ReleaseCard:
    """The published release of a period, else the one built last.

    Raises: Refusal release.unknown.
    """
    rows = _of(series, period)
    row = rows.exclude(published_at=None).first() or rows.first()
    if row is None:
        raise Refusal("release.unknown")
    return _card(row)


def public_table(home: Home, series: str, period: str) -> PublicTable:
    """A published table as everybody reads it.

    Raises: Refusal release.unknown, or release.damaged when the bytes are not what was published.
    """
    row = _of(series, period).exclude(published_at=None).first()
    if row is None:
        raise Refusal("release.unknown")
    return kept_table(home, row.sha256)


def kept_table(home: Home, sha256: str) -> PublicTable:
    """A table by the digest of its bytes, published or only built.

    Raises: Refusal release.unknown, release.damaged.
    """
    file = place(home, sha256)
    if not file.is_file():
        raise Refusal("release.unknown")
    content = file.read_bytes()
    if hashlib.sha256(content).hexdigest() != sha256:
        raise Refusal("release.damaged")
    return read(content)


def place(home: Home, sha256: str) -> Path:
    """Where the bytes of a table lie."""
    return home.root / "releases" / f"{sha256}.json"


def _of(series: str, period: str) -> QuerySet[Release]:
    return Release.objects.filter(series=series, period=period)


def _card(row: Release) -> ReleaseCard:
    return ReleaseCard(
        id=row.pk, series=row.series, period=row.period, edition=row.edition, sha256=row.sha256,
        rows=row.rows, is_safe=row.is_safe, built_at=row.built_at, published_at=row.published_at,
        published_by=row.published_by, attack=row.attack,
    )  # fmt: skip
