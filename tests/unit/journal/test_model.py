# SPDX-License-Identifier: Apache-2.0
"""The journal against a model of a few lines: whatever is sent, in whatever order, they agree."""

from __future__ import annotations

import tempfile
from contextlib import closing
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from nadzor.journal.entry import Conflict, Foreign, Repeated, Stored
from nadzor.journal.verify import verify_journal
from tests.unit.journal.entries import VKEY, Place, ServerPlace, entry

OWNERS = {0: "i-000000000001", 1: "i-000000000002"}
SENT = st.tuples(
    st.integers(0, 1), st.integers(1, 14), st.integers(0, 3), st.integers(0, 1), st.integers(0, 9)
)
SENDS = st.lists(st.lists(SENT, min_size=1, max_size=5), max_size=8)


class Model:
    """What must happen: numbers taken, batches stored, owners of streams."""

    def __init__(self):
        self.taken, self.stored, self.owner = {}, {}, {}

    def fate(self, stream, first, last, body, whose):
        """The kind of outcome, and the books kept."""
        if self.owner.setdefault(stream, whose) != whose:
            return Foreign
        if self.stored.get((stream, first)) == (last, body):
            return Repeated
        numbers = set(range(first, last + 1))
        taken = self.taken.setdefault(stream, set())
        if numbers & taken:
            return Conflict
        taken |= numbers
        self.stored[stream, first] = (last, body)
        return Stored

    def missing(self):
        """Numbers of every stream that are below its highest and not there."""
        return {
            (bytes([stream]) * 16, number)
            for stream, taken in self.taken.items()
            if taken
            for number in set(range(1, max(taken))) - taken
        }


@settings(max_examples=40)
@given(SENDS)
def test_any_sequence_of_batches_agrees_with_the_model(groups):
    """Outcomes, open gaps and totals are the model's, and the journal recomputes without a fault."""
    with tempfile.TemporaryDirectory() as name:
        assert faults_after(Place(Path(name)), groups) == []


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(groups=SENDS)
def test_a_server_agrees_with_the_model(postgres, groups):
    """The same on the other engine."""
    with tempfile.TemporaryDirectory() as name:
        assert faults_after(ServerPlace(Path(name), postgres.database()), groups) == []


def faults_after(place, groups):
    """Send all groups to a journal and to the model, compare the two; the faults the journal then finds."""
    model = Model()
    with closing(place):
        journal = place.journal()
        for group in groups:
            sent, expected = [], []
            for stream, first, more, whose, variant in group:
                body = b"%d %d" % (first + more, variant // 9)
                made = entry(
                    first,
                    first + more,
                    stream=bytes([stream]) * 16,
                    body=body,
                    installation=OWNERS[whose if variant == 0 else stream],
                )
                sent.append(made)
                expected.append(model.fate(stream, first, first + more, body, made.installation))
            assert [type(outcome) for outcome in journal.append(sent)] == expected
        reader = place.reader()
        gaps = {(gap.stream, n) for gap in reader.gaps() if gap.open for n in range(gap.first, gap.last + 1)}
        assert gaps == model.missing()
        assert reader.counts().events == sum(map(len, model.taken.values()))
        return verify_journal(place.where, VKEY, body_keys=place.keys)
