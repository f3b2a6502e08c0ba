# SPDX-License-Identifier: Apache-2.0
"""Tables of adverse-event reports: empirical-Bayes scores, disproportionality, likelihood ratio."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Annotated, Any, Literal

import numpy as np
from msgspec import Meta, Struct

from nadzor.detect.calc.figures import Count, Figures, Statistic
from nadzor.detect.stats.disproportionality import (
    Cells,
    Floats,
    cells_of_reports,
    cells_of_table,
    ic025,
    prr,
    ror,
    shrunk_ic025,
    table_of,
)
from nadzor.detect.stats.ebgm import FIXED, Prior, checked, scores
from nadzor.detect.stats.ebgm_fit import Fit, Points, fit_prior, minus_loglik, points_of, points_of_table
from nadzor.detect.stats.lrt import expected, log_ratio, maximum

Name = str | int
Theta = Annotated[list[float], Meta(min_length=5, max_length=5)]
FitMethod = Literal["auto", "likelihood", "em", "fixed"]
Tables = Annotated[int, Meta(ge=0, le=100_000)]


class Pairs(Figures, frozen=True, kw_only=True):
    """Reports [report, product, event], or counts [product, event, n] with or without what was expected.

    Without expectations those of counts come from the margins of the counts themselves.  `fit` may name a
    method; a prior that is told is used, or is the start when `fit` is true.
    """

    reports: list[tuple[Name, Name, Name]] = []
    counts: list[Annotated[list[Name | float], Meta(min_length=3, max_length=4)]] = []
    theta: Theta | None = None
    fit: bool | FitMethod | None = None


class Table(Figures, frozen=True, kw_only=True):
    """A matrix of counts, one list a row, and what its rows and columns are called."""

    table: list[list[Annotated[float, Meta(ge=0)]]]
    rows: list[Name] = []
    columns: list[Name] = []


class Disproportion(Table, frozen=True, kw_only=True):
    """A table, and the prior of the EB05 where it is known."""

    theta: Theta | None = None
    fit: bool | FitMethod | None = None


class Likelihood(Table, frozen=True, kw_only=True):
    """A table, and how many tables are drawn for the chance of the largest ratio; 0 means none."""

    monte_carlo: Tables = 0
    seed: Count = 1


class EbgmScores(Struct, frozen=True):
    """The prior, its log likelihood, where it came from; rows [product, event, n, e, ebgm, eb05, eb95]."""

    theta: list[float]
    loglik: float
    fit: str
    remark: str
    rows: list[list[Any]]


class Cell(Struct, frozen=True, kw_only=True):
    """One cell; a measure that does not exist there is null."""

    row: Name
    column: Name
    n: int
    e: float
    prr: float | None
    prr_lower: float | None
    ror: float | None
    ror_lower: float | None
    ic025: float
    ic025_shrunk: float
    eb05: float
    ebgm: float


class CellScores(Struct, frozen=True):
    """The cells that are not empty, and the prior of their EB05."""

    cells: list[Cell]
    theta: list[float]
    fit: str
    remark: str


class CellRatio(Struct, frozen=True):
    """The log likelihood ratio of a cell, and its chance with all cells allowed for."""

    row: Name
    column: Name
    loglr: float
    p: float | None


class Ratios(Struct, frozen=True):
    """All cells, the largest ratio, and its chance under independence if tables were drawn."""

    cells: list[CellRatio]
    max_loglr: float
    p: float | None
    monte_carlo: int


def _ebgm(figures: Pairs) -> EbgmScores:
    if bool(figures.reports) == bool(figures.counts):
        raise ValueError("either reports or counts are told")
    n, e, pairs = _of_reports(figures.reports) if figures.reports else _of_counts(figures.counts)
    fit = _fitted(points_of(n, e), figures.theta, figures.fit)
    got = scores(n, e, fit.prior)
    numbers = (n.astype(int).tolist(), e.tolist(), got.ebgm.tolist(), got.eb05.tolist(), got.eb95.tolist())
    rows = [[*pair, *values] for pair, *values in zip(pairs, *numbers, strict=True)]
    return EbgmScores(list(fit.prior), -fit.minus_loglik, fit.origin, fit.remark, rows)


def _disproportion(figures: Disproportion) -> CellScores:
    counts, rows, columns = _named(figures)
    cells = cells_of_table(counts)
    fit = _fitted(points_of_table(counts), figures.theta, figures.fit)
    ratios = [one for ratio in (prr(cells), ror(cells)) for one in (ratio.estimate, ratio.lower)]
    got = scores(cells.n, cells.e, fit.prior)
    measures = (*ratios, ic025(cells), shrunk_ic025(cells.n, cells.e), got.eb05, got.ebgm)
    told = zip(*(_nulls(one) for one in measures), strict=True)
    return CellScores(
        [
            _cell((rows[r], columns[c], n, e), values)
            for (r, c, n, e), values in zip(_places(cells), told, strict=True)
        ],
        list(fit.prior), fit.origin, fit.remark,
    )  # fmt: skip


def _lrt(figures: Likelihood) -> Ratios:
    counts, rows, columns = _named(figures)
    ratio = log_ratio(counts, expected(counts))
    top = maximum(counts, tables=figures.monte_carlo, seed=figures.seed) if figures.monte_carlo else None
    chances: list[list[float | None]] = (
        top.p_of_cell.tolist() if top else [[None] * len(columns) for _ in rows]
    )
    cells = [
        CellRatio(row, column, value, p)
        for row, values, ps in zip(rows, ratio.tolist(), chances, strict=True)
        for column, value, p in zip(columns, values, ps, strict=True)
    ]
    return Ratios(cells, float(ratio.max()), top.p if top else None, figures.monte_carlo)


def _of_reports(reports: Sequence[tuple[Name, Name, Name]]) -> tuple[Floats, Floats, list[tuple[Name, Name]]]:
    told, products, events = (_coded(column) for column in zip(*reports, strict=True))
    cells = cells_of_reports(told[0], products[0], events[0])
    return cells.n, cells.e, _pairs(cells, products[1], events[1])


def _of_counts(counts: Sequence[Sequence[Any]]) -> tuple[Floats, Floats, list[tuple[Name, Name]]]:
    if len({len(line) for line in counts}) > 1:
        raise ValueError("either all counts come with what was expected, or none")
    products, events = _coded([line[0] for line in counts]), _coded([line[1] for line in counts])
    n = _whole([line[2] for line in counts])
    if len(set(zip(products[0].tolist(), events[0].tolist(), strict=True))) < len(n):
        raise ValueError("a pair is told twice")
    kept = n > 0
    pairs = [(products[1][p], events[1][v]) for p, v in zip(products[0][kept], events[0][kept], strict=True)]
    if len(counts[0]) > 3:
        return n[kept], np.array([line[3] for line in counts], float)[kept], pairs
    _comparable(products[1], events[1])
    margins = [np.bincount(codes, n)[codes] for codes, _ in (products, events)]
    return n[kept], (margins[0] * margins[1] / max(n.sum(), 1.0))[kept], pairs


def _pairs(cells: Cells, products: list[Name], events: list[Name]) -> list[tuple[Name, Name]]:
    _comparable(products, events)
    return [(products[p], events[v]) for p, v in zip(cells.row.tolist(), cells.column.tolist(), strict=True)]


def _comparable(products: Sequence[Name], events: Sequence[Name]) -> None:
    if min(len(products), len(events)) < 2:
        raise ValueError("with one product or one event there is nothing to compare with")


def _coded(values: Iterable[Name]) -> tuple[Any, list[Name]]:
    """Each value's place among the distinct ones, in order of first appearance, and those."""
    places: dict[Name, int] = {}
    codes = [places.setdefault(value, len(places)) for value in values]
    return np.array(codes, np.int64), list(places)


