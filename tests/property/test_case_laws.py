# SPDX-License-Identifier: Apache-2.0
"""Laws of cases, walked at random: measures, complaints, courts, and the days after the orders lapsed."""

from __future__ import annotations

from datetime import date, timedelta
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nadzor.base.problems import Refusal
from nadzor.law.load import norm
from nadzor.law.norm import NormMissing
from nadzor.procedures.case import CASE, OUT_OF_USE
from nadzor.procedures.clocks import Step, allowed_on
from nadzor.procedures.moves import moves_from
from nadzor.procedures.rules.case_grounds import KINDS, MEASURES, Rest, allowed_on_grounds, open_complaints

DAYS = (0, 1, 3, 12, 20)
rests_of = st.lists(
    st.builds(Rest, st.sampled_from(KINDS), st.sampled_from(("", "other", "death", "threat"))), max_size=3
)


def _walked(rests: list[Rest], dice: Random, *, first: date, length: int = 30) -> list[Step]:
    """A case moved at random by whoever may, as long as table, clocks and grounds allow it."""
    steps: list[Step] = []
    state, day = CASE.first, first
    for _ in range(length):
        moves = list(moves_from(CASE, state))
        if not moves:
            break
        wanted, day = dice.choice(moves), day + timedelta(dice.choice(DAYS))
        try:
            move = allowed_on(CASE, steps, wanted.verb, by=wanted.by[0], because="because", today=day)
            allowed_on_grounds(wanted.verb, rests, [step.verb for step in steps])
        except Refusal:
            continue
        steps.append(Step(wanted.verb, state, move.to, day, wanted.by[0]))
        state = move.to
    return steps


@settings(max_examples=300, derandomize=True, database=None, deadline=None)
@given(rests=rests_of, seed=st.integers(0, 10**6))
def test_no_measure_is_reached_on_signals_alone(rests: list[Rest], seed: int) -> None:
    """Whatever is tried in whatever order: before each measure stood another ground or the maker's answer."""
    made: list[str] = []
    for step in _walked(rests, Random(seed), first=date(2026, 3, 2)):
        if step.verb in MEASURES:
            assert "answer" in made or {rest.kind for rest in rests} - {"signal"}
        made.append(step.verb)
    assert {"signal"} != {rest.kind for rest in rests} or not MEASURES & set(made) or "answer" in made


@settings(max_examples=300, derandomize=True, database=None, deadline=None)
@given(seed=st.integers(0, 10**6))
def test_every_complaint_is_decided_and_effects_come_in_pairs(seed: int) -> None:
    """A case ends over no complaint; out of use exactly in the states that say so; a court ends it in use."""
    steps = _walked([Rest("event", "death")], Random(seed), first=date(2026, 3, 2), length=60)
    stopped = False
    for step in steps:
        move = next(each for each in moves_from(CASE, step.start) if each.verb == step.verb)
        assert (move.effect != "suspend_device") or not stopped
        assert (move.effect != "resume_device") or stopped
        stopped = {"suspend_device": True, "resume_device": False}.get(move.effect, stopped)
        assert stopped is (step.to in OUT_OF_USE)
    verbs = [step.verb for step in steps]
    if steps and steps[-1].to in CASE.closed and "court_reversal" not in verbs:
        assert open_complaints(verbs) == 0


@settings(max_examples=100, derandomize=True, database=None, deadline=None)
@given(seed=st.integers(0, 10**6))
def test_a_case_outlives_the_orders_on_monitoring(seed: int) -> None:
    """After both orders lapsed on 1 January 2027 the very same walks are possible, day for day."""
    for key in ("vigilance.message", "safety.monitoring_procedure"):
        with pytest.raises(NormMissing):
            norm(key, date(2027, 3, 1))
    before = _walked([Rest("event", "death")], Random(seed), first=date(2026, 3, 2))
    after = _walked([Rest("event", "death")], Random(seed), first=date(2027, 3, 1))
    assert [step.verb for step in before][:4] == [step.verb for step in after][:4]
