# SPDX-License-Identifier: Apache-2.0
"""Rows of statistics: the cells of published releases, and nothing that was not released."""

from __future__ import annotations

from collections.abc import Iterator
from typing import assert_never

from nadzor.base.home import Home
from nadzor.disclosure.asking.matching import written
from nadzor.disclosure.asking.sets import Row, Value
from nadzor.disclosure.guard import Hidden, Shown
from nadzor.disclosure.series import grid
from nadzor.disclosure.tables import Band, Cell, Figure, NotCollected, NotYet, PublicTable
from nadzor.records.releases import ReleaseCard, public_table, published

SHARE = "hundredths_of_percent"


def cell_rows(home: Home) -> Iterator[Row]:
    """Every cell of every published release."""
    for release in published():
        table = public_table(home, release.series, release.period)
        for cell in table.cells:
            yield _row(release, table, cell)


def _row(release: ReleaseCard, table: PublicTable, cell: Cell) -> Row:
    places = dict(zip(table.dimensions, cell.row, strict=True))
    empty: dict[str, Value] = dict.fromkeys(("value", "low", "high", "reason"))
    return {
        "id": "/".join((release.series, release.period, *cell.row, cell.measure)),
        "series": release.series,
        "period": release.period,
        "edition": table.edition,
        "row": list(cell.row),
        "device": places.get("device"),
        "measure": cell.measure,
        "unit": unit_of(cell.measure),
        **empty,
        **figure_row(cell.figure),
        "known_by": table.known_by.isoformat(),
        "published_at": written(release.published_at) if release.published_at else None,
        "release": release.sha256,
    }


def unit_of(measure: str) -> str:
    """The unit of a measure."""
    known = grid().measures.get(measure)
    return SHARE if known is not None and known.made == "share" else "count"


def figure_row(figure: Figure) -> dict[str, Value]:
    """A figure as the columns of a row; only what is shown has a value."""
    match figure:
        case Shown(value):
            return {"state": "shown", "value": value}
        case Band(low, high):
            return {"state": "band", "low": low, "high": high}
        case Hidden(reason):
            return {"state": "hidden", "reason": reason}
        case NotCollected():
            return {"state": "not_collected"}
        case NotYet():
            return {"state": "not_yet"}
        case _:
            assert_never(figure)
