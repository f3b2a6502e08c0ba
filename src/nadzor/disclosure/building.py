# SPDX-License-Identifier: Apache-2.0
"""Build a public table: count, put into bands, hide what rests on too few, then what would tell it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date
from typing import Final

import numpy as np
from msgspec import Struct

from nadzor.disclosure.dominance import Block, Rules, keeps_sites
from nadzor.disclosure.guard import Hidden, Shown
from nadzor.disclosure.ledger import Row
from nadzor.disclosure.scope import WHOLE, Facts, Index, bands, edges_of, months_of, quarter_months, rows_of
from nadzor.disclosure.series import Measure, grid, series
from nadzor.disclosure.suppress import Low, Settled, settle
from nadzor.disclosure.tables import Band, Cell, Figure, NotCollected, PublicTable

Place = tuple[str, ...]
EVERYWHERE: Final = ("studies", "failed")  # told of a month by nation, modality and device
Figures = dict[Place, Figure]
Below = tuple[tuple[int, ...], Figure]  # atoms that may not be told, and as what they are hidden


class Asked(Struct, frozen=True, kw_only=True):
    """Which table is wanted: of a series and period, with the strata of a dimension that is a part."""

    name: str
    period: str
    parts: tuple[str, ...] = ()


def build(
    asked: Asked, facts: Facts, *, earlier: Sequence[PublicTable], rules: Rules, known_by: date
) -> PublicTable:
    """The table as the public may read it, beside everything that was published before."""
    told, building = series(asked.name), Building(asked, facts, earlier, rules)
    figures: dict[str, Figures] = {}
    for measure in told.measures:  # studies come first wherever they are told
        figures[measure] = building.figures(measure, beside=figures.get("studies", {}))
    return PublicTable(
        series=asked.name, period=asked.period, edition=grid().edition, known_by=known_by,
        dimensions=told.dimensions, measures=told.measures,
        cells=tuple(Cell(row, measure, found[row]) for measure, found in figures.items() for row in found),
    )  # fmt: skip


class Building:
    """One table in the making."""

    def __init__(self, asked: Asked, facts: Facts, earlier: Sequence[PublicTable], rules: Rules) -> None:
        self._asked, self._facts, self._rules = asked, facts, rules
        months = set(quarter_months(months_of(asked.name, asked.period)))
        near = (one for one in earlier if not months.isdisjoint(months_of(one.series, one.period)))
        self._earlier = list(near) if rules.history else []
        self._indexes: dict[str, Index] = {}
        self._rows = rows_of(asked.name, facts, asked.parts)

    def figures(self, name: str, *, beside: Figures) -> Figures:
        """The figures of one measure.

        `beside`: the studies of each row, where they are told: hidden there is hidden here, so that no share
        gives away the sum under it.
        """
        measure = grid().measures[name]
        found = {row: self._first_floor(measure, row) for row in self._rows}
        closed = {row: figure for row, figure in beside.items() if isinstance(figure, Hidden)}
        found |= {row: figure for row, figure in closed.items() if not isinstance(found[row], NotCollected)}
        if measure.made == "organisations":
            return {row: self._banded(measure, figure) for row, figure in found.items()}
        for quantity in quantities(measure):
            found = self._settled(name, quantity, found)
        return found

    def _index(self, quantity: str) -> Index:
        if quantity not in self._indexes:
            self._indexes[quantity] = Index(self._facts.ledger(quantity), self._facts.groups)
        return self._indexes[quantity]

    def _sums(self, row: Place, names: Iterable[str]) -> Counter[str]:
        """What each site contributed to a row, of some quantities together; studies have no parts."""
        found: Counter[str] = Counter()
        for name in names:
            index = self._index(name)
            place = row[:1] if name == "studies" else row
            found.update(index.by_site(index.atoms(self._asked.name, self._asked.period, place)))
        return found

    def _base(self, measure: Measure, row: Place) -> Counter[str]:
        """What a figure rests on: of a share what it is a share of, of events the studies of the device."""
        if measure.made == "events":
            return self._sums(row, ["studies"])
        if self._asked.name == "failures-quarter":
            return self._sums(row, measure.of)
        return self._sums(row, measure.among or measure.of)

    def _first_floor(self, measure: Measure, row: Place) -> Figure:
        base = self._base(measure, row)
        if not base:
            runs = measure.made != "share" and self._runs(row)
            return Hidden("organisations", self._rules.organisations) if runs else NotCollected()
        if low := self._below(base):
            return low
        if measure.made == "organisations":
            return Shown(len(base))
        value = self._sums(row, measure.of).total()
        if measure.made == "share":
            return bands(measure.bands, WHOLE * value // self._whole(measure, row))[0]
        return bands(measure.bands, value)[0] if measure.bands else Shown(value)

    def _runs(self, row: Place) -> bool:
        months = months_of(self._asked.name, self._asked.period)
        return any(self._facts.running.get((month, row[0])) for month in months)

    def _whole(self, measure: Measure, row: Place) -> int:
        """What a share is a share of; a stage's of the failures at all stages."""
        if self._asked.name != "failures-quarter":
            return self._sums(row, measure.among).total()
        return sum(self._sums(one, measure.among).total() for one in self._rows)

    def _banded(self, measure: Measure, figure: Figure) -> Figure:
        return bands(measure.bands, figure.value)[0] if isinstance(figure, Shown) else figure

    def _settled(self, name: str, quantity: str, found: Figures) -> Figures:
        """Figures after complementary suppression of one quantity behind them."""
        open_rows = [self._row(name, quantity, row, found[row]) for row in found if _told(found[row])]
        hidden = [(self._atoms(quantity, row), found[row]) for row in found if secret(found[row])]
        old, gone = self._published(quantity)
        low = _low([*hidden, *gone, *self._to_be_hidden(quantity)])
        chosen = self._settle(quantity, [*old, *open_rows], low)
        return {row: self._after(name, quantity, row, figure, chosen) for row, figure in found.items()}

    def _to_be_hidden(self, quantity: str) -> list[Below]:
        """What the other series of these months will hide, whether they were built yet or not.

        Why: a total that goes out first cannot be taken back when a part of it turns out to be below a floor.
        """
        if quantity not in EVERYWHERE:
            return []
        studies, wanted = self._index("studies"), self._index(quantity)
        rows = [("use-month", (device,)) for device in self._facts.groups]
        rows += [("use-national", (group,)) for group in {*self._facts.groups.values()}]
        places = [(name, month, row) for month in months_of(*self._period()) for name, row in rows]
        told = ((wanted.atoms(*place), studies.by_site(studies.atoms(*place))) for place in places)
        return [(atoms, low) for atoms, base in told if atoms and (low := self._below(base))]

    def _period(self) -> tuple[str, str]:
        return self._asked.name, self._asked.period

    def _below(self, base: Counter[str]) -> Hidden | None:
        if len(base) < self._rules.organisations:
            return Hidden("organisations", self._rules.organisations)
        return Hidden("studies", self._rules.studies) if base.total() < self._rules.studies else None

    def _settle(self, quantity: str, rows: Sequence[Row], low: Low) -> Settled:
        ledger = self._index(quantity).ledger
        if self._rules.neighbours:
            return settle(ledger, rows, low=low, rules=self._rules)
        alone = [settle(ledger, [row], rules=self._rules) for row in rows]
        return Settled(
            tuple(row for one in alone for row in one.kept),
            tuple(row for one in alone for row in one.hidden),
            0,
        )

    def _atoms(self, quantity: str, row: Place) -> tuple[int, ...]:
        return self._index(quantity).atoms(self._asked.name, self._asked.period, row)

    def _row(self, name: str, quantity: str, row: Place, figure: Figure) -> Row:
        """A figure as edges of a sum, with the wider bands it may fall back to."""
        measure, atoms = grid().measures[name], self._atoms(quantity, row)
        if isinstance(figure, Shown):
            return Row(name=row, atoms=atoms, low=figure.value, high=figure.value)
        assert isinstance(figure, Band)
        whole = self._whole(measure, row) if measure.made == "share" else None
        ladder = [
            edges_of(band, whole, other=quantity not in measure.of)
            for band in self._ladder(measure, row, figure)
        ]
        return Row(name=row, atoms=atoms, low=ladder[0][0], high=ladder[0][1], wider=tuple(ladder[1:]))

    def _ladder(self, measure: Measure, row: Place, figure: Figure) -> list[Band]:
        """The bands from the one told now to the widest."""
        value = self._sums(row, measure.of).total()
        told = WHOLE * value // self._whole(measure, row) if measure.made == "share" else value
        steps = list(bands(measure.bands, told))
        return steps[steps.index(figure) :] if isinstance(figure, Band) and figure in steps else steps

    def _after(self, name: str, quantity: str, row: Place, figure: Figure, chosen: Settled) -> Figure:
        """A figure as it was settled: as it came, wider, or hidden."""
        if not _told(figure):
            return figure
        kept = next((one for one in chosen.kept if one.is_new and one.name == row), None)
        if kept is None:
            lost = next(one for one in chosen.hidden if one.name == row)
            return self._why(quantity, lost)
        if isinstance(figure, Shown):
            return figure
        steps = self._ladder(grid().measures[name], row, figure)
        return steps[len(steps) - 1 - len(kept.wider)]

    def _why(self, quantity: str, row: Row) -> Hidden:
        """Whether a figure tells a site by itself, or only beside others."""
        ledger, atoms = self._index(quantity).ledger, list(row.atoms)
        slack = row.high - ledger.total(atoms), ledger.total(atoms) - row.low
        alone = Block(
            n=ledger.n[atoms], may=ledger.may[atoms], spare=ledger.spare[atoms], makers=ledger.makers[atoms],
            capped=np.zeros(len(atoms), np.bool_), up=slack[0], down=slack[1],
        )  # fmt: skip
        single = len(set(ledger.makers[atoms].tolist())) < 2
        if single and not keeps_sites(alone, self._rules):
            return Hidden("dominance", self._rules.interval)
        return Hidden("neighbours", 0)

    def _published(self, quantity: str) -> tuple[list[Row], list[Below]]:
        """What earlier tables said of a quantity, and what they hid."""
        rows: list[Row] = []
        hidden: list[Below] = []
        for table in self._earlier:
            for cell in table.cells:
                measure = grid().measures[cell.measure]
                if quantity not in quantities(measure) or measure.made == "organisations":
                    continue
                atoms = self._index(quantity).atoms(table.series, table.period, cell.row)
                if secret(cell.figure):
                    hidden.append((atoms, cell.figure))
                elif _told(cell.figure):
                    rows.append(self._old_row(table, cell, quantity, atoms))
        return rows, hidden

    def _old_row(self, table: PublicTable, cell: Cell, quantity: str, atoms: tuple[int, ...]) -> Row:
        name = (table.series, table.period, *cell.row)
        if isinstance(cell.figure, Shown):
            value = cell.figure.value
            return Row(name=name, atoms=atoms, low=value, high=value, is_new=False)
        assert isinstance(cell.figure, Band)
        measure = grid().measures[cell.measure]
        there = Building(Asked(name=table.series, period=table.period), self._facts, [], self._rules)
        there._indexes = self._indexes
        there._rows = table.rows
        whole = there._whole(measure, cell.row) if measure.made == "share" else None
        low, high = edges_of(cell.figure, whole, other=quantity not in measure.of)
        return Row(name=name, atoms=atoms, low=low, high=high, is_new=False)


def quantities(measure: Measure) -> list[str]:
    """What must stay open behind a measure: what is counted, and of two answers the other as well."""
    return [*dict.fromkeys([*measure.of, *(measure.among if len(measure.among) > 1 else ())])]


def _low(told: Sequence[Below]) -> Low:
    capped = (atoms for atoms, figure in told if isinstance(figure, Hidden) and figure.reason == "studies")
    return Low(tuple(atoms for atoms, _ in told), frozenset(atom for atoms in capped for atom in atoms))


def secret(figure: Figure) -> bool:
    """Whether a figure is itself below the floor; one that is hidden for its neighbours' sake is not."""
    return isinstance(figure, Hidden) and figure.reason in ("organisations", "studies")


def _told(figure: Figure) -> bool:
    return isinstance(figure, Shown | Band)
