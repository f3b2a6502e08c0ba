# SPDX-License-Identifier: Apache-2.0
"""The month of a device: what its lines count, what it leaves out, and a hash that depends on facts alone."""

from __future__ import annotations

import random
from datetime import date, timedelta

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from nadzor.law.form import edition_named
from nadzor.measures.rollup import Row
from nadzor.statutory.bench import bench_month
from nadzor.statutory.body import body, digest
from nadzor.statutory.month import FORM, FindingResults, month_report
from tests.unit.statutory.months import DEVICE, KNOWN, OCTOBER, ROWS, october, row


def test_a_line_a_version_and_site() -> None:
    """Each version at each site has its line, with studies, results, reviews and errors by kind."""
    first, second = october().lines
    assert (first.version, first.site, first.attempts, first.studies, first.declined) == (
        "1.0",
        "s-1",
        100,
        90,
        4,
    )
    assert first.findings == {
        "effusion": FindingResults(decided=90, positives=30, agree=70, disagree=10, tp=9)
    }
    assert first.reviews == {"accepted": 75}
    assert first.errors == {
        "network": 2, "processing": 3, "data_quality": 1, "output": 0, "integration": 0, "interruption": 5,
    }  # fmt: skip
    assert (second.version, second.site, second.studies) == ("1.1", "s-2", 40)


def test_an_unregistered_version_is_marked() -> None:
    """A version in the register, one outside it and one the events did not name are three different marks."""
    marks = {
        line.version: line.registered
        for line in october([*ROWS, row("faults", 1, version="", **_STAGE)]).lines
    }
    assert marks == {"1.0": True, "1.1": False, "": None}


def test_errors_add_up() -> None:
    """The kinds of error add up to all failed studies and all faults."""
    assert sum(october().total.errors.values()) == 6 + 5


def test_the_total_is_the_lines() -> None:
    """The total adds every count of every line."""
    total = october([*ROWS, row("decided", 8, version="1.1", site="s-2", finding="effusion")]).total
    assert (total.attempts, total.studies, total.findings["effusion"].decided) == (140, 130, 98)


def test_other_months_devices_and_later_news_stay_out() -> None:
    """Rows of another month or device, or known after the day of knowledge, change nothing."""
    foreign = msgspec.structs.replace(ROWS[0], device="ai-002")
    september = msgspec.structs.replace(ROWS[0], day=date(2026, 9, 30))
    november = msgspec.structs.replace(ROWS[0], day=date(2026, 11, 1))
    late = msgspec.structs.replace(ROWS[0], known=KNOWN + timedelta(days=1))
    assert october([*ROWS, foreign, september, november, late]) == october()
    assert october([*ROWS, late], known_by=late.known) != october()


def test_a_fact_taken_back_leaves_no_line() -> None:
    """A correction of everything a line held leaves no line; a month without rows has none."""
    back = msgspec.structs.replace(row("studies", -5, site="s-9"), known=date(2026, 10, 30))
    assert [line.site for line in october([*ROWS, row("studies", 5, site="s-9"), back]).lines] == [
        "s-1",
        "s-2",
    ]
    assert october([]).lines == ()


def test_the_edition_decides_the_fields() -> None:
    """The draft asks for no version, so its lines join versions; the body holds its fields and no others."""
    draft = edition_named(FORM, "draft-2025")
    report = month_report(ROWS, DEVICE, OCTOBER, edition=draft, known_by=KNOWN)
    told = body(report)
    assert {"version", "errors_other"}.isdisjoint(told["lines"][0])
    assert "solution_type" not in told["facts"]
    assert body(october())["facts"]["solution_type"]["en"] == "diagnostics"
    assert digest(report) != digest(october())


def test_no_organisation_is_named() -> None:
    """Until signing a line names a site's pseudonym and nothing else about the clinic."""
    assert [line["organisation"] for line in body(october())["lines"]] == [{"site": "s-1"}, {"site": "s-2"}]


rows = st.lists(
    st.builds(
        row,
        st.sampled_from(["studies", "processed", "declined"]),
        st.integers(-3, 9),
        day=st.integers(1, 30),
        version=st.sampled_from(["1.0", "1.1", ""]),
        site=st.sampled_from(["s-1", "s-2"]),
    ),
    max_size=30,
)


@given(rows, st.randoms(use_true_random=False))
def test_order_and_split_do_not_matter(some: list[Row], shuffle: random.Random) -> None:
    """The hash is the same for any order of rows, and for counts split over several rows."""
    split = [part for each in some for part in _halves(each)]
    shuffle.shuffle(split)
    assert digest(october(split)) == digest(october(some))


@given(rows, st.integers(1, 9))
def test_any_more_studies_change_the_hash(some: list[Row], more: int) -> None:
    """A report that counts anything else has another hash."""
    assert digest(october([*some, row("processed", more, site="s-3")])) != digest(october(some))


def test_the_bench_repeats_its_hashes() -> None:
    """The bench fills every device's month twice and finds the same hashes."""
    measured = bench_month(devices=2, sites=3, events=2 * 3 * 31 * 5)
    assert measured.same_hash
    assert (measured.devices, measured.events) == (2, 930)


_STAGE = {"dimension": "stage", "stratum": "network"}


def _halves(whole: Row) -> list[Row]:
    half = whole.n // 2
    return [msgspec.structs.replace(whole, n=half), msgspec.structs.replace(whole, n=whole.n - half)]
