# SPDX-License-Identifier: Apache-2.0
"""What an operator does to a gateway: stops it, kills a worker, shuts it for maintenance, reads its logs."""

from __future__ import annotations

import json
import os
import signal
import threading
import time
from contextlib import closing
from http.client import HTTPException

import pytest

from nadzor.base import clock
from nadzor.base.home import Home
from nadzor.journal.opening import open_reader
from nadzor.journal.verify import verify_journal
from nadzor_wire.batch import parse_batch_header
from nadzor_wire.receipt import decode_answer
from tests.faults.gateway_ground import Maker, connect, get, post, raw_head, serving
from tests.faults.scale import SCALE
from tests.unit.gateway.house import adverse_event, study

pytestmark = pytest.mark.faults

MAKER = Maker("operated")


@pytest.fixture
def house(tmp_path):
    """A data directory."""
    return Home.create(tmp_path / "data")


class Insistent(threading.Thread):
    """Sends batch after batch, each until it is acknowledged, and remembers every acknowledgement."""

    def __init__(self, gateway):
        super().__init__()
        self._gateway = gateway
        self._enough = threading.Event()
        self.acknowledged = set()

    def run(self):
        """Send until told that it is enough."""
        while not self._enough.is_set():
            made = MAKER.batch(self._gateway.url)
            if self._sent(made):
                self.acknowledged.add(parse_batch_header(made.headers["nadzor-batch"]).stream)

    def _sent(self, made):
        for _ in range(400):
            try:
                status, _, body = post(self._gateway.port, made, timeout=10)
            except (OSError, EOFError, HTTPException):  # a worker may die in mid-answer
                status = 0
            if status == 200:
                return decode_answer(body)
            if self._enough.wait(0.05):
                return False
        raise AssertionError("never acknowledged")

    def end(self):
        """Enough."""
        self._enough.set()
        self.join()


def stored(home):
    """Streams of all batches in the journal, one batch each; every proof holds."""
    with closing(open_reader(home)) as reader:
        found = [record.stream for record in reader.batches()]
    twice = len(found) - len(set(found))
    assert (twice, verify_journal(home.journal, home.log_vkey)) == (0, [])
    return set(found)


def lost(senders, home):
    """Number of batches that were acknowledged and are not in the journal."""
    return len(set().union(*(sender.acknowledged for sender in senders)) - stored(home))


@pytest.mark.parametrize("workers", [1, 2])
def test_a_stop_answers_what_is_under_way_and_takes_nothing_more(house, workers):
    """Acknowledged is stored, the exit is clean, and the port is closed to newcomers."""
    with serving(house, [MAKER], workers=workers) as gateway:
        senders = [Insistent(gateway) for _ in range(8)]
        for sender in senders:
            sender.start()
        time.sleep(0.7)
        assert gateway.stop() == 0
        for sender in senders:
            sender.end()
        with pytest.raises(OSError):
            connect(gateway.port, timeout=2)
    assert any(sender.acknowledged for sender in senders)
    assert lost(senders, house) == 0


def test_a_request_half_sent_when_the_stop_comes_is_answered(house):
    """It has some seconds to be finished; then it gets its receipt like any other."""
    with serving(house, [MAKER]) as gateway, closing(connect(gateway.port)) as link:
        made = MAKER.batch(gateway.url, *map(study, range(50)))
        link.sendall(raw_head(made, gateway.port) + made.body[:500])
        time.sleep(0.3)
        gateway.process.send_signal(signal.SIGTERM)
        time.sleep(0.5)
        link.sendall(made.body[500:])
        said = b""
        while part := link.recv(65_536):
            said += part
        assert said.startswith(b"HTTP/1.1 200") and b"connection: close" in said.lower()
        assert gateway.process.wait(20) == 0
    assert len(stored(house)) == 1


def test_killed_workers_come_back_and_nothing_acknowledged_is_lost(house):
    """Workers of one journal are killed under load, one after another; the house starts each again."""
    with serving(house, [MAKER], workers=2) as gateway:
        senders = [Insistent(gateway) for _ in range(6)]
        for sender in senders:
            sender.start()
        for _ in range(3 * SCALE):
            gateway.publish()
            before = set(gateway.children())
            os.kill(min(before), signal.SIGKILL)
            deadline = time.monotonic() + 30
            while len(set(gateway.children()) | before) < 3 and time.monotonic() < deadline:
                time.sleep(0.05)
            assert len(gateway.children()) == 2
            gateway.wait_until_answering()
        time.sleep(0.5)
        for sender in senders:
            sender.end()
    assert all(sender.acknowledged for sender in senders)
    assert lost(senders, house) == 0


