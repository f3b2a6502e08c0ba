# SPDX-License-Identifier: Apache-2.0
"""The figures of a yearly report: counted from rows, judged by the claim check, each with its way back."""

from __future__ import annotations

from datetime import date

import pytest

from nadzor.detect.claim_check.claim import Claim
from nadzor.detect.stats.poisson_rate import count_bounds
from nadzor.detect.stats.proportion import clopper_pearson
from nadzor.statutory.monitoring_report import Origin, of_year, use_figures
from nadzor.vigilance.monitoring_figures import (
    EventFact,
    Followed,
    Others,
    analogue_figures,
    efficacy_figures,
    followed_figures,
    safety_figures,
    year_of,
)
from tests.monitoring_samples import CODE, YEAR, rows
from tests.rollup_samples import row

FIRST, AFTER = year_of(YEAR)
CLAIM = Claim(device=CODE, finding="lung_nodule", metric="sensitivity", value=0.91, lower_bound=0.87)


def year(*more, known_by=date(2026, 1, 20)):
    """The sample year with more rows."""
    return of_year([*rows(), *more], device=CODE, first=FIRST, after=AFTER, known_by=known_by)


def one(figures, key, **wanted):
    """The one figure with this key and these fields."""
    fits = [f for f in figures if f.key == key and all(getattr(f, n) == w for n, w in wanted.items())]
    assert len(fits) == 1, fits
    return fits[0]


def test_use_is_counted_whole_by_version_and_by_stage() -> None:
    """Studies, processed, sites, versions and failures of the year add up to the rows."""
    found = use_figures(year(row("studies", 7, date(2025, 5, 5), version="2.0", site="s-2")))
    assert one(found, "studies", version="").n == 407
    assert (one(found, "studies", version="1.0").n, one(found, "studies", version="2.0").n) == (400, 7)
    assert (one(found, "processed").n, one(found, "sites").n) == (390, 2)
    failed = one(found, "failed", part="network")
    assert failed.n == 10
    assert failed.origins == (Origin(measure="failed", dimension="stage", stratum="network"),)


def test_other_years_devices_and_later_news_stay_out() -> None:
    """A row of 2026, of another device, or known after the day is not of this report."""
    strange = [
        row("processed", 1, date(2026, 1, 1)),
        row("processed", 2, date(2024, 12, 31)),
        row("processed", 4, date(2025, 5, 5), device="ai-902"),
        row("processed", 8, date(2025, 5, 5), known=date(2026, 1, 21)),
    ]
    assert one(use_figures(year(*strange)), "processed").n == 390
    assert one(use_figures(year(*strange, known_by=date(2026, 1, 21))), "processed").n == 398


def test_efficacy_stands_beside_the_claim() -> None:
    """Ninety of a hundred found: the exact interval, the declared bound, the verdict, how labels came."""
    found = efficacy_figures(year(), [CLAIM])
    bounds = clopper_pearson(90, 100)
    measured = one(found, "measured", part="sensitivity")
    assert (measured.n, measured.of, measured.version) == (90, 100, "1.0")
    assert measured.estimate is not None
    assert (measured.estimate.low, measured.estimate.high) == (f"{bounds.low:.4f}", f"{bounds.high:.4f}")
    judged = one(found, "claim")
    assert judged.declared is not None and judged.n == 100
    assert (judged.declared.value, judged.declared.lower_bound) == ("0.9100", "0.8700")
    assert (judged.declared.outcome, judged.declared.reason) == ("untestable", "interval")
    assert one(found, "labels", part="random").n == 100


def test_agreement_is_never_called_accuracy() -> None:
    """Agreement has a line of its own, apart from what was measured against labels."""
    found = efficacy_figures(year(), [])
    agreed = one(found, "agreement")
    assert (agreed.n, agreed.of) == (300, 400)
    assert [f.part for f in found if f.key == "measured"] == ["sensitivity"]
    assert {origin.measure for origin in agreed.origins} == {"agree", "disagree"}


def test_labels_by_choice_decide_nothing() -> None:
    """Labels picked by choice are counted as unfair, and the claim is untestable because of them."""
    day = date(2025, 5, 5)
    told = {"finding": "lung_nodule", "dimension": "selection", "stratum": "choice"}
    chosen = [row("tp", 500, day, **told), row("fn", 500, day, **told)]
    only = [each for each in year(*chosen) if each.stratum != "random"]
    judged = one(efficacy_figures(only, [CLAIM]), "claim")
    assert judged.declared is not None
    assert (judged.n, judged.declared.outcome, judged.declared.reason) == (0, "untestable", "selection")
    assert judged.declared.unfair == 1000 and judged.declared.selections == ("choice",)


def test_an_area_is_measured_from_scores() -> None:
    """Scores of present and absent cases that do not overlap give an area of one, with a limit below it."""
    day = date(2025, 5, 5)
    scores = [
        row("score_present", 20, day, finding="lung_nodule", bin=9000),
        row("score_absent", 20, day, finding="lung_nodule", bin=1000),
    ]
    area = one(efficacy_figures(year(*scores), []), "measured", part="auc").estimate
    assert area is not None and area.value == "1.0000"
    assert 0.7 < float(area.low) < 1.0


def test_rates_have_exact_limits_and_name_their_events() -> None:
    """Three events among 390 processed studies: per thousand, with Garwood's limits, by every cut."""
    events = [
        EventFact(number="AE-3", seriousness="death", version="1.0", codes=("A0101 e1",)),
        EventFact(number="AE-1", seriousness="other", version="1.0", codes=("A0101 e1", "A02 e1")),
        EventFact(number="AE-2", seriousness="other", version=""),
    ]
    found = safety_figures(events, year())
    low, high = count_bounds(3)
    whole = one(found, "events")
    assert (whole.n, whole.of, whole.refs) == (3, 390, ("AE-1", "AE-2", "AE-3"))
    assert whole.estimate is not None
    assert (
        whole.estimate.low == f"{1000 * low / 390:.4f}" and whole.estimate.high == f"{1000 * high / 390:.4f}"
    )
    assert [one(found, "seriousness", part=part).n for part in ("death", "other")] == [1, 2]
    assert [one(found, "code", part=code).n for code in ("A0101 e1", "A02 e1")] == [2, 1]
    assert one(found, "version", version="1.0").of == 390


def test_no_studies_give_no_rate() -> None:
    """An event of a version that processed nothing is counted, and no rate is made up for it."""
    found = safety_figures([EventFact(number="AE-1", seriousness="other", version="9.9")], year())
    assert one(found, "version", version="9.9").estimate is None
    assert one(safety_figures([], []), "events").estimate is None


def test_signals_and_cases_stand_by_state() -> None:
    """Each state once, with the numbers behind it."""
    told = [
        Followed(kind="signal", number="2", state="raised"),
        Followed(kind="signal", number="1", state="raised"),
    ]
    (only,) = followed_figures(told)
    assert (only.key, only.part, only.n, only.refs) == ("signal", "raised", 2, ("1", "2"))


@pytest.mark.parametrize(("makers", "key"), [(4, "hidden"), (5, "events")])
def test_a_rate_of_others_needs_enough_makers(makers: int, key: str) -> None:
    """Below the disclosure floor the rate of similar devices is hidden; at it, it is shown together."""
    found = analogue_figures(Others(devices=9, makers=makers, processed=1000, events=2), floor=5)
    assert [figure.key for figure in found] == ["devices", key]
    assert (found[1].estimate is None) == (key == "hidden")
