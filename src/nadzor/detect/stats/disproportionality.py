# SPDX-License-Identifier: Apache-2.0
"""Reports of a product with a problem against what independence of the two would give.

A table of reports has no denominator: these measures compare mixtures of reports, not risks.  Where studies
are counted, rates per study say more.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from msgspec import Struct
from numpy.typing import ArrayLike, NDArray
from scipy.special import gammaincinv, polygamma, psi

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Z975 = 1.959963984540054
LN2 = float(np.log(2.0))


class Cells(Struct, frozen=True):
    """The non-empty cells of a table: place, reports seen `n` and expected `e`, and the margins of each.

    Shapes: all arrays have one entry a cell; `total` is the number of all reports.
    """

    row: Ints
    column: Ints
    n: Floats
    e: Floats
    of_row: Floats
    of_column: Floats
    total: float

    def __len__(self) -> int:
        return len(self.n)


class Ratio(Struct, frozen=True):
    """A ratio a cell with its lower 95 % limit; NaN where it does not exist."""

    estimate: Floats
    lower: Floats


def table_of(table: Sequence[Sequence[float]] | ArrayLike) -> Floats:
    """A checked table of counts, shape (rows, columns).

    Raises: ValueError when it is ragged, empty, negative, broken, not whole, without reports, or has one row
    or column alone, for then nothing is there to compare with.
    """
    if isinstance(table, (list, tuple)) and len({len(row) for row in table}) > 1:
        raise ValueError("the rows of a table are equally long")
    counts = np.asarray(table, dtype=np.float64)
    if counts.ndim != 2 or min(counts.shape) < 2:
        raise ValueError("a table has two rows and two columns at least")
    if not (np.isfinite(counts).all() and (counts >= 0).all() and (counts == np.floor(counts)).all()):
        raise ValueError("counts are whole numbers and not negative")
    if not counts.sum():
        raise ValueError("the table holds no report")
    return counts


def cells_of_table(counts: Floats) -> Cells:
    """The non-empty cells of a checked table; E = row total x column total / total."""
    row, column = np.nonzero(counts)
    of_row, of_column, total = counts.sum(axis=1)[row], counts.sum(axis=0)[column], float(counts.sum())
    return Cells(row, column, counts[row, column], of_row * of_column / total, of_row, of_column, total)


def cells_of_reports(report: Ints, row: Ints, column: Ints) -> Cells:
    """The cells of reports that name products (rows) and events (columns), codes from 0.

    Method: Canida & Ihrie 2017 (openEBGM): N counts distinct reports with both, E is distinct reports with
    the product times distinct reports with the event over all distinct reports; a repeated line is one.
    """
    rows, columns = int(row.max()) + 1, int(column.max()) + 1
    pair, n = np.unique(_once(report, row * columns + column), return_counts=True)
    of_row = np.bincount(_once(report, row), minlength=rows)
    of_column = np.bincount(_once(report, column), minlength=columns)
    total = float(len(np.unique(report)))
    place, other = np.divmod(pair, columns)
    with_row, with_column = of_row[place].astype(np.float64), of_column[other].astype(np.float64)
    return Cells(
        place, other, n.astype(np.float64), with_row * with_column / total, with_row, with_column, total
    )


def prr(cells: Cells) -> Ratio:
    """The proportional reporting ratio of each cell: the row's share of the column, over that elsewhere.

    Method: Evans et al. 2001; a/(a+b) over c/(c+d), log variance 1/a - 1/(a+b) + 1/c - 1/(c+d).
    """
    a, ab, c, cd = cells.n, cells.of_column, cells.of_row - cells.n, cells.total - cells.of_column
    return _ratio(_over(a * cd, ab * c), _over(1.0, a) - _over(1.0, ab) + _over(1.0, c) - _over(1.0, cd))


def ror(cells: Cells) -> Ratio:
    """The reporting odds ratio of each cell: ad / bc.

    Method: van Puijenbroek et al. 2002; log variance 1/a + 1/b + 1/c + 1/d.
    """
    a, b, c = cells.n, cells.of_column - cells.n, cells.of_row - cells.n
    d = cells.total - a - b - c
    return _ratio(_over(a * d, b * c), _over(1.0, a) + _over(1.0, b) + _over(1.0, c) + _over(1.0, d))


def ic025(cells: Cells) -> Floats:
    """The lower 95 % limit of the information component, base 2, by the normal approximation.

    Method: Bate et al. 1998 with the exact posterior moments of Gould 2003, as PhViD's BCPNN computes them.
    """
    p, q, r = 1.0 + cells.of_column, 1.0 + cells.of_row, 1.0 + cells.n
    all_two = cells.total + 2.0
    r_all = r + cells.total - cells.n - 1.0 + all_two**2 / (q * p)
    mean = psi(r) - psi(r_all) - (psi(p) + psi(q) - 2.0 * psi(all_two))
    variance = _psi1(r) - _psi1(r_all) + _psi1(p) + _psi1(q) - 2.0 * _psi1(all_two)
    return np.asarray((mean - Z975 * np.sqrt(np.maximum(variance, 0.0))) / LN2)


def shrunk_ic025(n: ArrayLike, e: ArrayLike) -> Floats:
    """The lower 95 % limit of the shrunk observed-to-expected ratio, base 2.

    Method: Noren, Hopstadius & Bate 2013, eq. 6 and 8: log2 of the 2.5 % point of gamma(N + 1/2, E + 1/2).
    """
    seen, expected = np.asarray(n, np.float64), np.asarray(e, np.float64)
    return np.asarray(np.log2(gammaincinv(seen + 0.5, 0.025) / (expected + 0.5)))


def _psi1(x: ArrayLike) -> Floats:
    return np.asarray(polygamma(1, x))


def _once(report: Ints, other: Ints) -> Ints:
    """The other of each distinct (report, other)."""
    width = int(other.max()) + 1
    return np.asarray(np.unique(report * width + other) % width)


def _over(above: ArrayLike, below: Floats) -> Floats:
    """The quotient; NaN where the divisor is not positive."""
    blank = np.full(below.shape, np.nan)
    np.divide(above, below, out=blank, where=below > 0)
    return blank


def _ratio(estimate: Floats, variance: Floats) -> Ratio:
    usable = np.isfinite(variance) & (estimate > 0)
    spread = np.sqrt(np.where(usable, np.maximum(variance, 0.0), np.nan))
    return Ratio(estimate, np.asarray(estimate * np.exp(-Z975 * spread)))
