# SPDX-License-Identifier: Apache-2.0
"""What held on a day as known at a moment, against a model that keeps every single assignment."""

from __future__ import annotations

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from nadzor.register.editions import Edition, holds, restate

START = date(2025, 1, 1)
DAYS = 8
KEYS = ("name", "status", "versions/1", "claims/mass/auc")
days = st.integers(0, DAYS)
patches = st.dictionaries(st.sampled_from(KEYS), st.sampled_from(["a", "b", None]), min_size=1, max_size=3)
histories = st.lists(st.tuples(days, patches), max_size=9)


class Assignments:
    """The plain model: each field keeps who set it, for which day; the last set for the latest day counts."""

    def __init__(self):
        self.told = []  # (day, order, key, value)

    def value(self, key, day, known):
        """The value of a field on a day as known after so many deeds."""
        said = [(since, order, value) for since, order, named, value in self.told
                if named == key and since <= day and order < known]  # fmt: skip
        return max(said, key=lambda one: one[:2])[2] if said else None

    def tell(self, day, patch, order):
        """Set what differs from what held that day; repeating a value sets nothing."""
        held = {key: self.value(key, day, order) for key in patch}
        self.told += [(day, order, key, value) for key, value in patch.items() if held[key] != value]


@given(histories)
def test_as_of_agrees_with_a_model_of_single_assignments(history):
    """Whatever the order in which days become known, every day is answered alike at every moment."""
    model, written = Assignments(), [[]]
    for order, (day, patch) in enumerate(history):
        model.tell(day, patch, order)
        known = written[-1]
        written.append([*known, *restate(known, patch, START + timedelta(day))])
    for known, editions in enumerate(written):
        for day in range(DAYS + 1):
            held = holds(editions, START + timedelta(day))
            for key in KEYS:
                told = held.flat.get(key) if held else None
                assert told == model.value(key, day, known), (known, day, key)


@given(histories)
def test_knowledge_only_grows(history):
    """A later deed adds editions and touches none of those written before."""
    editions: list[Edition] = []
    for day, patch in history:
        before = list(editions)
        editions += restate(editions, patch, START + timedelta(day))
        assert editions[: len(before)] == before


@given(histories, days, patches)
def test_saying_it_twice_writes_nothing(history, day, patch):
    """The same change for the same day, a second time, is no news."""
    editions: list[Edition] = []
    for since, told in [*history, (day, patch)]:
        editions += restate(editions, told, START + timedelta(since))
    assert restate(editions, patch, START + timedelta(day)) == []
