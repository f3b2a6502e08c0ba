# SPDX-License-Identifier: Apache-2.0
"""Laws of the yearly report: any order and split of rows, one hash; a schedule that never moves back."""

from __future__ import annotations

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from nadzor.detect.claim_check.claim import Claim
from nadzor.procedures.monitoring import report_days
from nadzor.statutory.monitoring_report import of_year, use_figures
from nadzor.vigilance.monitoring_figures import EventFact, efficacy_figures, safety_figures, year_of
from tests.monitoring_samples import CODE, YEAR
from tests.rollup_samples import row

FIRST, AFTER = year_of(YEAR)
CLAIM = Claim(device=CODE, finding="f", metric="sensitivity", value=0.9, lower_bound=0.8)
DAYS = st.integers(0, 364).map(lambda n: FIRST + timedelta(days=n))
ROWS = st.lists(
    st.builds(
        lambda measure, n, day, version, split: row(
            measure, n, day, version=version, site="s-1",
            finding="f" if measure in ("tp", "fn", "labels") else "",
            **({"dimension": "selection", "stratum": "random"} if split else {}),
        ),
        st.sampled_from(["studies", "processed", "tp", "fn", "labels"]), st.integers(1, 50), DAYS,
        st.sampled_from(["1.0", "2.0"]), st.booleans(),
    ),
    max_size=30,
)  # fmt: skip
EVENTS = st.lists(
    st.builds(EventFact, number=st.text("AE-0123456789", min_size=1, max_size=6), version=st.just("1.0"),
              seriousness=st.sampled_from(["death", "other"]), codes=st.just(("A01 e1",))),
    max_size=6, unique_by=lambda event: event.number,
)  # fmt: skip


def figures(rows, events):
    """Everything that is drawn from rows and events."""
    known = of_year(rows, device=CODE, first=FIRST, after=AFTER, known_by=date(2026, 6, 1))
    return [*use_figures(known), *efficacy_figures(known, [CLAIM]), *safety_figures(events, known)]


@given(ROWS, EVENTS, st.randoms(use_true_random=False))
def test_order_and_split_of_facts_do_not_matter(rows, events, dice) -> None:
    """Rows shuffled, one of them cut in two, events shuffled: the figures are the same, to the last digit."""
    other, shuffled = list(rows), list(events)
    if other and other[0].n > 1:
        whole = other.pop(0)
        told = {"dimension": whole.dimension, "stratum": whole.stratum, "finding": whole.finding}
        parts = (1, whole.n - 1)
        other += [row(whole.measure, n, whole.day, version=whole.version, site="s-1", **told) for n in parts]
    dice.shuffle(other)
    dice.shuffle(shuffled)
    assert figures(other, shuffled) == figures(rows, events)


@given(ROWS)
def test_shares_lie_within_their_limits(rows) -> None:
    """Every estimate lies between its limits, and no share is outside 0 to 1."""
    found = [figure for figure in figures(rows, []) if figure.estimate]
    for figure in found:
        low, value, high = (float(getattr(figure.estimate, part)) for part in ("low", "value", "high"))
        assert low <= value <= high
        assert figure.section == "safety" or (low >= 0 and high <= 1)
    assert sum(
        figure.n for figure in figures(rows, []) if figure.key == "studies" and not figure.version
    ) == sum(each.n for each in rows if (each.measure, each.dimension) == ("studies", "all"))


@given(st.dates(date(2021, 1, 1), date(2035, 12, 31)))
def test_a_schedule_is_in_order_and_counts_from_registration(registered) -> None:
    """Years follow one another from that of registration; a last day is 1 February never warned of late."""
    found = report_days(registered)
    assert [day.year for day in found] == list(range(registered.year, registered.year + len(found)))
    assert [day.ordinal for day in found] == list(range(1, len(found) + 1))
    for day in found:
        assert day.due in (None, date(day.year + 1, 2, 1))
        assert day.warn is None or (day.due is not None and day.warn <= day.due)
        assert (day.due is None) == bool(day.missing)
