# SPDX-License-Identifier: Apache-2.0
"""Laws of openings, whatever people do in whatever order: two people or a danger, in time, what was asked."""

from __future__ import annotations

from datetime import timedelta

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from nadzor.people.queries import Person
from nadzor.people.roles import Role
from nadzor.records.opening_rules import (
    DANGER,
    PURPOSES,
    Clock,
    Parties,
    may_ask,
    may_close,
    may_decide_opening,
    may_look,
    may_review,
    state_at,
)
from tests.register_samples import NOW

PEOPLE = [
    Person(f"{role.value}-{n}", role.value, role)
    for role in (Role.INSPECTOR, Role.HEAD, Role.AUDITOR, Role.REGISTRAR, Role.CLINIC, Role.OPERATOR)
    for n in (1, 2)
]
WHO = st.sampled_from(PEOPLE)
HOUR = timedelta(hours=1)


class Openings(RuleBasedStateMachine):
    """One request in the hands of anybody, under a clock that only goes forward."""

    def __init__(self) -> None:
        super().__init__()
        self.now = NOW
        self.state, self.purpose, self.parties = "none", "", Parties(asked_by="")
        self.is_alone, self.lapses, self.expires = False, NOW, None
        self.looks: list[tuple[str, bool]] = []

    def at(self) -> str:
        """The state as it would be read now."""
        if self.state == "none":
            return "none"
        return state_at(Clock(state=self.state, lapses_at=self.lapses, expires_at=self.expires), self.now)

    @rule(minutes=st.integers(1, 90))
    def time_goes_on(self, minutes: int) -> None:
        """The clock moves."""
        self.now += timedelta(minutes=minutes)

    @rule(who=WHO, purpose=st.sampled_from(sorted(PURPOSES)), alone=st.booleans())
    def somebody_asks(self, who: Person, purpose: str, alone: bool) -> None:
        """A request, or a broken glass where the rules allow it."""
        if self.state != "none" or not may_ask(who) or (alone and purpose != DANGER):
            return
        self.purpose, self.is_alone, self.lapses = purpose, alone, self.now + HOUR
        self.parties = Parties(asked_by=who.username, asked_as_head=who.role is Role.HEAD)
        self.state, self.expires = ("open", self.now + HOUR) if alone else ("asked", None)

    @rule(who=WHO)
    def somebody_approves(self, who: Person) -> None:
        """Approval, as far as it goes."""
        if self.at() == "asked" and may_decide_opening(who, self.parties, is_head=who.role is Role.HEAD):
            self.state, self.expires = "open", self.now + HOUR
            self.parties = Parties(
                asked_by=self.parties.asked_by, decided_by=who.username,
                asked_as_head=self.parties.asked_as_head,
            )  # fmt: skip

    @rule(who=WHO)
    def somebody_closes(self, who: Person) -> None:
        """An end before time."""
        if self.at() == "open" and may_close(who, self.parties, is_head=who.role is Role.HEAD):
            self.state = "closed"

    @rule(who=WHO)
    def somebody_looks(self, who: Person) -> None:
        """A look, where the rules let one through."""
        if self.at() == "open" and may_look(who, self.parties):
            self.looks.append((who.username, self.expires is not None and self.now < self.expires))

    @invariant()
    def only_its_own_people_look_and_only_in_time(self) -> None:
        """Never somebody else, never after expiry."""
        own = {self.parties.asked_by, self.parties.decided_by}
        assert all(name in own and in_time for name, in_time in self.looks)

    @invariant()
    def nothing_opens_without_two_people_or_a_danger(self) -> None:
        """Two different accounts of the desk, one of them the head; or a danger, alone."""
        if self.at() != "open":
            return
        if self.is_alone:
            assert self.purpose == DANGER
            return
        parties = self.parties
        assert parties.decided_by and parties.decided_by != parties.asked_by
        assert parties.asked_as_head or parties.decided_by.startswith("head")
        assert {parties.asked_by.split("-")[0], parties.decided_by.split("-")[0]} <= {"inspector", "head"}

    @invariant()
    def nobody_reviews_their_own(self) -> None:
        """Who asked never judges it; only head and auditor judge at all."""
        judges = [who for who in PEOPLE if may_review(who, self.parties)]
        assert all(who.username != self.parties.asked_by for who in judges)
        assert {who.role for who in judges} <= {Role.HEAD, Role.AUDITOR}


TestOpenings = Openings.TestCase
TestOpenings.settings = settings(max_examples=60, stateful_step_count=25, deadline=None)


def test_what_has_ended_stays_ended():
    """Whatever the row says: past its time nothing is open and nothing waits."""
    for state, ended in (("asked", "lapsed"), ("open", "closed")):
        clock = Clock(state=state, lapses_at=NOW, expires_at=NOW)
        assert {state_at(clock, NOW + n * HOUR) for n in range(3)} == {ended}
