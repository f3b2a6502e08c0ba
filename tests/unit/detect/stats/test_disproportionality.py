# SPDX-License-Identifier: Apache-2.0
"""Tables of reports: measures of each cell against published figures and against slow direct code."""

from __future__ import annotations

import csv
import json
from math import exp, log, sqrt

import numpy as np
import pytest
from scipy.stats import gamma, nbinom

from nadzor.detect.stats.disproportionality import (
    cells_of_reports,
    cells_of_table,
    ic025,
    prr,
    ror,
    shrunk_ic025,
    table_of,
)
from nadzor.detect.stats.ebgm import FIXED, checked, posterior_share, scores
from nadzor.detect.stats.ebgm_fit import fit_prior, minus_loglik, points_of, points_of_table, squashed
from nadzor.detect.stats.lrt import expected, log_ratio, maximum
from tests.shared import shared

GIVEN_THETA = 2e-5
OWN_THETA = 2e-3


def page(name):
    """A published table of counts: row names, column names, numbers."""
    with shared("truth", name).open(newline="") as lines:
        head, *body = list(csv.reader(lines))
    return [row[0] for row in body], head[1:], table_of([[int(x) for x in row[1:]] for row in body])


def listed(name):
    """A published list as dictionaries."""
    with shared("truth", name).open(newline="") as lines:
        return list(csv.DictReader(lines))


def caers():
    """The cells of the CAERS reports, and what is expected of them."""
    reports = np.array([[int(x) for x in row.values()] for row in listed("ebgm_caers_reports.csv")])
    return cells_of_reports(*reports.T), json.loads(shared("truth", "ebgm_caers_expected.json").read_text())


def test_every_cell_agrees_with_phvid():
    """N, E, PRR, ROR, their lower limits and IC025 of the statin table."""
    rows, columns, counts = page("disprop_statin49_table.csv")
    cells = cells_of_table(counts)
    at = {(rows[r], columns[c]): i for i, (r, c) in enumerate(zip(cells.row, cells.column, strict=True))}
    theirs = listed("disprop_statin49_expected.csv")
    assert len(theirs) == len(cells)
    order = [at[one["row"], one["col"]] for one in theirs]
    ours = {
        "N": cells.n, "E": cells.e, "PRR": prr(cells).estimate, "ROR": ror(cells).estimate,
        "log_PRR_lower95": np.log(prr(cells).lower), "log_ROR_lower95": np.log(ror(cells).lower),
        "IC025": ic025(cells),
    }  # fmt: skip
    for name, values in ours.items():
        assert values[order] == pytest.approx([float(one[name]) for one in theirs], rel=1e-9), name


def test_the_prior_of_a_whole_table_is_that_of_phvid():
    """Fitted to all cells, the empty ones too, and its EB05 with it."""
    rows, columns, counts = page("disprop_statin49_table.csv")
    theirs = json.loads(shared("truth", "disprop_statin49_expected.json").read_text())["gps_theta"]
    fit = fit_prior(points_of_table(counts))
    assert (fit.origin, list(fit.prior)) == ("likelihood", pytest.approx(theirs, rel=OWN_THETA))
    cells = cells_of_table(counts)
    ours = scores(cells.n, cells.e, checked(theirs)).eb05
    at = {(rows[r], columns[c]): x for r, c, x in zip(cells.row, cells.column, ours, strict=True)}
    published = {(o["row"], o["col"]): float(o["GPS_EB05"]) for o in listed("disprop_statin49_expected.csv")}
    assert at == pytest.approx(published, rel=GIVEN_THETA)


def test_scores_agree_with_openebgm_given_the_prior():
    """E, Qn, EBGM, EB05 and EB95 of the published CAERS pairs."""
    cells, figures = caers()
    theta = checked(figures["run_here_R422"]["theta_squashed2"])
    got = scores(cells.n, cells.e, theta)
    place = {pair: i for i, pair in enumerate(zip(cells.row.tolist(), cells.column.tolist(), strict=True))}
    theirs = listed("ebgm_caers_scores.csv")
    order = [place[int(one["product"]), int(one["event"])] for one in theirs]
    share = posterior_share(cells.n, cells.e, theta)
    ours = {"E": cells.e, "qn": share, "EBGM": got.ebgm, "EB05": got.eb05, "EB95": got.eb95}
    for name, values in ours.items():
        assert values[order] == pytest.approx([float(one[name]) for one in theirs], rel=GIVEN_THETA), name


