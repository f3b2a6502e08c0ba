# SPDX-License-Identifier: Apache-2.0
"""The calculators against figures that nobody in this project wrote."""

from __future__ import annotations

import pytest

from tests.unit.detect.calc.asking import ask, published, table

MARKERS = ("s100b", "wfns", "ndka")


def _asah():
    rows = table("auc_aSAH.csv")
    return {name: [float(row[name]) for row in rows] for name in MARKERS}, [
        row["outcome"] == "Poor" for row in rows
    ]


@pytest.mark.parametrize("marker", MARKERS)
def test_areas_are_those_of_proc(marker):
    """All three markers, ties and integer scores: area, both limits and the DeLong variance."""
    scores, labels = _asah()
    told = published("auc_aSAH_expected.json")
    answer = ask("auc", scores=scores[marker], labels=labels)
    shown = [answer["auc"], answer["lower"], answer["upper"], answer["variance"]]
    assert shown == pytest.approx([*told["auc"][marker], told["delong_variance"][marker]], rel=1e-9)


@pytest.mark.parametrize("other", ["wfns", "ndka"])
def test_two_areas_differ_as_in_proc(other):
    """The paired DeLong test gives the published z and p."""
    scores, labels = _asah()
    told = published("auc_aSAH_expected.json")["paired_delong"][f"s100b_vs_{other}"]
    answer = ask("auc-compare", first=scores["s100b"], second=scores[other], labels=labels)
    assert [answer["z"], answer["p"]] == pytest.approx([told["Z"], told["p"]], rel=1e-9)


def test_calibration_is_that_of_r():
    """Slope, calibration in the large with their errors, Brier score, observed over expected."""
    rows, told = table("calibration_pred.csv"), published("calibration_expected.json")
    answer = ask("calibration", p=[float(row["p"]) for row in rows], y=[int(row["y"]) for row in rows])
    for name in ("slope", "slope_se", "citl", "citl_se", "brier"):
        assert answer[name] == pytest.approx(told[name], rel=1e-6), name
    assert answer["oe"] == pytest.approx(told["observed_over_expected"], rel=1e-9)


def test_intervals_are_those_of_r():
    """Exact and score limits of shares, exact limits and p-values of rates."""
    for row in table("proportion_ci.csv"):
        answer = ask("proportion-ci", x=int(row["x"]), n=int(row["n"]))
        told = [float(row[name]) for name in ("cp_lo", "cp_hi", "wilson_lo", "wilson_hi")]
        assert [*answer["clopper_pearson"], *answer["wilson"]] == pytest.approx(told, rel=1e-9, abs=1e-12)
    for row in table("poisson_rate_ci.csv"):
        answer = ask("poisson-ci", observed=int(row["obs"]), expected=float(row["exp"]))
        told = [float(row[name]) for name in ("smr", "lo", "hi", "p_two", "p_greater")]
        shown = [answer[name] for name in ("smr", "lower", "upper", "p", "p_greater")]
        assert shown == pytest.approx(told, rel=1e-9)


@pytest.mark.parametrize("method", ["BH", "BY", "holm", "hochberg"])
def test_adjusted_values_are_those_of_r(method):
    """The example of Benjamini and Hochberg by each method."""
    rows = table("multiplicity_bh1995.csv")
    answer = ask("adjust", p=[float(row["p"]) for row in rows], method=method)
    assert answer["adjusted"] == pytest.approx([float(row[method]) for row in rows], rel=1e-12)


def test_distances_are_those_of_r():
    """KS with its asymptotic p and Wasserstein-1 between the two halves of the eruptions."""
    eruptions = [float(row["eruptions"]) for row in table("drift_faithful.csv")]
    told = published("drift_faithful_expected.json")
    answer = ask("drift", reference=eruptions[:136], current=eruptions[136:])
    assert answer["ks"] == pytest.approx(told["ks_D"], rel=1e-9)
    assert answer["ks_p"] == pytest.approx(told["ks_p_asymptotic"], rel=1e-7)
    assert answer["w1"] == pytest.approx(told["wasserstein1"], rel=1e-9)


def test_estimates_without_labels_are_those_of_nannyml():
    """Ten chunks, five figures each, and what was realised."""
    rows = [
        [row["period"], int(row["chunk"]), float(row["y_pred_proba"]),
         int(row["y_pred"]), int(row["y_true"]), int(row["count"])]
        for row in table("cbpe_carloan_rollup.csv")
    ]  # fmt: skip
    told, answer = published("cbpe_carloan_expected.json"), ask("cbpe", rows=rows)
    for name, values in told["estimated"].items():
        assert answer[name] == pytest.approx(values, abs=1e-6), name
    for name, values in told["realised"].items():
        assert answer["realised"][name] == pytest.approx(values, abs=1e-6), name


def test_funnel_limits_are_those_published():
    """Exact Poisson limits at 95 and 99.8 percent."""
    told = published("funnel_poisson_limits.json")
    inner, outer = ask("funnel", expected=told["expected"], target=told["target"])["limits"]
    assert inner["lower"] + inner["upper"] == pytest.approx(told["ll95"] + told["ul95"], rel=1e-6)
    assert outer["lower"] + outer["upper"] == pytest.approx(told["ll99_8"] + told["ul99_8"], rel=1e-6)


@pytest.mark.parametrize("method", ["C1", "C2"])
def test_outbreak_bounds_are_those_of_surveillance(method):
    """Every week of which the table holds a bound: the bound, and whether it was an alarm."""
    rows = table("outbreak_salmNewport_ears.csv")
    answer = ask("ears", counts=[int(row["count"]) for row in rows], method=method)
    held = [week for week, row in enumerate(rows) if row[f"{method}_upper"]]
    told = [float(rows[week][f"{method}_upper"]) for week in held]
    assert len(held) > 200
    assert [answer["upper"][week] for week in held] == pytest.approx(told, rel=1e-9)
    assert [str(answer["alarm"][week]) for week in held] == [rows[week][f"{method}_alarm"] for week in held]


@pytest.mark.parametrize("k", [1, 2])
def test_digits_are_those_of_benford_analysis(k):
    """The census of 2009 by first and by first two digits."""
    rows = [row for row in table("digits_benford_counts.csv") if row["k"] == str(k)]
    told = published("digits_benford_expected.json")[f"census.2009|{k}"]
    answer = ask("digits", counts=[int(row["count"]) for row in rows], k=k)
    assert {name: answer[name] for name in told} == pytest.approx(told, rel=2e-6)
    assert answer == ask("digits", counts={row["digits"]: int(row["count"]) for row in rows}, k=k)
