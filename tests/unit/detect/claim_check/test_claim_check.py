# SPDX-License-Identifier: Apache-2.0
"""Claims against labels: what is used, what is not, and when it is said."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from msgspec import structs

from nadzor.detect.claim_check.claim import Claim
from nadzor.detect.claim_check.detector import Params, check, detect
from nadzor.detect.stats.proportion import clopper_pearson
from nadzor.measures.rollup import Row, rows_digest
from nadzor.measures.score_scale import ScoreScale

DAY = date(2031, 5, 4)
CLAIM = Claim(device="d-1", finding="nodule", metric="sensitivity", value=0.92, lower_bound=0.88)
AREA = structs.replace(CLAIM, metric="auc", value=0.95, lower_bound=0.9)


def labels(tp, fn, *, selection="random", known=DAY, version="1.0"):
    """Present cases that the device saw and missed."""
    return [
        Row(
            DAY, known, "d-1", version, site="s-1", dimension="selection", stratum=selection, measure=measure,
            finding="nodule", n=n,
        )
        for measure, n in (("tp", tp), ("fn", fn))
        if n
    ]  # fmt: skip


def scored(present, absent, *, selection="all"):
    """Labelled scores at device and version level."""
    return [
        Row(
            DAY, DAY, "d-1", "1.0", dimension="selection", stratum=selection, measure=measure,
            finding="nodule", bin=score, n=n,
        )
        for measure, scores in (("score_present", present), ("score_absent", absent))
        for score, n in scores.items()
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("tp", "fn", "outcome", "reason"),
    [
        (980, 20, "consistent", ""),
        (800, 200, "contradicted", ""),
        (90, 10, "untestable", "interval"),
        (18, 1, "untestable", "few_cases"),
        (0, 0, "untestable", "no_labels"),
    ],
)
def test_a_claim_has_one_of_three_outcomes(tp, fn, outcome, reason):
    """Consistent, contradicted, or untestable with the reason why."""
    (said,) = check(labels(tp, fn), claims=[CLAIM])
    assert (said.outcome, said.reason) == (outcome, reason)
    assert said.cases == tp + fn


@pytest.mark.parametrize("selection", ["positives", "choice", "unknown"])
def test_chosen_labels_decide_nothing(selection):
    """Labels that somebody chose neither clear a device nor accuse it; they are counted and shown."""
    rows = labels(400, 600, selection=selection)
    (said,) = check(rows, claims=[CLAIM])
    assert (said.outcome, said.reason, said.unfair) == ("untestable", "selection", 1000)
    assert said.selections == [selection]
    assert detect(rows, claims=[CLAIM]) == []


def test_fair_labels_are_not_diluted_by_chosen_ones():
    """The estimate is that of fair labels alone."""
    rows = labels(98, 2, selection="all") + labels(0, 900, selection="choice")
    (said,) = check(rows, claims=[CLAIM])
    assert said.estimate == clopper_pearson(98, 100)
    assert said.unfair == 900


def test_a_finding_carries_its_evidence():
    """Estimate, exact interval, alpha of the look, and the digest of exactly the rows used."""
    rows = labels(700, 300)
    (found,) = detect(rows + scored({9000: 1}, {100: 1}), claims=[CLAIM, AREA])
    seen = clopper_pearson(700, 1000)
    assert (found.effect.estimate, found.effect.low, found.effect.high) == (
        seen.estimate,
        seen.low,
        seen.high,
    )
    assert (found.device, found.version, found.finding, found.stratum) == (
        "d-1",
        "1.0",
        "nodule",
        "sensitivity",
    )
    assert found.rows_hash == rows_digest(rows)
    assert found.facts["alpha_of_claim"] == pytest.approx(0.05 * 0.6 / 2)
    assert found.baseline.hash == CLAIM.digest()
    assert found.e_value == found.statistic >= found.threshold == pytest.approx(1 / 0.03)
    assert found.p_value == pytest.approx(1 / found.e_value)


def test_looks_come_as_labels_become_known():
    """The finding is dated by the day on which labels became known, not by that of the studies."""
    rows = [row for week in range(20) for row in labels(8, 7, known=DAY + timedelta(days=40 + 7 * week))]
    (found,) = detect(rows, claims=[CLAIM])
    assert found.first_day > DAY + timedelta(days=39)
    assert found.facts["cases"] <= 100


def test_a_correction_takes_a_label_back():
    """A superseded label counts minus one, and the estimate forgets it."""
    rows = labels(90, 10) + [structs.replace(labels(0, 5)[0], n=-5, known=DAY + timedelta(days=3))]
    (said,) = check(rows, claims=[CLAIM])
    assert said.cases == 95


def test_what_was_contradicted_stays_so_until_it_is_cleared():
    """Later labels that leave it open do not take a contradiction back; labels that clear it do."""
    bad, later = labels(60, 40), DAY + timedelta(days=30)
    (open_,) = check(bad + labels(300, 30, known=later), claims=[CLAIM])
    assert (open_.outcome, open_.contradicted_on) == ("contradicted", DAY)
    (clear,) = check(bad + labels(9900, 100, known=later), claims=[CLAIM])
    assert (clear.outcome, clear.contradicted_on) == ("consistent", DAY)


def test_versions_are_judged_apart():
    """A bad version does not taint a good one."""
    rows = labels(980, 20) + labels(800, 200, version="2.0")
    assert {one.version: one.outcome for one in check(rows, claims=[CLAIM])} == {
        "1.0": "consistent",
        "2.0": "contradicted",
    }


def test_an_area_is_judged_by_delong():
    """An area far above the bound is consistent, far below contradicted."""
    good = scored({9000: 80, 6000: 20}, {1000: 280, 5000: 20})
    poor = scored({9000: 60, 1000: 60}, {1000: 120, 9000: 120})
    assert [one.outcome for one in check(good, claims=[AREA])] == ["consistent"]
    (found,) = detect(poor, claims=[AREA])
    assert found.effect.estimate == pytest.approx(0.5)
    assert found.p_value < 1e-6
    assert found.e_value > 1e4


def test_a_perfect_area_from_few_cases_is_not_certain():
    """Twenty cases apart from all others do not prove an area above 0.9."""
    (said,) = check(scored({9000: 21}, {1000: 500}), claims=[AREA])
    assert said.outcome == "untestable"
    assert said.estimate.estimate == 1.0 > said.estimate.low


def test_the_smallest_drop_shrinks_with_labels():
    """More labels reveal smaller drops; no labels reveal none."""
    drops = [check(labels(n * 9, n), claims=[CLAIM])[0].smallest_drop for n in (0, 5, 50, 500)]
    assert drops[0] is None
    assert drops[1] > drops[2] > drops[3] > CLAIM.value - CLAIM.lower_bound
    assert check(scored({9000: 90}, {1000: 200, 9500: 9}), claims=[AREA])[0].smallest_drop > 0.05


def test_a_claim_of_another_device_finds_no_labels():
    """Labels of one device say nothing of another."""
    other = structs.replace(CLAIM, device="d-2")
    assert [one.reason for one in check(labels(9, 1), claims=[other])] == ["no_labels"]


def test_a_half_made_correction_is_no_case():
    """More labels taken back than given leave none, not a negative number."""
    rows = [structs.replace(labels(30, 1)[0]), structs.replace(labels(0, 1)[0], n=-3)]
    (said,) = check(rows, claims=[CLAIM])
    assert (said.cases, said.estimate.estimate) == (30, 1.0)


def test_the_verdict_gives_limits_that_hold_at_all_looks():
    """Wider than the interval of one look, and the evidence against the claim beside them."""
    (said,) = check(labels(800, 200), claims=[CLAIM])
    assert said.sequence.low < said.estimate.low < said.estimate.high < said.sequence.high < CLAIM.lower_bound
    assert said.e_value > 1 / said.alpha
    (quiet,) = check(labels(98, 2), claims=[CLAIM])
    assert quiet.e_value < 1
    assert check(scored({9000: 80}, {1000: 280}), claims=[AREA])[0].sequence is None


def test_the_detector_and_the_verdict_speak_on_the_same_day():
    """The day of the finding is the day on which the verdict became contradicted."""
    rows = [row for week in range(30) for row in labels(16, 5, known=DAY + timedelta(days=7 * week))]
    found = next(one for one in detect(rows, claims=[CLAIM]) if one.kind == "claim.contradicted")
    (said,) = check(rows, claims=[CLAIM])
    assert found.first_day == said.contradicted_on > DAY


def by_week(rates, *, cases=20, measures=("tp", "fn")):
    """Weekly labels with so many wrong ones a week."""
    rows = []
    for week, wrong in enumerate(rates):
        known = DAY + timedelta(days=7 * week)
        rows += labels(cases - wrong, wrong, known=known)
    return [structs.replace(row, measure=measures[row.measure == "fn"]) for row in rows]


def test_a_fall_against_its_own_past_is_found_though_the_claim_holds():
    """Misses double while the declared bound is far away: decay, and no contradiction."""
    rows = by_week([1, 1, 2, 1, 1] * 4 + [4] * 30)
    claim = structs.replace(CLAIM, lower_bound=0.5)
    (found,) = detect(rows, claims=[claim])
    change = DAY + timedelta(days=7 * 20)
    assert (found.kind, found.stratum, found.version) == ("labels.decay", "sensitivity", "")
    assert found.located.low <= change <= found.located.high
    assert found.first_day > change
    assert found.effect.low <= found.effect.estimate < 0
    assert found.facts["expected"] == pytest.approx(0.94, abs=0.01)
    assert found.guarantee.kind == "run_length"
    assert found.rows_hash == rows_digest([row for row in rows if row.known <= found.first_day])


def test_false_alarms_against_the_past_are_decay_of_specificity():
    """The same of absent cases that the device calls present."""
    found = detect(by_week([1, 1, 2, 1, 1] * 4 + [5] * 30, measures=("tn", "fp")), claims=[])
    assert [(one.kind, one.stratum) for one in found] == [("labels.decay", "specificity")]


@pytest.mark.parametrize("rows", [by_week([1] * 12), by_week([1] * 40, cases=1), by_week([2, 1] * 30)])
def test_a_steady_or_short_past_is_no_decay(rows):
    """Too few labels to learn from, or labels as they always were."""
    assert detect(rows, claims=[]) == []


def test_decay_speaks_once_until_it_is_over():
    """A lasting fall is one finding; chosen labels are none."""
    rows = by_week([1] * 20 + [6] * 40)
    assert len(detect(rows, claims=[])) == 1
    assert detect([structs.replace(row, stratum="choice") for row in rows], claims=[]) == []


def test_scores_that_are_chances_are_calibrated():
    """Scores that come true as often as they say: slope 1, nothing in the large, as many as expected."""
    present = {score: score // 10 for score in range(500, 10000, 500)}
    absent = {score: 1000 - n for score, n in present.items()}
    (said,) = check(scored(present, absent), claims=[AREA])
    assert said.calibration.slope == pytest.approx(1.0, abs=1e-6)
    assert said.calibration.in_the_large == pytest.approx(0.0, abs=1e-6)
    assert said.calibration.observed_over_expected == pytest.approx(1.0)
    assert said.calibration.cases == 19_000


def test_calibration_is_read_on_the_registered_scale():
    """The same integers between 0.5 and 0.6 are other chances; too few cases give no figures."""
    rows = scored({2000: 30, 8000: 60}, {2000: 70, 8000: 40})
    narrow = Params(scales={("d-1", "nodule"): ScoreScale(0.5, 0.6)})
    wide, scaled = (check(rows, claims=[AREA], params=one)[0].calibration for one in (None, narrow))
    assert scaled.slope > wide.slope
    assert scaled.observed_over_expected == pytest.approx(90 / 200 / 0.55)
    assert check(scored({9000: 5}, {1000: 500}), claims=[AREA])[0].calibration is None
    assert check(labels(90, 10), claims=[CLAIM])[0].calibration is None