def test_the_fitted_prior_agrees_with_openebgm():
    """The prior, its likelihood, the number of pairs, and of those with EB05 of 2 and more."""
    cells, figures = caers()
    fit = fit_prior(points_of(cells.n, cells.e))
    assert list(fit.prior) == pytest.approx(figures["run_here_R422"]["theta_full_unsquashed"], rel=OWN_THETA)
    assert fit.minus_loglik == pytest.approx(figures["run_here_R422"]["negLL_full"], abs=1e-4)
    assert len(cells) == figures["published_vignette"]["n_pairs"]
    signals = int((scores(cells.n, cells.e, fit.prior).eb05 >= 2).sum())
    assert signals == figures["published_vignette"]["n_QUANT05_ge_2"]


def test_ratios_agree_with_pvlrt():
    """All cells of the other statin table, the empty ones and those below expectation too."""
    rows, columns, counts = page("lrt_statin46_table.csv")
    ratio = log_ratio(counts, expected(counts))
    for one in listed("lrt_statin46_expected.csv"):
        ours = ratio[rows.index(one["row"]), columns.index(one["col"])]
        assert ours == pytest.approx(float(one["loglrt"]), rel=1e-8, abs=1e-9)


def test_a_small_table_by_hand():
    """Eight of ten reports on the first column, against three of ninety-three on the second."""
    cells = cells_of_table(table_of([[8, 3], [2, 90]]))
    assert prr(cells).estimate[0] == pytest.approx((8 / 10) / (3 / 93))
    assert ror(cells).estimate[0] == pytest.approx(8 * 90 / (2 * 3))
    spread = sqrt(1 / 8 + 1 / 2 + 1 / 3 + 1 / 90)
    assert ror(cells).lower[0] == pytest.approx(exp(log(120) - 1.959964 * spread), rel=1e-6)
    assert shrunk_ic025([8], [cells.e[0]])[0] == pytest.approx(
        np.log2(gamma.ppf(0.025, 8.5, scale=1 / (cells.e[0] + 0.5)))
    )


def test_what_does_not_exist_is_not_a_number():
    """A product that alone has an event has no finite ratio, and no limit of one."""
    cells = cells_of_table(table_of([[4, 0], [3, 9]]))
    assert np.isnan(prr(cells).estimate[0]) and np.isnan(prr(cells).lower[0])
    assert np.isnan(ror(cells).lower[0])


def test_reports_are_counted_once():
    """A line told twice is one report; N and E are of distinct reports."""
    report, product, event = np.array([[1, 0, 0], [1, 0, 0], [1, 1, 0], [2, 1, 1], [3, 0, 1]]).T
    cells = cells_of_reports(report, product, event)
    told = {(r, c): (n, e) for r, c, n, e in zip(cells.row, cells.column, cells.n, cells.e, strict=True)}
    assert told == {
        (0, 0): (1, 2 * 1 / 3), (0, 1): (1, pytest.approx(4 / 3)), (1, 0): (1, 2 * 1 / 3),
        (1, 1): (1, pytest.approx(4 / 3)),
    }  # fmt: skip


def test_the_likelihood_is_that_of_components_truncated_one_by_one():
    """Against scipy's negative binomial, with the empty cells left out and with them."""
    n, e = np.array([1.0, 2.0, 7.0]), np.array([0.5, 3.0, 1.0])
    a1, b1, a2, b2, share = FIXED
    first, second = (nbinom(a, b / (b + e)) for a, b in ((a1, b1), (a2, b2)))
    cut = share * first.pmf(n) / first.sf(0) + (1 - share) * second.pmf(n) / second.sf(0)
    assert minus_loglik(points_of(n, e), FIXED) == pytest.approx(-np.log(cut).sum())
    whole = share * first.pmf(n) + (1 - share) * second.pmf(n)
    assert minus_loglik(points_of(n, e, truncated=False), FIXED) == pytest.approx(-np.log(whole).sum())


