# SPDX-License-Identifier: Apache-2.0
"""Experiment 24 at the open door: 10,000 random questions to the very layer that the open API answers from.

The opponent searches, counts, follows changes, turns pages and reads files, after each release anew; he keeps
every figure as an equation and solves them all.  Each protection is switched off once, to see him succeed.
"""

from __future__ import annotations

import json
import random
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import pytest
from msgspec.structs import replace

from nadzor.actions.make_snapshot import make_snapshot
from nadzor.actions.open_shelf import cell_rows
from nadzor.actions.open_shelf.ask import Answer, Changed, Counted, Question, ask
from nadzor.actions.open_shelf.kept import snapshot_file
from nadzor.actions.publish_open_rows import publish_open_rows
from nadzor.base.home import Home
from nadzor.disclosure.guard import Hidden, Shown
from nadzor.disclosure.tables import Band, Cell, Figure, NotCollected, PublicTable
from tests.attack.test_differencing import PROGRAMS, QUERIES, RULES, attacked, the_nation, the_releases
from tests.open_samples import release

pytestmark = pytest.mark.django_db
START: Final = datetime(2026, 11, 20, 9, tzinfo=UTC)
SET: Final = "statistics"
COUNTED: Final = ("state", "value", "low", "high", "device", "measure", "reason", "period", "row", "id")
SORTED: Final = ("", "value:desc", "low", "period:desc", "measure")
Row = dict[str, Any]


class Opponent:
    """Somebody who asks, and forgets nothing."""

    def __init__(self, home: Home, seed: int = 24) -> None:
        self.home, self.chance = home, random.Random(seed)
        self.told: dict[str, Row] = {}
        self.asked: Counter[str] = Counter()
        self.hits_in_the_dark = 0
        self.changed_his_mind: list[str] = []
        self._last, self._follows = "", 0
        self._asks = {
            "search": self._search, "count": self._count, "dark": self.feel_in_the_dark, "since": self._since,
            "page": self._page,
        }  # fmt: skip

    def ask(self, **question: Any) -> Answer:
        """One question; rows of the answer are kept."""
        answer = ask(self.home, SET, Question(**question))
        for one in answer.results:
            if isinstance(one, Changed):
                self.keep(one.row)
            elif not isinstance(one, Counted):
                self.keep(one)
        return answer

    def keep(self, row: Row | None) -> None:
        """A row, and whether the same cell ever said something else."""
        if row is None:
            return
        was = self.told.setdefault(row["id"], row)
        if _figure(was) != _figure(row):
            self.changed_his_mind.append(row["id"])

    def question(self, tables: Sequence[PublicTable]) -> None:
        """One question of a random kind."""
        kind = self.chance.choice(["search", "search", "count", "count", "dark", "since", "page"])
        self.asked[kind] += 1
        self._asks[kind](tables)

    def _search(self, tables: Sequence[PublicTable]) -> None:
        text, limit = self._words(tables), self.chance.choice([1, 5, 50])
        self.ask(search=text, sort=self.chance.choice(SORTED), limit=limit)

    def _count(self, tables: Sequence[PublicTable]) -> None:
        """Counts of one cell's `value`, `low` and `high` are the figure itself."""
        table, cell = self._cell(tables)
        place, column = _place(table, cell), self.chance.choice(COUNTED)
        answer = self.ask(search=f'id.exact:"{place}"', count=column, limit=10)
        terms = [one.term for one in answer.results if isinstance(one, Counted)]
        if column == "value" and terms and place in self.told:
            assert terms == [self.told[place]["value"]], "a count tells another figure than the row"
        self.ask(search=self._words(tables), count=column, limit=100)

    def feel_in_the_dark(self, tables: Sequence[PublicTable]) -> None:
        """Feel for a hidden figure: a search by value must never find a cell that does not show it."""
        table, cell = self._cell(tables)
        low, column = self.chance.randrange(6000), self.chance.choice(["value", "low", "high"])
        where = f'id.exact:"{_place(table, cell)}" AND {column}:[{low} TO {low + 3000}]'
        answer = self.ask(search=where, limit=1)
        silent = isinstance(cell.figure, Hidden | NotCollected)
        self.hits_in_the_dark += bool(silent and answer.total)

    def _since(self, tables: Sequence[PublicTable]) -> None:
        answer = self.ask(since=self._follows, limit=self.chance.choice([5, 40]))
        self._follows = answer.next_since or 0
        if not answer.truncated and self.chance.random() < 0.1:
            self._follows = 0

    def _page(self, tables: Sequence[PublicTable]) -> None:
        answer = self.ask(search="state:shown", limit=25, cursor=self._last)
        self._last = answer.next

    def _words(self, tables: Sequence[PublicTable]) -> str:
        table, cell = self._cell(tables)
        parts = [
            f"series:{table.series}", f"period:{table.period}", f"measure:{cell.measure}",
            f"row:{cell.row[-1]}", "NOT state:not_collected", f"(value:[{self.chance.randrange(500)} TO *]"
            " OR state:band)", cell.measure,
        ]  # fmt: skip
        return " AND ".join(self.chance.sample(parts, self.chance.randint(1, 3)))

    def _cell(self, tables: Sequence[PublicTable]) -> tuple[PublicTable, Cell]:
        table = self.chance.choice(tables)
        return table, self.chance.choice(table.cells)

    def read_file(self, now: datetime) -> None:
        """A snapshot as a file, line by line."""
        name = make_snapshot(self.home, SET, now=now, anew=True)
        content, _ = snapshot_file(self.home, SET, name, "rows.ndjson")
        self.asked["file"] += 1
        for text in content.decode().splitlines():
            self.keep(json.loads(text))

    def tables(self, published: Sequence[PublicTable]) -> list[PublicTable]:
        """What he holds, as tables: only of rows that he was told."""
        return [
            replace(table, cells=tuple(_cells(self.told, table)))
            for table in published
        ]  # fmt: skip