def _whole(values: Sequence[Any]) -> Floats:
    counts = np.array([value if isinstance(value, int | float) else np.nan for value in values], float)
    if not (np.isfinite(counts).all() and (counts >= 0).all() and (counts == np.floor(counts)).all()):
        raise ValueError("counts are whole numbers and not negative")
    return counts


def _fitted(points: Points, theta: list[float] | None, fit: bool | str | None) -> Fit:
    """The prior that is told, or a fitted one, or the fixed one if a fit is not wanted."""
    prior: Prior | None = checked(theta) if theta else None
    if prior and not fit:
        return Fit(prior, minus_loglik(points, prior), "given")
    if fit is False:
        return Fit(FIXED, minus_loglik(points, FIXED), "fixed", "asked for")
    method: Any = fit if isinstance(fit, str) else "auto"
    return fit_prior(points, method=method, start=prior)


def _named(figures: Table) -> tuple[Floats, list[Name], list[Name]]:
    counts = table_of(figures.table)
    rows: list[Name] = figures.rows or list(range(counts.shape[0]))
    columns: list[Name] = figures.columns or list(range(counts.shape[1]))
    if (len(rows), len(columns)) != counts.shape:
        raise ValueError("rows and columns have as many names as the table has of them")
    if len(set(rows)) < len(rows) or len(set(columns)) < len(columns):
        raise ValueError("a row or a column is told twice")
    return counts, rows, columns


