# SPDX-License-Identifier: Apache-2.0
"""A real gateway process to be killed, and senders that insist."""

from __future__ import annotations

import http.client
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

from nadzor.base import clock
from nadzor_wire.batch import BatchHeader, deflate
from nadzor_wire.receipt import decode_answer
from tests.unit.gateway.house import fresh_stream, lines_of, publish, request_of, sent, study

ROOT = Path(__file__).resolve().parents[2]
START = """
import sys, time
from pathlib import Path
from nadzor.base.home import Home
from nadzor.gateway.serve import run
Path(sys.argv[4]).write_text(str(time.monotonic()))
run(Home.open(sys.argv[1]), "127.0.0.1", int(sys.argv[2]), workers=int(sys.argv[3]))
"""


def free_port():
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Gateway:
    """One gateway process on a port; may be killed and started again."""

    def __init__(self, home, port, *, workers=1):
        self._home, self._port, self._workers = home, port, workers
        self._process = None
        self.recoveries = []  # seconds from the last import to the first answer, one a start

    def start(self):
        """Publish a directory, start, wait until it answers."""
        publish(self._home, now=clock.now())
        loaded = self._home.root.with_name("loaded-at")
        command = [sys.executable, "-W", "ignore", "-c", START, str(self._home.root), str(self._port)]
        command += [str(self._workers), str(loaded)]
        self._process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL)
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline:
            assert self._process.poll() is None
            if self._answers():
                self.recoveries.append(time.monotonic() - float(loaded.read_text()))
                return
            time.sleep(0.02)
        raise AssertionError("the gateway did not start")

    def kill(self):
        """End it without warning."""
        self._process.kill()
        self._process.wait(10)

    def stop(self):
        """Ask it to end; its exit code."""
        self._process.send_signal(signal.SIGTERM)
        return self._process.wait(20)

    @property
    def pid(self):
        """The process id, of the parent if there are several workers."""
        return self._process.pid

    def listens(self):
        """Whether anybody still holds the port."""
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self._port)) == 0

    def _answers(self):
        link = http.client.HTTPConnection("127.0.0.1", self._port, timeout=2)
        try:
            link.request("GET", "/health/ready")
            return link.getresponse().status == 200
        except OSError:
            return False
        finally:
            link.close()


class Sender(threading.Thread):
    """One stream: one batch in flight, sent again until it is receipted; keeps both sides of it."""

    def __init__(self, port, url, *, batches, events=3):
        super().__init__(daemon=True)
        self._port, self._url, self._batches, self._events = port, url, batches, events
        self._stream, self._prev = fresh_stream(), bytes(32)
        self._link = None
        self.acked = []
        self.tries = 0
        self.enough = threading.Event()

    def run(self):
        """Send every batch until it is receipted; none is begun once it is enough."""
        for number in range(self._batches):
            if self.enough.is_set():
                break
            first = number * self._events + 1
            place = BatchHeader(self._stream, first, first + self._events - 1, self._prev)
            events = lines_of(*(study(first + line) for line in range(self._events)))
            body = deflate(b"\n".join(events) + b"\n", "zstd")
            made = None
            while made is None:
                made = self._try(body, place)
            self.acked.append(made)
            self._prev = bytes.fromhex(made[1].batch)
        self._hang_up()

    def _hang_up(self):
        if self._link is not None:
            self._link.close()
            self._link = None

    def _try(self, body, place):
        self.tries += 1
        made = request_of(body, place, coding="zstd", now=clock.now(), url=self._url)
        try:
            self._link = self._link or http.client.HTTPConnection("127.0.0.1", self._port, timeout=10)
            self._link.request("POST", "/v1/batches", body=made.body, headers=made.headers)
            reply = self._link.getresponse()
            content = reply.read()
        except (OSError, http.client.HTTPException):
            self._hang_up()
            time.sleep(0.02)
            return None
        if reply.status in (429, 502, 503, 504):
            time.sleep(0.02)
            return None
        assert reply.status == 200, content
        return sent(made, place, url=self._url), decode_answer(content)
