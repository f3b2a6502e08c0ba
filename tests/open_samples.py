# SPDX-License-Identifier: Apache-2.0
"""Published tables made by hand, with every kind of figure in them, for tests of what the public reads."""

from __future__ import annotations

from datetime import date, datetime
from typing import Final

from nadzor.base.home import Home
from nadzor.disclosure.guard import Hidden, Shown
from nadzor.disclosure.tables import Band, Cell, Figure, NotCollected, NotYet, PublicTable, canonical, digest
from nadzor.records.models import Release
from nadzor.records.releases import place

MANY: Final = Shown(1412)


def table(period: str, device: str = "ai-901", *, studies: Figure = MANY) -> PublicTable:
    """A month of use: a device with figures, one with none, one hidden, one not complete."""
    rows: list[tuple[str, Figure]] = [
        (device, studies),
        ("ai-902", NotCollected()),
        ("ai-903", Hidden("organisations", 5)),
        ("ai-904", Shown(0)),
        ("ai-905", NotYet()),
    ]
    other = {"organisations": Band(5, 9), "failed_share": Band(100, 200)}
    cells = [Cell((code,), "studies", figure) for code, figure in rows]
    cells += [
        Cell((code,), measure, figure if isinstance(figure, NotCollected | NotYet) else band)
        for measure, band in other.items()
        for code, figure in rows
    ]
    return PublicTable(
        series="use-month", period=period, edition=1, known_by=date(2026, 11, 10), dimensions=("device",),
        measures=("studies", "organisations", "failed_share"), cells=tuple(cells),
    )  # fmt: skip


def release(home: Home, told: PublicTable, *, at: datetime, is_out: bool = True, is_safe: bool = True) -> str:
    """Keep a table as a release, published or not; returns its digest."""
    sha256 = digest(told)
    place(home, sha256).parent.mkdir(parents=True, exist_ok=True)
    place(home, sha256).write_bytes(canonical(told))
    Release.objects.create(
        series=told.series, period=told.period, edition=told.edition, sha256=sha256, rows=len(told.rows),
        built_at=at, is_safe=is_safe, attack={}, published_by="head" if is_out else "",
        published_at=at if is_out else None,
    )  # fmt: skip
    return sha256
