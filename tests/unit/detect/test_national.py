# SPDX-License-Identifier: Apache-2.0
"""The national error budget: one scale of evidence, who survives among all, and what has been spent."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pytest
from msgspec import structs

from nadzor.base.problems import Refusal
from nadzor.detect.dossier import dossier
from nadzor.detect.finding import Baseline, Effect, Finding, Guarantee
from nadzor.detect.national import evidence, ledger, national, streams_watched, watched_days
from nadzor.detect.stats.e_evidence import e_of_alarm, e_of_p, surviving
from nadzor.measures.columns import Columns
from nadzor.measures.rollup import Row

DAY = date(2031, 5, 4)


def found(device="d-1", *, e=None, p=None, kind="anytime", **more):
    """A finding with so much evidence."""
    whole = Finding(
        detector="claim_check", code="0" * 64, kind="claim.contradicted", device=device, version="1.0",
        statistic=0.0, threshold=0.0, guarantee=Guarantee(kind=kind, budget=0.05, spent=0.025),
        baseline=Baseline(hash="0" * 64), p_value=p, e_value=e,
        effect=Effect(name="sensitivity", estimate=0.5, low=0.4, high=0.6),
        first_day=DAY, rows_hash="0" * 64, rows_read=1,
    )  # fmt: skip
    return structs.replace(whole, **more)


def test_strong_evidence_survives_among_all_streams():
    """Two strong findings share the bar: each needs streams / (2 alpha)."""
    weak, *strong = national([found("a", e=30.0), found("b", e=6e4), found("c", e=5e4)], streams=10_000)[::-1]
    assert [one.survives for one in strong] == [True, True]
    assert (weak.device, weak.survives, weak.needed) == ("a", False, 10_000 / 0.1 / 2)


def test_one_strong_finding_alone_must_clear_a_higher_bar():
    """What two carry together one does not carry alone."""
    (one,) = national([found("b", e=6e4)], streams=10_000)
    assert not one.survives
    assert one.needed == pytest.approx(1e5)


def test_findings_of_one_stream_are_one_voice():
    """Two findings of one version are added, and named together."""
    (one,) = national([found(e=7.0), found(e=5.0, stratum="auc")], streams=10)
    assert (one.e_value, len(one.fingerprints)) == (12.0, 2)


def test_a_finding_of_the_system_accuses_nobody():
    """An outage of our own is no evidence against a device."""
    assert national([found("", e=1e9)], streams=5) == []


def test_fewer_streams_than_findings_is_refused():
    """Whoever forgets the quiet streams would let everything survive."""
    with pytest.raises(Refusal, match=r"budget\.streams"):
        national([found("a", e=2.0), found("b", e=2.0)], streams=1)


def test_where_evidence_comes_from_is_said():
    """An e-process speaks for itself, an anytime p is calibrated, a chart lends only its stated rate."""
    assert evidence(found(e=40.0, p=0.001)) == (40.0, "e_process")
    assert evidence(found(p=0.001)) == (e_of_p(0.001), "p_value")
    chart = found(p=1e-9, kind="run_length")
    assert evidence(chart) == (e_of_alarm(yearly=0.05, years=0.5), "alarm_rate")
    assert evidence(
        structs.replace(chart, guarantee=Guarantee(kind="run_length", budget=0.0, spent=0.0))
    ) == (
        0.0,
        "alarm_rate",
    )


def test_a_ledger_shows_what_was_stated_and_what_was_raised():
    """Two devices a year and half a year: the expected number is budget times device-years."""
    said = ledger([found("a", e=1.0), found("x", e=1.0)], days={"a": 365, "b": 183}, detectors=("silence",))
    assert said.lines[0].expected == pytest.approx(dossier("silence").guarantee.budget * 548 / 365)
    claims = ledger([found("a", e=1.0)], days={"a": 365, "b": 183}, detectors=("claim_check", "silence"))
    line = next(line for line in claims.lines if line.detector == "claim_check")
    assert (line.raised, line.expected) == (1, pytest.approx(2 * line.budget))
    assert claims.total.raised == 1
    assert claims.total.expected == pytest.approx(sum(line.expected for line in claims.lines))


def test_a_ledger_of_one_device_counts_that_device_alone():
    """The account of a device holds its own findings and days."""
    said = ledger([found("a", e=1.0), found("b", e=1.0)], days={"a": 365, "b": 365}, device="b")
    assert (said.total.raised, said.total.device, said.total.device_years) == (1, "b", 1.0)


def test_streams_and_days_are_counted_from_rows():
    """Versions of devices times detectors; days from the first row to the last."""
    rows = [
        Row(
            DAY + timedelta(days=offset),
            DAY + timedelta(days=offset),
            device,
            version,
            measure="studies",
            n=1,
        )
        for device, version, offset in (("a", "1.0", 0), ("a", "2.0", 9), ("b", "1.0", 3))
    ]
    columns = Columns.of_rows(rows)
    assert streams_watched(columns, ("silence", "claim_check")) == 6
    assert watched_days(columns) == {"a": 10, "b": 1}
    assert (streams_watched(Columns.of_rows([])), watched_days(Columns.of_rows([]))) == (0, {})


def test_a_p_value_is_worth_no_more_than_its_mean_allows():
    """Over uniform p-values the calibrator's mean is one."""
    p = (np.arange(200_000) + 0.5) / 200_000
    assert np.mean([e_of_p(float(each)) for each in p[::20]]) == pytest.approx(1.0, abs=0.2)
    assert e_of_p(0.0) < float("inf")
    assert e_of_p(1.0) == 0.5


@pytest.mark.parametrize("bad", [-0.1, 1.1, float("nan")])
def test_what_is_no_p_value_is_refused(bad):
    """A figure outside 0..1 is no p-value."""
    with pytest.raises(ValueError, match="p-value"):
        e_of_p(bad)


def test_impossible_evidence_is_refused():
    """Negative or infinite e-values, no rate, a strange alpha."""
    for e, streams, alpha in (([-1.0], 2, 0.1), ([float("inf")], 2, 0.1), ([1.0], 0, 0.1), ([1.0], 1, 1.0)):
        with pytest.raises(ValueError, match=r"e-value|streams"):
            surviving(e, streams=streams, alpha=alpha)
    with pytest.raises(ValueError, match="rate"):
        e_of_alarm(yearly=0.0, years=1.0)


def test_few_false_ones_survive_under_any_dependence():
    """All streams moved by one shock: the share of nations with a false survivor stays below alpha."""
    rng = np.random.default_rng(5)
    wrong = 0
    for _ in range(2000):
        shared = rng.normal(0.0, 1.0) + 0.3 * rng.normal(0.0, 1.0, 200)
        scale = np.sqrt(1.09)
        e = np.exp(2.0 * shared / scale - 2.0)
        wrong += bool(surviving(e, streams=200, alpha=0.1).any())
    assert wrong / 2000 <= 0.1


def test_nothing_found_nothing_survives():
    """No findings, no evidence."""
    assert national([], streams=0) == []
    assert surviving([], streams=1, alpha=0.1).tolist() == []