def _places(cells: Cells) -> Iterable[tuple[int, int, int, float]]:
    return zip(
        cells.row.tolist(), cells.column.tolist(), cells.n.astype(int).tolist(), cells.e.tolist(), strict=True
    )


def _nulls(values: Floats) -> list[float | None]:
    return [
        value if known else None for value, known in zip(values.tolist(), np.isfinite(values), strict=True)
    ]


def _cell(place: tuple[Name, Name, int, float], values: Sequence[Any]) -> Cell:
    row, column, n, e = place
    names = ("prr", "prr_lower", "ror", "ror_lower", "ic025", "ic025_shrunk", "eb05", "ebgm")
    return Cell(row=row, column=column, n=n, e=e, **dict(zip(names, values, strict=True)))


STATISTICS = (
    Statistic(
        name="ebgm", what="Empirical-Bayes reported over expected with its 5 % and 95 % points",
        method="DuMouchel 1999, eq. 3 to 11; N and E of distinct reports, and the likelihood of pairs"
        " truncated at zero in each component, as openEBGM (Canida & Ihrie 2017); squashed above 20 000 pairs"
        " (DuMouchel & Pregibon 2001); fallbacks: EM, then the fixed prior, told in `fit`",
        equation="EBGM = exp E[log lambda], lambda ~ Q gamma(a1 + N, b1 + E) + (1 - Q) gamma(a2 + N, b2 + E)",
        figures=Pairs, compute=_ebgm,
        example={"counts": [["a", "x", 6, 1.5], ["a", "y", 1, 2.0]], "theta": [0.2, 0.1, 2.0, 4.0, 0.3333]},
    ),
    Statistic(
        name="disproportion", what="PRR, ROR, IC and EB05 of each cell of a table of reports",
        method="PRR Evans 2001; ROR van Puijenbroek 2002; IC025 Bate 1998, Gould 2003 (normal, base 2);"
        " ic025_shrunk Noren 2013; EB05 DuMouchel 1999 with a prior fitted to all cells, the empty ones too,"
        " as PhViD; lower limits are of the ratio itself, 95 %, two-sided",
        equation="PRR = (a / (a + b)) / (c / (c + d)), ROR = ad / bc, E = row total x column total / total",
        figures=Disproportion, compute=_disproportion,
        example={"table": [[8, 2], [3, 90]], "rows": ["x", "y"], "columns": ["a", "b"]},
    ),
    Statistic(
        name="lrt", what="Log likelihood ratio of each cell of a table, and the chance of the largest",
        method="Huang, Zalkikar & Tiwari 2011 in the Poisson form of pvLRT; Monte-Carlo maximum over tables"
        " of the same margins",
        equation="log LR = n log(n / E) - (n - E) where n > E, else 0",
        figures=Likelihood, compute=_lrt, example={"table": [[8, 2], [3, 90]], "monte_carlo": 199},
    ),
)  # fmt: skip
