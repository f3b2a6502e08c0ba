# SPDX-License-Identifier: Apache-2.0
"""A small model of the procedures, written apart from them: rules as lines, days ticked one by one.

It knows the working days as a plain set, counts by ticking every open clock once a day, and shares no code
with what it checks.  A rule reads `state verb who -> state : effects`, with these effects on clocks:
`+c` start, `-c` stop, `~c/why` stand still, `^c/why` go on, `<c` only in time, `>c` only after, `once`.
"""

from __future__ import annotations

import copy
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path

import yaml

from tests.property.procedures_rules import RULES

WHO = {
    "maker": {"manufacturer_admin", "representative"},
    "anymaker": {"manufacturer_admin", "manufacturer_reporter", "representative"},
    "desk": {"registrar", "head"},
    "overseer": {"inspector", "registrar"},
}
#: What the facts sheet says: days and their kind; None where the number could not be read.
TERMS: dict[str, tuple[int | None, str, str]] = {
    "check": (5, "working", "registration.completeness_check"),
    "begin": (3, "working", "registration.start_decision"),
    "cure": (30, "calendar", "registration.cure"),
    "limit": (31, "working", "registration.simplified_limit"),
    "opinion": (10, "working", "expertise.conclusion"),
    "protest": (10, "working", "objections.filing"),
    "hearing": (30, "working", "objections.consideration"),
    "study": (25, "working", "accelerated.expertise"),
    "redo": (35, "working", "accelerated.correction"),
    "verdict": (10, "working", "accelerated.decision"),
    "version": (5, "working", "registration.version_amendment"),
    "plain": (10, "working", "amendment.without_expertise"),
    "full": (36, "working", "amendment.with_expertise"),
    "relay": (2, "working", "amendment.expert_question"),
    "reply": (None, "working", "amendment.question_answer"),
    "inquiry": (10, "working", "case.inquiry_answer"),
}
#: Lines that all applications share: `*` is every state that waits for somebody but the still one.

CLOSED = {
    "registered", "refused", "returned", "withdrawn", "terminated", "annulled", "entered", "rerouted",
    "closed_uncorrected",
}  # fmt: skip


def working_days() -> frozenset[date]:
    """Every working day of the years in the house, straight from their files."""
    found = set()
    for path in Path("src/nadzor/workdays/years").glob("202*.yaml"):
        page = yaml.safe_load(path.read_text("utf-8"))
        first = date(page["year"], 1, 1)
        days = [first + timedelta(n) for n in range(366) if (first + timedelta(n)).year == page["year"]]
        usual = {day for day in days if day.weekday() < 5} - set(page["days_off"])
        found |= usual | set(page["working_saturdays"])
    return frozenset(found)


WORKING = working_days()


@dataclass
class Watch:
    """One clock: days still to count, the reasons it stands still, the last day once reached, the stop."""

    name: str
    started: date
    left: int | None
    still: set[str] = field(default_factory=set)
    due: date | None = None
    stopped: date | None = None

    def tick(self, day: date) -> None:
        """One day passes."""
        if self.left is None or self.due or self.still:
            return
        if self.left and (TERMS[self.name][1] == "calendar" or day in WORKING):
            self.left -= 1
        if not self.left and day in WORKING:
            self.due = day

    def ahead(self, today: date) -> date | None:
        """The last day, if nothing more happens."""
        if self.left is None or self.still:
            return self.due
        future, day = copy.deepcopy(self), today
        while not future.due:
            day += timedelta(1)
            future.tick(day)
        return future.due


class Matter:
    """One matter of a procedure: its state, its clocks, its day."""

    def __init__(self, procedure: str, today: date) -> None:
        self.rules = self._read(RULES[procedure])
        self.state, self.today, self.came_from = "draft", today, "draft"
        self.watches: list[Watch] = []
        self.done: set[str] = set()

    @staticmethod
    def _read(text: str) -> dict[tuple[str, str], tuple[set[str], str, list[str]]]:
        rules, everywhere = {}, []
        for line in filter(None, map(str.strip, text.splitlines())):
            left, _, effects = line.partition(" :")
            state, verb, who, _, to = left.split()
            row = (WHO.get(who, {who}), to, effects.split())
            if state == "*":
                everywhere.append((verb, row))
            else:
                rules[state, verb] = row
        waiting = {state for state, _ in rules} - CLOSED - {"draft", "standing_still"}
        return rules | {(state, verb): row for verb, row in everywhere for state in waiting}

    def wait(self, days: int) -> None:
        """Days pass: every open clock ticks once a day."""
        for _ in range(days):
            self.today += timedelta(1)
            for watch in self.watches:
                watch.tick(self.today)

    def verbs(self) -> list[tuple[str, str]]:
        """What may be asked here at all, with one role that may ask it."""
        return sorted(
            (verb, sorted(row[0])[0]) for (state, verb), row in self.rules.items() if state == self.state
        )

    def move(self, verb: str, by: str) -> str:
        """Make a move; an empty answer means done, else the code of the refusal."""
        row = self.rules.get((self.state, verb))
        if row is None:
            return "move.not-from-here"
        who, to, effects = row
        if by not in who:
            return "move.not-yours"
        if "once" in effects and verb in self.done:
            return "move.asked-already"
        if barred := self._barred(effects):
            return barred
        for effect in effects:
            self._apply(effect)
        self._go(verb, to)
        return ""

    def _go(self, verb: str, to: str) -> None:
        self.done.add(verb)
        if verb == "stand_still":
            self.came_from = self.state
        self.state = self.came_from if to == "^" else to

    def _open(self, name: str) -> list[Watch]:
        return [watch for watch in self.watches if not watch.stopped and name in (watch.name, "all")]

    def _barred(self, effects: list[str]) -> str:
        for effect in effects:
            for watch in self._open(effect[1:])[-1:]:
                over = watch.due is not None and watch.due < self.today
                if effect[0] == "<" and over:
                    return "move.too-late"
                if effect[0] == ">" and not over and TERMS[watch.name][0]:
                    return "move.too-early"
        return ""

    def _apply(self, effect: str) -> None:
        sign, (name, _, why) = effect[0], effect[1:].partition("/")
        for watch in self._open(name):
            if sign == "-":
                watch.stopped = self.today
                watch.still = set()
            elif sign == "~":
                watch.still |= {why}
            elif sign == "^":
                watch.still -= {why}
        if sign == "+":
            self.watches.append(Watch(name, self.today, TERMS[name][0]))
