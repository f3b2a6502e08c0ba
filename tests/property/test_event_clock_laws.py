# SPDX-License-Identifier: Apache-2.0
"""Whatever the order of an event's steps, one report clock runs while a report is awaited, of its gravity."""

from __future__ import annotations

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from nadzor.procedures.adverse_event import ADVERSE_EVENT, AWAITING, MESSAGE, REPORTS
from nadzor.procedures.clocks import runs
from nadzor.procedures.ledger import ledger
from nadzor.procedures.moves import moves_from
from nadzor.procedures.rules.seriousness import GRAVITY, REPORT, as_seriousness, graver, seriousness
from nadzor.procedures.steps import Step

LAPSED = date(2027, 1, 1)
TODAY = date(2028, 1, 10)
FIRST = date(2026, 6, 1)
walks = st.lists(st.tuples(st.integers(0, 50), st.integers(0, 20)), max_size=25)
codes = st.lists(
    st.sampled_from(["F02", "F0201", "F12", "F1203", "F120301", "F20", "F21", "F26"]), max_size=4
)
kinds = st.sampled_from(["", "death", "serious_injury", "public_health_threat", "malfunction", "other"])


def walked(choices: list[tuple[int, int]], since: date = FIRST) -> list[Step]:
    """A walk along the table: at each state one of its arrows, some days after the last."""
    state, day, steps = ADVERSE_EVENT.first, since, []
    for choice, days in choices:
        moves = moves_from(ADVERSE_EVENT, state)
        move = moves[choice % len(moves)]
        day += timedelta(days=days)
        steps.append(Step(move.verb, state, move.to, day, move.by[0], "grounds"))
        state = move.to
    return steps


def open_reports(steps: list[Step]) -> list[str]:
    """The report clocks that run after some steps."""
    return [clock.key for clock in ledger(ADVERSE_EVENT, steps) if clock.key in REPORTS and not clock.stopped]


@given(walks)
def test_one_report_clock_while_a_report_is_awaited_and_none_else(choices: list[tuple[int, int]]) -> None:
    """The clock is that of the last step that named a gravity, and no other state has one running."""
    steps = walked(choices)
    state = steps[-1].to if steps else ADVERSE_EVENT.first
    named = [step.verb.rpartition("_")[2] for step in steps if step.verb.rpartition("_")[2] in GRAVITY]
    expected = [REPORT[as_seriousness(named[-1])]] if state == AWAITING else []
    assert open_reports(steps) == expected


@given(walks)
def test_a_clock_once_stopped_stays_stopped_on_its_day(choices: list[tuple[int, int]]) -> None:
    """More steps never change what an earlier clock came to."""
    steps = walked(choices)
    for length in range(len(steps)):
        before = [clock for clock in ledger(ADVERSE_EVENT, steps[:length]) if clock.stopped]
        after = ledger(ADVERSE_EVENT, steps)
        assert all(clock in after for clock in before)


@given(walks)
def test_after_the_lapse_no_clock_has_a_date_and_every_walk_is_possible(
    choices: list[tuple[int, int]],
) -> None:
    """A clock that starts when no norm is in force says why it has no date; the moves are the same ones."""
    steps = walked(choices, LAPSED)
    found = runs(ADVERSE_EVENT, steps, today=TODAY)
    assert all(run.due is None and run.missing == "law.norm-missing" and run.why for run in found)
    assert [step.verb for step in walked(choices)] == [step.verb for step in steps]


@given(walks)
def test_before_the_lapse_every_clock_is_dated(choices: list[tuple[int, int]]) -> None:
    """Each clock that started under the order has its last day, and the message's never outlives its step."""
    found = runs(ADVERSE_EVENT, walked([(choice, 0) for choice, _ in choices]), today=TODAY)
    assert all(run.due is not None and run.norm is not None for run in found)
    assert all(run.key in (MESSAGE, *REPORTS) for run in found)


@given(kinds, codes, codes)
def test_more_codes_never_make_an_event_less_grave(kind: str, some: list[str], more: list[str]) -> None:
    """Adding a code keeps the gravity or raises it; the order of codes says nothing."""
    one, both = seriousness(kind, some), seriousness(kind, [*some, *more])
    assert not graver(one.value, both.value)
    assert seriousness(kind, [*more, *some]).value == both.value
