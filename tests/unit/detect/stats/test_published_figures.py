# SPDX-License-Identifier: Apache-2.0
"""Our statistics against figures that nobody here wrote, where the shared tables are at hand."""

from __future__ import annotations

import csv
import json

import pytest

from nadzor.detect.stats.auc import auc_of_cases, delong_paired
from nadzor.detect.stats.cusum_arl import normal_cusum_arl, poisson_cusum_arl
from nadzor.detect.stats.poisson_rate import rate_ratio
from nadzor.detect.stats.proportion import clopper_pearson, wilson
from tests.shared import SHARED

CLOSED_FORM = 1e-6
RUN_LENGTH = 1e-3


def published(name):
    """The path of a published table; without it there is nothing to compare with."""
    path = SHARED / "truth" / name
    if not path.exists():
        pytest.skip(f"needs the published table {name}")
    return path


def table(name):
    """A published CSV as rows."""
    with published(name).open(newline="") as lines:
        return list(csv.DictReader(lines))


def figures(name):
    """A published JSON page."""
    return json.loads(published(name).read_text())


def digits(figure):
    """One unit in the last printed digit, or the run-length tolerance, whichever is wider."""
    text = f"{figure}"
    return max(RUN_LENGTH * figure, 10 ** -len(text.partition(".")[2]))


def test_auc_and_delong_agree_with_proc():
    """AUC, variance, limits and the paired test of the aSAH cases equal those of pROC."""
    cases, expected = table("auc_aSAH.csv"), figures("auc_aSAH_expected.json")
    present = [case["outcome"] == "Poor" for case in cases]
    for marker, figure in expected["auc"].items():
        area = auc_of_cases([float(case[marker]) for case in cases], present)
        assert [area.auc, area.low, area.high] == pytest.approx(figure, rel=CLOSED_FORM)
        assert area.variance == pytest.approx(expected["delong_variance"][marker], rel=CLOSED_FORM)
    for pair, figure in expected["paired_delong"].items():
        first, second = pair.split("_vs_")
        gap = delong_paired(
            [(float(case[first]), float(case[second]), p) for case, p in zip(cases, present, strict=True)]
        )
        assert (gap.z, gap.p) == pytest.approx((figure["Z"], figure["p"]), rel=CLOSED_FORM)


def test_proportion_intervals_agree_with_newcombe():
    """Clopper-Pearson and Wilson limits equal the published ones."""
    for row in table("proportion_ci.csv"):
        exact, score = clopper_pearson(int(row["x"]), int(row["n"])), wilson(int(row["x"]), int(row["n"]))
        ours = [exact.low, exact.high, score.low, score.high]
        theirs = [float(row[name]) for name in ("cp_lo", "cp_hi", "wilson_lo", "wilson_hi")]
        assert ours == pytest.approx(theirs, rel=CLOSED_FORM, abs=1e-12)


def test_poisson_rate_agrees_with_poisson_test():
    """Rate ratio, limits and both p-values equal R's poisson.test."""
    for row in table("poisson_rate_ci.csv"):
        rate = rate_ratio(int(row["obs"]), float(row["exp"]))
        ours = [rate.ratio, rate.low, rate.high, rate.p_two_sided, rate.p_greater]
        theirs = [float(row[name]) for name in ("smr", "lo", "hi", "p_two", "p_greater")]
        assert ours == pytest.approx(theirs, rel=CLOSED_FORM, abs=1e-12)


def test_normal_cusum_agrees_with_the_published_grid():
    """Every run length of the computed grid is met within a tenth of a percent."""
    for row in table("cusum_normal_arl_grid.csv"):
        ours = normal_cusum_arl(float(row["k"]), float(row["h"]), mu=float(row["mu"]))
        assert ours == pytest.approx(float(row["arl"]), rel=RUN_LENGTH)


def test_normal_cusum_agrees_with_the_papers():
    """Brook and Evans, Waldmann, Vance, and Lucas and Crosier with and without headstart."""
    page = figures("cusum_arl_published.json")
    for row in page["normal_one_sided"]:
        assert normal_cusum_arl(row["k"], row["h"], mu=row["mu"]) == pytest.approx(
            row["arl"], abs=digits(row["arl"])
        )
    for row in page["normal_two_sided"]:
        plain, early = (
            normal_cusum_arl(row["k"], row["h"], mu=row["mu"], headstart=start, sided="two")
            for start in (0.0, 2.0)
        )
        assert plain == pytest.approx(row["arl"], abs=digits(row["arl"]))
        assert early == pytest.approx(row["arl_headstart_h2"], abs=digits(row["arl_headstart_h2"]))


def test_poisson_cusum_agrees_with_lucas():
    """Lucas 1985, tables 2 and 3: with and without a headstart of half the limit."""
    for row in figures("cusum_arl_published.json")["poisson_upper"]:
        start = row["h"] / 2 if "headstart" in row else 0.0
        ours = poisson_cusum_arl(row["mu"], row["k"], row["h"], headstart=start)
        assert ours == pytest.approx(row["arl"], abs=digits(row["arl"]))