def _place(table: PublicTable, cell: Cell) -> str:
    return "/".join((table.series, table.period, *cell.row, cell.measure))


def _cells(told: dict[str, Row], table: PublicTable) -> Iterator[Cell]:
    for cell in table.cells:
        if (row := told.get(_place(table, cell))) is not None:
            yield Cell(tuple(row["row"]), row["measure"], _figure(row))


def _figure(row: Row) -> Figure:
    match row["state"]:
        case "shown":
            return Shown(row["value"])
        case "band":
            return Band(row["low"], row["high"])
        case "hidden":
            return Hidden(row["reason"], RULES.organisations)
        case _:
            return NotCollected()


def _published(home: Home, tables: Sequence[PublicTable]) -> Iterator[tuple[int, datetime]]:
    """Releases one after another, each on the shelf before the next."""
    for number, table in enumerate(tables, start=1):
        now = START + number * timedelta(hours=1)
        release(home, table, at=now)
        publish_open_rows(home, now=now)
        yield number, now


def test_ten_thousand_questions_at_the_open_door_pin_nobody(home: Home) -> None:
    """Search, count, since, pages and files after each release: nobody within 15 %, nothing below a floor."""
    tables, opponent = the_releases(), Opponent(home)
    each = -(-QUERIES // len(tables))
    for number, now in _published(home, tables):
        for _ in range(each):
            opponent.question(tables[:number])
        if number % 6 == 0 or number == len(tables):
            opponent.read_file(now)
    assert opponent.asked.total() >= QUERIES
    assert min(opponent.asked[kind] for kind in ("search", "count", "dark", "since", "page")) > QUERIES // 10
    assert opponent.asked["file"] > 3
    assert opponent.hits_in_the_dark == 0
    assert opponent.changed_his_mind == []
    assert len(opponent.told) == sum(len(table.cells) for table in tables)
    report = attacked(opponent.tables(tables), programs=PROGRAMS)
    assert (report.close, report.exact) == (0, 0), report.finds
    assert report.narrowest is not None and report.narrowest >= 0.15
    assert report.equations > 100 and report.programs > 100
    assert list(_below_the_floor(opponent.tables(tables))) == []


def _below_the_floor(tables: Sequence[PublicTable]) -> Iterator[tuple[str, tuple[str, ...], str]]:
    """Told monthly figures of a device that rest on fewer sites or studies than the floor."""
    studies = the_nation().counted["studies"]
    for table in tables:
        for cell in table.cells:
            if table.series != "use-month" or isinstance(cell.figure, Hidden | NotCollected):
                continue
            held = [n for (at, _), n in studies.items() if (at.month, at.device) == (table.period, *cell.row)]
            if len(held) < RULES.organisations or sum(held) < RULES.studies:
                yield table.period, cell.row, cell.measure


@pytest.mark.parametrize("protection", ["dominance", "neighbours", "history", "floor"])
def test_without_one_protection_the_door_tells(home: Home, protection: str) -> None:
    """The same door over tables with one protection off: the same opponent wins, so he can."""
    off: dict[str, Any] = {protection: False}
    if protection == "floor":
        off = {"organisations": 1, "studies": 1, "dominance": False}
    tables, opponent = the_releases(replace(RULES, **off)), Opponent(home)
    for number, table in enumerate(tables):
        release(home, table, at=START + number * timedelta(hours=1))
    publish_open_rows(home, now=START + timedelta(days=3))
    opponent.read_file(START + timedelta(days=3))
    report = attacked(opponent.tables(tables), programs=0)
    assert report.close > 0
    if protection == "floor":
        assert list(_below_the_floor(opponent.tables(tables)))


def test_a_row_that_keeps_what_it_hides_is_found(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    """Did a hidden row still carry its value, a search by value would find it, and this would see it."""
    monkeypatch.setattr(cell_rows, "figure_row", lambda figure: {"state": "hidden", "value": 2900})
    table, opponent = the_releases()[1], Opponent(home)
    release(home, table, at=START)
    publish_open_rows(home, now=START)
    for _ in range(100):
        opponent.feel_in_the_dark([table])
    assert opponent.hits_in_the_dark > 0
