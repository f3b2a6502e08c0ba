# SPDX-License-Identifier: Apache-2.0
"""Experiments 10 and 12: a storm of repeated batches counts once, and a gap is told exactly."""

from __future__ import annotations

import random
import threading
from collections import Counter
from contextlib import closing
from hashlib import sha256

import pytest

from nadzor.journal.opening import open_reader
from nadzor.telemetry.load import load
from nadzor_sdk import clock
from nadzor_sdk.direct import StreamState, seal_batch
from nadzor_sdk.exchange import Exchange
from nadzor_wire.receipt import decode_answer, verify_answer
from tests.faults import ground
from tests.faults.scale import SCALE
from tests.unit.gateway.house import lines_of, lost, study

pytestmark = pytest.mark.faults

STREAMS, BATCHES, EVENTS = 5, 10 * SCALE, 3
POSTERS, COPIES = 6, 5
NUMBERS = 80 * SCALE  # of the stream with gaps
AGAIN = (0, 502, 503, 504)


@pytest.fixture
def standing(tmp_path):
    """A gateway process behind the proxy."""
    with ground.standing(tmp_path) as stage:
        yield stage


def chain(events, *, size):
    """Sealed batches of one stream, each naming the one before it."""
    state = StreamState()
    for begin in range(0, len(events), size):
        sealed = seal_batch(events[begin : begin + size], state)
        state.next_seq, state.prev = sealed.header.last + 1, sha256(sealed.body).digest()
        yield sealed


class Poster(threading.Thread):
    """Posts what it is given until each has a verified answer; keeps the leaves' places."""

    def __init__(self, credential, batches):
        super().__init__(daemon=True)
        self._credential, self._batches = credential, batches
        self.places = []

    def run(self):
        """Post everything, in the order given."""
        exchange = Exchange(self._credential)
        for sealed in self._batches:
            while not self._posted(exchange, sealed):
                threading.Event().wait(0.02)
        exchange.close()

    def _posted(self, exchange, sealed):
        sent = exchange.sign(sealed, created=int(clock.now_s()))
        response = exchange.post(sent)
        if response.status in AGAIN:
            return False
        assert response.status == 200, response.code()
        answer = decode_answer(response.body)
        verify_answer(answer, sent=sent, vkey=self._credential.log_vkey)
        self.places.append((sealed.header.stream, sealed.header.first, answer.receipt.index))
        return True


def post(stage, *shares):
    """Post shares of batches side by side; what each poster saw."""
    posters = [Poster(stage.credential, share) for share in shares]
    for poster in posters:
        poster.start()
    return posters


def ended(posters):
    """Places of all answers, once every poster is done."""
    for poster in posters:
        poster.join(60)
        assert not poster.is_alive()
    return [place for poster in posters for place in poster.places]


@pytest.mark.parametrize("seed", range(2))
def test_a_storm_of_repeats_counts_once(standing, seed):
    """Each batch one to five times, side by side, out of order, across a kill: one leaf, one row each."""
    chance = random.Random(seed)
    events = [study(number) for number in range(STREAMS * BATCHES * EVENTS)]
    batches = [sealed for part in range(STREAMS) for sealed in chain(events[part::STREAMS], size=EVENTS)]
    storm = [sealed for sealed in batches for _ in range(chance.randint(1, COPIES))]
    chance.shuffle(storm)
    posters = post(standing, *(storm[part::POSTERS] for part in range(POSTERS)))
    while sum(len(poster.places) for poster in posters) < len(storm) // 3:
        threading.Event().wait(0.01)
    standing.gateway.kill()
    standing.gateway.start()
    places = ended(posters)
    assert len(places) == len(storm), f"seed {seed}"
    assert len(set(places)) == len(batches) == len({index for *_, index in places})
    assert standing.stored() == Counter(event.id for event in events), f"seed {seed}"
    standing.check_log()
    assert [note for note in standing.ledger() if note.open] == []
    assert loaded(standing) == (len(events), 0)


def loaded(stage):
    """Rows and repeats of the lake."""
    with closing(open_reader(stage.home)) as reader:
        report = load(stage.home, reader)
    return report.rows, report.duplicates


def missing(stage, *, declared=False):
    """Numbers that the ledger calls missing, or declared lost."""
    notes = [note for note in stage.ledger() if note.open and bool(note.declared) == declared]
    return [number for note in notes for number in range(note.first, note.last + 1)]


@pytest.mark.parametrize("seed", range(2))
def test_the_ledger_lists_what_was_dropped_and_nothing_else(standing, seed):
    """Numbers dropped at random are the open gaps; part declared lost, the rest filled late, none stays."""
    chance = random.Random(seed)
    stream = list(chain([study(number) for number in range(NUMBERS)], size=1))
    dropped = sorted(chance.sample(range(1, NUMBERS), NUMBERS // 4))  # the last number is never among them
    sent = [sealed for sealed in stream if sealed.header.first not in dropped]
    ended(post(standing, sent))
    assert sorted(missing(standing)) == dropped, f"seed {seed}"
    late = [stream[number - 1] for number in dropped]
    chance.shuffle(late)
    half = len(late) // 2
    ended(post(standing, late[:half]))
    still = sorted(sealed.header.first for sealed in late[half:])
    assert sorted(missing(standing)) == still, f"seed {seed}"
    declare(standing, stream[-1], still)
    assert missing(standing) == [] and sorted(missing(standing, declared=True)) == still
    ended(post(standing, late[half:]))
    assert missing(standing, declared=True) == [] and missing(standing) == []
    assert loaded(standing) == (NUMBERS + len(list(runs(still))), 0)
    standing.check_log()


def declare(stage, tail, numbers):
    """Declare numbers of a stream lost, behind its last batch."""
    state = StreamState(stream=tail.header.stream, next_seq=tail.header.last + 1)
    state.prev = sha256(tail.body).digest()
    lines = lines_of(*(lost(first, last) for first, last in runs(numbers)))
    ended(post(stage, [seal_batch(lines, state)]))


def runs(numbers):
    """First and last of each run of neighbours."""
    starts = [number for number in numbers if number - 1 not in numbers]
    return zip(starts, [number for number in numbers if number + 1 not in numbers], strict=True)