def test_a_file_makes_it_read_only_and_its_absence_undoes_that(house):
    """Batches get 503 and a time; checkpoint, key and liveness are shown; readiness says why."""
    with serving(house, [MAKER]) as gateway:
        made = MAKER.batch(gateway.url)
        assert post(gateway.port, made)[0] == 200
        switch = house.root / "read-only"
        switch.touch()
        status, headers, body = eventually(lambda: post(gateway.port, made), 503)
        assert (status, json.loads(body)["code"], headers["retry-after"]) == (503, "gateway.read-only", "30")
        assert post(gateway.port, made, path="/sandbox/v1/batches")[0] == 503
        assert [get(gateway.port, path)[0] for path in ("/log/key", "/health/live")] == [200, 200]
        status, _, page = get(gateway.port, "/health/ready")
        assert (status, json.loads(page)["taking"], json.loads(page)["journal"]) == (503, False, True)
        switch.unlink()
        other = MAKER.batch(gateway.url)
        assert eventually(lambda: post(gateway.port, other), 200)[0] == 200
    assert len(stored(house)) == 2


def test_held_read_only_it_opens_no_journal_for_writing(house):
    """An operator may work on the file below it; what was there is shown."""
    with serving(house, [MAKER]) as gateway:
        assert post(gateway.port, MAKER.batch(gateway.url))[0] == 200
    before = house.journal.read_bytes()
    with serving(house, [MAKER], options="read_only=True") as gateway:
        status, _, body = post(gateway.port, MAKER.batch(gateway.url))
        assert (status, json.loads(body)["code"]) == (503, "gateway.read-only")
        assert get(gateway.port, "/log/key")[0] == 200
    assert house.journal.read_bytes() == before


def test_logs_and_answers_hold_no_values(house, tmp_path):
    """Refused lines, a held narrative, headers and garbage: nothing of them is told anywhere."""
    secrets = ("Zxq17-иванов", "ivanov@example.org", "+7 912 345-67-89", "sEcReT-header")
    log = tmp_path / "gateway.log"
    changes = "from nadzor.journal.log import Journal; kept = Journal.append; broken = [1, 1]\n"
    changes += "def append(self, entries):\n    if broken: broken.pop(); raise ValueError(repr(entries))\n"
    changes += "    return kept(self, entries)\nJournal.append = append\n"
    with log.open("wb") as stream, serving(house, [MAKER], changes=changes, log=stream) as gateway:
        said = []
        narrative = adverse_event(f"Пациент {secrets[0]}, тел. {secrets[2]}", at=clock.now())
        for made in (
            MAKER.batch(gateway.url, narrative),
            MAKER.batch(gateway.url, narrative),
            MAKER.batch(gateway.url, narrative),
            MAKER.batch(gateway.url, study(), f'{{"kind":"study","contact":"{secrets[1]}"}}'.encode()),
            MAKER.batch(gateway.url, f'{{"kind":"{secrets[0]}"}}'.encode()),
        ):
            headers = dict(made.headers) | {"X-Secret": secrets[3]}
            said.append(post(gateway.port, type(made)(made.method, headers, made.body)))
        with closing(connect(gateway.port)) as link:
            link.sendall(f"{secrets[3]}\r\n\r\n".encode())
            said.append((400, {}, link.recv(65_536)))
        said.append(get(gateway.port, f"/{secrets[3]}"))
        said.append(get(gateway.port, "/metrics"))
    assert [status for status, _, _ in said] == [503, 503, 200, 422, 200, 400, 404, 200]
    told = log.read_text() + "".join(body.decode("utf-8", "replace") for _, _, body in said)
    assert "journal.append.broke" in told
    assert not [secret for secret in secrets if secret in told]
    assert not [word for word in ("uvicorn", "starlette", "python") if word in told.lower()]


def test_a_clock_that_jumps_is_noticed(house):
    """Readiness says so; a directory that seems old or from the future stops the intake by itself."""
    changes = "from nadzor.base import clock; from pathlib import Path; real = clock.now\n"
    changes += "from datetime import timedelta; jumped = Path(sys.argv[1]) / 'jumped'\n"
    changes += "clock.now = lambda: real() + timedelta(seconds=40 * jumped.exists())\n"
    with serving(house, [MAKER], changes=changes) as gateway:
        eventually(lambda: get(gateway.port, "/health/ready"), 200)
        time.sleep(1.2)
        (house.root / "jumped").touch()
        status, _, page = eventually(lambda: get(gateway.port, "/health/ready"), 503)
        assert (status, json.loads(page)["clock"]) == (503, False)


def eventually(ask, status):
    """Ask until the answer has this status, some seconds at most."""
    deadline = time.monotonic() + 10
    while (answer := ask())[0] != status and time.monotonic() < deadline:
        time.sleep(0.1)
    return answer