def test_fallbacks_say_what_they_are():
    """Where there is no maximum EM answers, where there is too little the fixed prior, and both say so."""
    few = points_of(np.array([3.0, 1.0]), np.array([1.0, 1.0]))
    assert (fit_prior(few).prior, fit_prior(few).origin) == (FIXED, "fixed")
    assert "10" in fit_prior(few).remark
    rng = np.random.default_rng(4)
    e = rng.gamma(2.0, 1.0, 400)
    n = rng.poisson(e * np.where(rng.random(400) < 0.1, rng.gamma(8.0, 1.0, 400), rng.gamma(3.0, 0.3, 400)))
    seen = points_of(n[n > 0].astype(float), e[n > 0])
    asked, best = fit_prior(seen, method="em"), fit_prior(seen)
    assert (asked.origin, best.origin) == ("em", "likelihood")
    assert asked.minus_loglik == pytest.approx(best.minus_loglik, abs=0.5)
    even = points_of(np.arange(1.0, 41.0), np.linspace(1.0, 1.2, 40) * np.arange(1.0, 41.0))
    assert fit_prior(even).origin == "em" and fit_prior(even).remark == "the likelihood has no maximum"


def test_squashing_keeps_counts_and_nearly_the_likelihood():
    """The squashed points stand for all cells, and give the same likelihood to a thousandth."""
    rng = np.random.default_rng(2)
    e = rng.gamma(0.5, 2.0, 30_000) + 1e-3
    n = rng.poisson(e)
    points = points_of(n[n > 0].astype(float), e[n > 0])
    less = squashed(points)
    assert len(less.n) < 2000 and less.weight.sum() == len(points.n)
    assert minus_loglik(less, FIXED) == pytest.approx(minus_loglik(points, FIXED), rel=1e-3)


def test_quantiles_hold_what_they_say():
    """Between and outside the two components alike, the mixture holds 5 % and 95 % below them."""
    n, e = np.array([1.0, 2.0, 30.0, 1.0]), np.array([0.001, 40.0, 1.0, 1.0])
    theta = (20.0, 1.6, 1.7, 1.5, 0.03)
    got, share = scores(n, e, theta), posterior_share(n, e, theta)
    for points, level in ((got.eb05, 0.05), (got.eb95, 0.95)):
        first, second = (gamma(a + n, scale=1 / (b + e)).cdf(points) for a, b in (theta[:2], theta[2:4]))
        assert share * first + (1 - share) * second == pytest.approx(np.full(4, level), abs=1e-9)


def test_the_chance_of_the_largest_is_uniform_under_independence():
    """Over tables without any signal, p of the maximum is below 0.2 in about a fifth of them."""
    rng = np.random.default_rng(8)
    small = 0
    for seed in range(100):
        counts = rng.multinomial(300, np.outer([0.5, 0.3, 0.2], [0.4, 0.4, 0.2]).ravel()).reshape(3, 3)
        small += maximum(counts.astype(float), tables=49, seed=seed).p <= 0.2
    assert 9 <= small <= 33


def test_a_planted_cell_has_a_small_chance_and_alone():
    """The cell put in is told, the others are not, and the same seed gives the same answer."""
    counts = np.full((6, 5), 20.0)
    counts[2, 3] = 60.0
    top = maximum(counts, tables=199, seed=3)
    assert (top.p, top.p_of_cell[2, 3]) == (0.005, 0.005)
    assert np.delete(top.p_of_cell.ravel(), 2 * 5 + 3).min() > 0.1
    assert (maximum(counts, tables=199, seed=3).p_of_cell == top.p_of_cell).all()


@pytest.mark.parametrize(
    "table",
    [[], [[1, 2]], [[1], [2]], [[1, 2], [3]], [[0, 0], [0, 0]], [[1, -1], [2, 3]], [[1, 0.5], [2, 3]]],
)
def test_a_table_that_cannot_be_judged_is_refused(table):
    """Empty, one-rowed, ragged, without reports, negative and broken tables alike."""
    with pytest.raises(ValueError, match="table|counts"):
        table_of(table)


def test_not_a_number_is_refused():
    """A NaN in a table, a count of zero among pairs, and an endless prior."""
    with pytest.raises(ValueError, match="whole"):
        table_of([[1, float("nan")], [2, 3]])
    with pytest.raises(ValueError, match="positive"):
        points_of(np.array([0.0, 1.0]), np.array([1.0, 1.0]))
    for theta in ([1, 1, 1, 1], [1, 1, 1, 1, 2], [0, 1, 1, 1, 0.5], [1, 1, 1, float("inf"), 0.5]):
        with pytest.raises(ValueError, match="prior|share"):
            checked(theta)
    with pytest.raises(ValueError, match="hours"):
        maximum(np.ones((1000, 1000)), tables=10_000, seed=1)
