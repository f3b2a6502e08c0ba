# SPDX-License-Identifier: Apache-2.0
"""Experiments 16 and 17: one maker at fifty times the others' rate, strangers in its name, a herd."""

from __future__ import annotations

import http.client
import json
import threading
import time
from collections import Counter
from contextlib import ExitStack, closing
from statistics import median

import pytest

from nadzor.base.home import Home
from nadzor.journal.opening import open_reader
from nadzor_wire.batch import PATH
from tests.faults.gateway_ground import Maker, post, post_on, resident_peak, serving
from tests.faults.scale import SCALE
from tests.unit.gateway.house import fresh_stream, header, study

pytestmark = pytest.mark.faults

LOUD, QUIET = Maker("loud"), [Maker(f"quiet-{number}") for number in range(4)]
QUIET_BATCHES = 20 * SCALE
LINKS = 50  # of the loud maker, each sending as fast as it is answered; a quiet one sends ten a second
TIGHT = "writer.WAITING_MAX = 32; writer.GROUP_MAX = 8; turns.HELD_MAX = 1024 * 1024"
SLOW_DISK = """
from nadzor.journal.log import Journal
kept = Journal.append
def slowly(self, entries):
    import time
    time.sleep(0.02)
    return kept(self, entries)
Journal.append = slowly
"""


class Sender(threading.Thread):
    """Posts batches of a maker on one connection until told to stop, or as many as were asked for."""

    def __init__(self, gateway, maker, stop, *, batches=None, pause=0.0, events=1):
        super().__init__()
        self._gateway, self._maker, self._stopped = gateway, maker, stop
        self._batches, self._pause, self._events = batches, pause, events
        self.answers, self.took, self.waits = [], [], []

    def run(self):
        """Send, and note every answer."""
        done = 0
        with closing(http.client.HTTPConnection("127.0.0.1", self._gateway.port, timeout=60)) as link:
            while not self._stopped.is_set() and (self._batches is None or done < self._batches):
                made = self._maker.batch(self._gateway.url, *map(study, range(self._events)))
                started = time.monotonic()
                status, headers, body = post_on(link, made)
                self.took.append(time.monotonic() - started)
                self.answers.append(status if status == 200 else json.loads(body)["code"])
                if status == 503:
                    self.waits.append(int(headers["retry-after"]))
                done += 1
                self._stopped.wait(self._pause)


def together(senders, others=()):
    """Run some senders to their end, while others run without one."""
    for sender in [*others, *senders]:
        sender.start()
    for sender in senders:
        sender.join()


def test_a_loud_maker_delays_only_itself(tmp_path):
    """At fifty times the rate: every quiet batch is acknowledged; the loud one is told when to come back."""
    with serving(Home.create(tmp_path / "data"), [LOUD, *QUIET], changes=TIGHT + SLOW_DISK) as gateway:
        stop = threading.Event()

        def quiet():
            return [Sender(gateway, maker, stop, batches=QUIET_BATCHES, pause=0.1) for maker in QUIET]

        alone = quiet()
        together(alone)
        gateway.publish()
        loud = [Sender(gateway, LOUD, stop) for _ in range(LINKS)]
        beside = quiet()
        together(beside, loud)
        stop.set()
        for sender in loud:
            sender.join()
    answers = Counter(answer for sender in beside for answer in sender.answers)
    assert answers == {200: len(QUIET) * QUIET_BATCHES}
    heard = Counter(answer for sender in loud for answer in sender.answers)
    assert set(heard) == {200, "journal.busy"} and heard[200] > 0, heard
    waits = Counter(wait for sender in loud for wait in sender.waits)
    assert set(waits) <= {1, 2, 3, 4} and len(waits) > 1, waits
    before, after = (median(took for one in some for took in one.took) for some in (alone, beside))
    assert after < 10 * before + 0.5  # a first-come queue of this length would make it fifty times as long
    with closing(open_reader(gateway.home)) as reader:
        stored = Counter(record.device for record in reader.batches())
    assert stored["ai-loud"] == heard[200]
    assert sum(stored.values()) == heard[200] + 2 * len(QUIET) * QUIET_BATCHES


def test_strangers_in_a_makers_name_take_nothing_from_it(tmp_path):
    """A keyid is no secret: claims without the key are refused before a seat or a byte is spent on them."""
    victim, thief = QUIET[0], Maker("thief")
    thief.keyid = victim.keyid
    with serving(Home.create(tmp_path / "data"), [victim], changes=TIGHT + SLOW_DISK) as gateway:
        stop = threading.Event()
        forgers = [Sender(gateway, thief, stop) for _ in range(20)]
        honest = Sender(gateway, victim, stop, batches=QUIET_BATCHES, pause=0.05)
        together([honest], forgers)
        stop.set()
        for forger in forgers:
            forger.join()
    assert set(honest.answers) == {200}
    assert {answer for forger in forgers for answer in forger.answers} == {"signature.invalid"}


def announced(gateway, size):
    """A connection on which a body of this size was announced, and nothing of it sent."""
    made = LOUD.coded(gateway.url, bytes(size), header(1, 1))
    link = http.client.HTTPConnection("127.0.0.1", gateway.port, timeout=60)
    link.putrequest("POST", PATH)
    for name, value in {**made.headers, "content-length": str(size)}.items():
        link.putheader(name, value)
    link.endheaders()
    return link


def test_bodies_that_never_come_take_no_room_from_others(tmp_path):
    """One maker announces 4 MiB on many connections and sends nothing; it gets its share of room."""
    with serving(Home.create(tmp_path / "data"), [LOUD, *QUIET]) as gateway, ExitStack() as kept:
        links = [kept.enter_context(closing(announced(gateway, 4 * 1024 * 1024))) for _ in range(60)]
        big = [study(number) for number in range(2_000)]
        for maker in QUIET:
            assert post(gateway.port, maker.batch(gateway.url, *big))[0] == 200
        assert [link.getresponse().status for link in links[-20:]] == [503] * 20
        assert resident_peak(gateway.process.pid) < 512 * 1024 * 1024


def test_a_herd_that_returns_is_drained(tmp_path):
    """Experiment 17: hundreds at one moment; each is stored once, after as many tries as it takes."""
    herd = 100 * SCALE
    with serving(Home.create(tmp_path / "data"), [LOUD], changes=TIGHT) as gateway:
        made = [LOUD.batch(gateway.url, stream=fresh_stream()) for _ in range(herd)]
        start = threading.Barrier(herd)
        tries = Counter()

        def member(number):
            start.wait(60)
            for _ in range(30):
                status, headers, _ = post(gateway.port, made[number])
                tries[number] += 1
                if status == 200:
                    return
                time.sleep(int(headers["retry-after"]) / 4)

        members = [threading.Thread(target=member, args=(number,)) for number in range(herd)]
        for one in members:
            one.start()
        for one in members:
            one.join()
    with closing(open_reader(gateway.home)) as reader:
        assert reader.size() == herd
    assert max(tries.values()) < 30
