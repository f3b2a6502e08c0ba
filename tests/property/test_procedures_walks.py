# SPDX-License-Identifier: Apache-2.0
"""Matters driven at random through days, verbs and roles agree with a small model written apart from them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import date, timedelta
from random import Random
from typing import Any

import hypothesis.strategies as st
import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from nadzor.base.problems import Refusal
from nadzor.procedures.catalogue import PROCEDURES
from nadzor.procedures.clocks import Run, Step, allowed_on, breaches, runs, state_after
from nadzor.procedures.moves import BACK, ROLES, Move, moves_from
from tests.property.procedures_model import TERMS, Matter, Watch
from tests.property.procedures_rules import RULES

ANOTHER = 0.3  # how often a matter that cannot be carried on gives way to another one
FIRST = date(2025, 12, 22)
LAST = date(2027, 6, 30)  # every date due later is inside the loaded calendar
STEPS: Counter[str] = Counter()
REFUSED: set[str] = set()
VERBS = sorted({verb for table in PROCEDURES.values() for verb in table.verbs})
ASIDE = {"withdraw", "stand_still", "resume", "terminate", "court_reversal", "file_anew"}
WAITS = (0, 0, 1, 1, 2, 3, 5, 8, 13, 33, 55)


class Walk(RuleBasedStateMachine):
    """One matter and its model, side by side."""

    procedures: tuple[str, ...] = ()

    @initialize(seed=st.integers(0, 2**32))
    def begin(self, seed: int) -> None:
        """A matter of one of the procedures begins on some day; even dice reach deeper than drawn choices."""
        self.dice = Random(seed)
        self._begin()

    @rule()
    def go_on(self) -> None:
        """After some days, a move that carries the matter on; where it is over, a court, or another one."""
        if self._some_move(lambda verb: verb not in ASIDE):
            return
        if self.dice.random() < ANOTHER or not self._some_move(lambda verb: verb in ASIDE):
            self._begin()

    @rule()
    def turn_aside(self) -> None:
        """After some days, what reality brings: standing still, going on, withdrawing, a court."""
        self._some_move(lambda verb: verb in ASIDE)

    @rule(verb=st.sampled_from(VERBS), by=st.sampled_from(ROLES), days=st.integers(0, 3))
    def try_anything(self, verb: str, by: str, days: int) -> None:
        """Any verb by any role: mostly refused, and then nothing has changed."""
        self._wait(days)
        self.make(verb, by)

    @precondition(lambda self: self.steps and self.model.today <= LAST)
    @rule(days=st.integers(0, 60))
    def only_wait(self, days: int) -> None:
        """Time passes alone: the state and the stops stay, whatever breaks."""
        before = (state_after(self.table, self.steps), [run.stopped for run in self._runs()])
        self._wait(days)
        assert before == (state_after(self.table, self.steps), [run.stopped for run in self._runs()])

    @invariant()
    def they_agree(self) -> None:
        """State, clocks, last days, days left, breaches and derivations are those of the model."""
        STEPS[type(self).__name__] += 1
        assert state_after(self.table, self.steps) == self.model.state
        found, today = self._runs(), self.model.today
        assert [_told(run) for run in found] == [_counted(watch, today) for watch in self.model.watches]
        assert all(run.derivation[-1].day == run.due for run in found)
        broken = [w for w in self.model.watches if not w.stopped and w.due and w.due < today]
        assert {(run.key, run.started) for run in breaches(found, today)} == {
            (TERMS[watch.name][2], watch.started) for watch in broken
        }

    def _begin(self) -> None:
        self.open_matter(self.dice.choice(self.procedures), FIRST + timedelta(days=self.dice.randrange(200)))

    def open_matter(self, name: str, day: date) -> None:
        """A matter of a procedure and its model, both at their first state on a day."""
        self.name, self.table, self.steps = name, PROCEDURES[name], list[Step]()
        self.model = Matter(name, day)

    def _some_move(self, wanted: Callable[[str], bool]) -> bool:
        self._wait(self.dice.choice(WAITS))
        verbs = [(verb, by) for verb, by in self.model.verbs() if wanted(verb)]
        if verbs and self.model.today <= LAST:
            self.make(*self.dice.choice(verbs))
            return True
        return False

    def _runs(self) -> tuple[Run, ...]:
        return runs(self.table, self.steps, today=self.model.today)

    def _wait(self, days: int) -> None:
        self.model.wait(days if self.model.today <= LAST else 0)

    def make(self, verb: str, by: str) -> None:
        """A move made by the table and by the model, or refused by both for the same reason."""
        before, today = tuple(self.steps), self.model.today
        start = self.model.state
        expected = self.model.move(verb, by)
        try:
            move = allowed_on(self.table, self.steps, verb, by=by, because="because", today=today)
        except Refusal as refusal:
            assert refusal.code == expected
            REFUSED.add(refusal.code)
            assert (tuple(self.steps), self.model.state) == (before, start)
            return
        assert expected == ""
        self.steps.append(Step(verb, start, move.to, today, by))  # type: ignore[arg-type]


def _told(run: Run) -> tuple[Any, ...]:
    left = run.left if run.norm and run.norm.unit == "working_day" and run.state != "breached" else None
    return (run.key, run.started, run.stopped, run.due, run.state, left)


def _counted(watch: Watch, today: date) -> tuple[Any, ...]:
    due = watch.ahead(today)
    state, left = _state(watch, due, today), None
    if TERMS[watch.name][1] == "working" and state in ("running", "paused"):
        left = watch.left
    return (TERMS[watch.name][2], watch.started, watch.stopped, due, state, left)


def _state(watch: Watch, due: date | None, today: date) -> str:
    if watch.left is None:
        return "unknown"
    if due is None:
        return "paused"
    if watch.stopped:
        return "met" if watch.stopped <= due else "late"
    return "breached" if due < today else "running"


class SimplifiedWalk(Walk):
    """The registration of software by the simplified route."""

    procedures = ("registration_simplified",)


class OtherWalk(Walk):
    """The accelerated route, the amendments, cases and cancellation."""

    procedures = tuple(name for name in RULES if name != "registration_simplified")


def _drive(machine: type[Walk], *, walks: int) -> None:
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=walks, stateful_step_count=80, derandomize=True, database=None, deadline=None,
            phases=(Phase.generate, Phase.shrink), suppress_health_check=list(HealthCheck),
        ),
    )  # fmt: skip


def test_simplified_registration_agrees_with_the_model() -> None:
    """At least eight thousand steps of simplified registration agree with the model, step by step."""
    _drive(SimplifiedWalk, walks=130)
    assert STEPS["SimplifiedWalk"] >= 8_000
    assert {"move.too-late", "move.too-early", "move.not-from-here", "move.not-yours"} <= REFUSED


def test_the_other_procedures_agree_with_the_model() -> None:
    """At least twenty thousand steps of the other procedures agree with the model, step by step."""
    _drive(OtherWalk, walks=450)
    assert STEPS["OtherWalk"] >= 20_000
    assert "move.asked-already" in REFUSED


def _path_to(name: str, wanted: Move) -> tuple[Move, ...]:
    """The shortest way through a table to a move, the move included."""
    ways: dict[str, tuple[Move, ...]] = {PROCEDURES[name].first: ()}
    edge = list(ways)
    while wanted.start not in ways:
        moves = [move for state in edge for move in moves_from(PROCEDURES[name], state)]
        fresh = {move.to: (*ways[move.start], move) for move in moves if move.to not in (*ways, BACK)}
        ways |= fresh
        edge = list(fresh)
    return (*ways[wanted.start], wanted)


@pytest.mark.parametrize("name", RULES)
def test_every_arrow_agrees_with_the_model(name: str) -> None:
    """However rare at random: each arrow of each table is made once, by each who may, and agrees."""
    for wanted in PROCEDURES[name].moves:
        for by in wanted.by:
            walk = OtherWalk()
            walk.open_matter(name, FIRST)
            for move in _path_to(name, wanted):
                walk.model.wait(80 if move.after else 1)
                walk.make(move.verb, by if move == wanted else move.by[0])
                walk.they_agree()
            assert [step.verb for step in walk.steps][-1] == wanted.verb


def test_the_model_knows_the_same_words() -> None:
    """The model has a rule for every arrow of the tables it drives, and no other."""
    for name in RULES:
        model = {(state, verb) for state, verb in Matter(name, FIRST).rules}
        assert model == {(move.start, move.verb) for move in PROCEDURES[name].moves}
