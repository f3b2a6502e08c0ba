# SPDX-License-Identifier: Apache-2.0
"""Which new figures must be widened or hidden, so that all that was ever published tells no site apart.

Method: two atoms are alike when exactly the same published rows hold them.  Whatever moves between alike
atoms, or between the sites of one, changes no published figure; if the interval fits into every such block, a
world in which the site has 15 % more (and one with less) would have been published in the very same words.
That is a proof by example, stronger than a bound by linear programming, which the attack then tries to find.
Complementary suppression: Fischetti and Salazar, Management Science 47 (2001) 1008-1027; ours is greedy: the
smallest figure whose loss helps goes first.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Final

import numpy as np
from msgspec import Struct
from msgspec.structs import replace

from nadzor.disclosure.dominance import Block, Rules, keeps_sites, keeps_sum
from nadzor.disclosure.ledger import Ledger, Row

Sign = frozenset[int]  # numbers of the rows that hold an atom


class Settled(Struct, frozen=True):
    """What is left of the rows: kept (some wider than they came), hidden, and blocks nothing could help."""

    kept: tuple[Row, ...]
    hidden: tuple[Row, ...]
    open: int


class Low(Struct, frozen=True):
    """What lies below a floor: the atoms of each figure that may not be told, now or in an earlier release.

    `capped`: atoms of which it is told that their sum is below the floor of studies.  Why: who is told "fewer
    than 10 studies" knows that they are nine at most, and takes nine away from what they stand beside.
    """

    hidden: tuple[tuple[int, ...], ...] = ()
    capped: frozenset[int] = frozenset()


NOTHING_LOW: Final = Low()


class Settling:
    """One run over one ledger: rows fall away until every block is closed."""

    def __init__(self, ledger: Ledger, rows: Sequence[Row], low: Low, rules: Rules) -> None:
        self._ledger, self._rules = ledger, rules
        self._rows = dict(enumerate(rows))
        self._true = {number: ledger.total(row.atoms) for number, row in enumerate(rows)}
        self._hidden = [frozenset(atoms) for atoms in low.hidden]
        self._capped = np.zeros(len(ledger.atoms), np.bool_)
        self._capped[list(low.capped)] = True
        self._seen: dict[tuple[tuple[int, ...], int, int], bool] = {}

    def run(self) -> Settled:
        """Widen and hide until nothing is exposed."""
        gone: list[Row] = []
        hopeless: set[Sign] = set()
        while (found := self._exposed(hopeless)) is not None:
            sign, classes = found
            if (weak := self._widens(sign)) is not None:
                self._widen(weak)
            elif (row := self._choice(sign, classes)) is not None:
                gone.append(self._rows.pop(row))
            else:
                hopeless.add(sign)
        return Settled(tuple(self._rows.values()), tuple(gone), len(hopeless))

    def _exposed(self, hopeless: set[Sign]) -> tuple[Sign, dict[Sign, tuple[int, ...]]] | None:
        classes = self._classes()
        wrong = [
            sign for sign, atoms in classes.items() if sign not in hopeless and not self._closed(sign, atoms)
        ]
        return (min(wrong, key=lambda sign: (len(classes[sign]), sorted(sign))), classes) if wrong else None

    def _classes(self) -> dict[Sign, tuple[int, ...]]:
        """Atoms by the rows that hold them; those that no row holds are free."""
        signs: dict[int, list[int]] = defaultdict(list)
        for number, row in self._rows.items():
            for atom in row.atoms:
                signs[atom].append(number)
        classes: dict[Sign, list[int]] = defaultdict(list)
        for atom, rows in signs.items():
            classes[frozenset(rows)].append(atom)
        return {sign: tuple(sorted(atoms)) for sign, atoms in classes.items()}

    def _closed(self, sign: Sign, atoms: tuple[int, ...]) -> bool:
        up, down = self._slack(sign)
        if (key := (atoms, up, down)) not in self._seen:
            self._seen[key] = self._judge(atoms, up, down)
        return self._seen[key]

    def _judge(self, atoms: tuple[int, ...], up: int, down: int) -> bool:
        block = self._block(atoms, up, down)
        if self._rules.dominance and not keeps_sites(block, self._rules):
            return False
        inside = np.array(atoms)
        parts = (np.isin(inside, list(hidden)) for hidden in self._hidden if not hidden.isdisjoint(atoms))
        return all(keeps_sum(block, part, self._rules) for part in parts)

    def _block(self, atoms: tuple[int, ...], up: int, down: int) -> Block:
        at = list(atoms)
        n, may, spare = self._ledger.n[at], self._ledger.may[at], self._ledger.spare[at]
        some = may.any(axis=0)
        return Block(
            n=n[:, some], may=may[:, some], spare=spare[:, some], makers=self._ledger.makers[at],
            capped=self._capped[at], up=up, down=down,
        )  # fmt: skip

    def _slack(self, sign: Sign) -> tuple[int, int]:
        """How far the sum of a block may move before some figure over it would read differently."""
        rows = [(self._rows[number], self._true[number]) for number in sign]
        return min(row.high - true for row, true in rows), min(true - row.low for row, true in rows)

    def _widens(self, sign: Sign) -> int | None:
        """The new row in a band that can be told less exactly; of several the tightest."""
        able = [number for number in sign if self._rows[number].is_new and self._rows[number].wider]
        return min(able, key=lambda number: self._rows[number].high - self._rows[number].low, default=None)

    def _widen(self, number: int) -> None:
        row = self._rows[number]
        (low, high), *rest = row.wider
        self._rows[number] = replace(row, low=low, high=high, wider=tuple(rest))

    def _choice(self, sign: Sign, classes: dict[Sign, tuple[int, ...]]) -> int | None:
        """The cheapest new row whose loss closes the block, else the cheapest that enlarges it."""
        beside = {
            number for other in classes if len(other - sign) == 1 and sign < other for number in other - sign
        }
        able = [number for number in beside | sign if self._rows[number].is_new]
        able.sort(key=lambda number: (self._true[number], number))
        helping = (number for number in able if self._helps(sign ^ {number}, sign, classes))
        return next(helping, able[0] if able else None)

    def _helps(self, other: Sign, sign: Sign, classes: dict[Sign, tuple[int, ...]]) -> bool:
        smaller = sign & other
        if not smaller:
            return True
        return self._closed(smaller, tuple(sorted({*classes[sign], *classes.get(other, ())})))


def settle(ledger: Ledger, rows: Sequence[Row], *, low: Low = NOTHING_LOW, rules: Rules) -> Settled:
    """Widen or hide new rows until every site and every hidden sum keeps its interval."""
    return Settling(ledger, rows, low, rules).run()
