# SPDX-License-Identifier: Apache-2.0
"""How fresh each open set and series is, and which periods are missing, from releases and tasks alone."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime
from typing import Literal

from msgspec import Struct

from nadzor.actions.open_shelf.held import mark_of
from nadzor.actions.open_shelf.kept import snapshots
from nadzor.base.home import Home
from nadzor.base.interval import Month
from nadzor.base.problems import Refusal, Text
from nadzor.base.quarter import Quarter
from nadzor.disclosure.asking.sets import shelf
from nadzor.disclosure.series import Every, days_of, grid, period_of
from nadzor.disclosure.tables import NotCollected, NotYet
from nadzor.records.models import OpenShelf
from nadzor.records.releases import ReleaseCard, kept_table, releases

Why = Literal["unsafe", "waits", "not_built"]


class SetStand(Struct, frozen=True, kw_only=True):
    """One open set; `checked_at`: when it was last compared with what it is made from."""

    name: str
    title: Text
    rows: int
    change: int
    changed_at: datetime | None
    checked_at: datetime | None
    snapshot: str


class Gap(Struct, frozen=True):
    """A period that is over and was not released."""

    period: str
    why: Why


class Covered(Struct, frozen=True, kw_only=True):
    """One series: how far it reaches, and its gaps; devices: of the newest table, all and with a figure."""

    series: str
    newest: str
    published_at: datetime | None
    gaps: Sequence[Gap]
    devices: int = 0
    transmitting: int = 0


def set_stands(home: Home) -> list[SetStand]:
    """Every open set."""
    known = {row.shelf: row for row in OpenShelf.objects.all()}
    return [_stand(home, name, known.get(name)) for name in shelf().sets]


def covered(home: Home, *, today: date) -> list[Covered]:
    """Every series."""
    built = releases()
    return [
        _covered(home, name, [one for one in built if one.series == name], today) for name in grid().series
    ]


def _stand(home: Home, name: str, row: OpenShelf | None) -> SetStand:
    mark, made = mark_of(name), snapshots(home, name)
    return SetStand(
        name=name, title=shelf().sets[name].name, rows=mark.rows, change=mark.change,
        changed_at=row.changed_at if row else None, checked_at=row.checked_at if row else None,
        snapshot=made[0].snapshot if made else "",
    )  # fmt: skip


def _covered(home: Home, name: str, built: Sequence[ReleaseCard], today: date) -> Covered:
    out = {one.period: one for one in built if one.published_at}
    newest = max(out, default="")
    devices, transmitting = _counted(home, out[newest]) if newest else (0, 0)
    return Covered(
        series=name, newest=newest, published_at=out[newest].published_at if newest else None,
        gaps=tuple(_gaps(name, built, today)), devices=devices, transmitting=transmitting,
    )  # fmt: skip


def _gaps(name: str, built: Sequence[ReleaseCard], today: date) -> Iterator[Gap]:
    """The periods between the first release and today that are over and did not go out, newest first."""
    out = {one.period for one in built if one.published_at}
    if not out:
        return
    every = grid().series[name].every
    period = _before(every, period_of(every, today))
    while period >= min(out):
        if period not in out:
            tried = [one for one in built if one.period == period]
            yield Gap(period, _why(tried))
        period = _before(every, period)


def _why(tried: Sequence[ReleaseCard]) -> Why:
    if not tried:
        return "not_built"
    return "waits" if tried[0].is_safe else "unsafe"


def _before(every: Every, period: str) -> str:
    last = Month.of(days_of(every, period).start).previous()
    return str(last if every == "month" else Quarter.of(last.first))


def _counted(home: Home, release: ReleaseCard) -> tuple[int, int]:
    """Devices of a table, all and those of which anything is collected; both stand in what was released."""
    try:
        table = kept_table(home, release.sha256)
    except Refusal:
        return 0, 0
    if table.dimensions != ("device",):
        return 0, 0
    sent = {cell.row for cell in table.cells if not isinstance(cell.figure, NotCollected | NotYet)}
    return len(table.rows), len(sent)
