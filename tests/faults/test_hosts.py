# SPDX-License-Identifier: Apache-2.0
"""Experiment 14: forks, pools, threads, greenlets and preloaded servers: all arrives, all end."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.crash.door import ROOT, free_port
from tests.faults import ground
from tests.faults.scale import SCALE, TORTURE
from tests.stub_gateway import eventually

pytestmark = pytest.mark.faults

HOSTS = {"forked": 6, "fork": 5, "spawn": 4, "threads": 64, "gevent": 4}  # reports of `count` in each
COUNT = 25
RUNS = SCALE
EXIT_S = 5.0 if TORTURE else 25.0  # beside the other tests two cores are slow
REQUESTS = 60 * SCALE


@pytest.fixture
def standing(tmp_path):
    """A gateway process behind the proxy, and the credential as a file."""
    with ground.standing(tmp_path) as stage:
        (tmp_path / "installation.json").write_bytes(stage.credential.encode())
        yield stage


def run(stage, how, count):
    """Ids whose call returned in a host that ran to its end, and how long it took."""
    words = [sys.executable, "-W", "error", "-m", "tests.faults.hosts", how]
    words += [str(stage.folder / "installation.json"), str(stage.folder / "spool"), str(count)]
    began = time.monotonic()
    done = subprocess.run(words, cwd=ROOT, capture_output=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout.decode().split(), time.monotonic() - began


def swept(stage):
    """What is stored once a last client has delivered all that was left behind."""
    with stage.client() as client:
        assert client.flush(30)
    stage.check_log()
    return stage.stored()


@pytest.mark.parametrize("how", HOSTS)
def test_every_event_of_every_host_arrives(standing, how):
    """Run after run on one spool: every id that was returned is stored once, without a gap."""
    ids = []
    for _ in range(RUNS):
        returned, _ = run(standing, how, COUNT)
        assert len(returned) == HOSTS[how] * COUNT
        ids += returned
    assert swept(standing) == Counter(ids)
    assert not [note for note in standing.ledger() if note.open]


@pytest.mark.parametrize("how", HOSTS)
def test_every_host_ends_without_a_gateway(standing, how):
    """With nobody to report to, a host still ends soon; what it reported is delivered later."""
    standing.gateway.kill()
    returned, took_s = run(standing, how, 5)
    assert took_s < EXIT_S + 5.0  # starting Python counts too, on a busy machine
    standing.gateway.start()
    assert swept(standing) == Counter(returned)


class Gunicorn:
    """A gunicorn of three workers that serves the reporting application."""

    def __init__(self, stage, *options):
        self._port = free_port()
        environment = dict(os.environ)
        environment["FAULTS_CREDENTIAL"] = str(stage.folder / "installation.json")
        environment["FAULTS_SPOOL"] = str(stage.folder / "spool")
        words = [sys.executable, "-m", "gunicorn", "--workers", "3", "--bind", f"127.0.0.1:{self._port}"]
        words += ["--no-control-socket", "--log-level", "error", "--graceful-timeout", "10"]
        words += [*options, "tests.faults.wsgi_host"]
        self.process = subprocess.Popen(words, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL)
        assert eventually(self.answers, within_s=30)

    def answers(self):
        """Whether it serves; this reports nothing."""
        assert self.process.poll() is None
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self._port)) == 0

    def ask(self, _=None):
        """Make it report once: worker and id."""
        with urllib.request.urlopen(f"http://127.0.0.1:{self._port}/", timeout=60) as answer:
            return answer.headers["Nadzor-Worker"], answer.read().decode()

    def stop(self):
        """Ask it to end; seconds until it did."""
        began = time.monotonic()
        self.process.send_signal(signal.SIGTERM)
        assert self.process.wait(90) == 0
        return time.monotonic() - began


SERVERS = {
    "preloaded": ["--preload"],
    "preloaded threads": ["--preload", "--worker-class", "gthread", "--threads", "4"],
    "greenlets": ["--worker-class", "gevent"],
}


@pytest.mark.parametrize("server", SERVERS)
def test_a_web_server_with_forked_workers_reports_everything(standing, server):
    """Requests side by side; then SIGTERM: it ends in time, and all answered ids are stored once."""
    serving = Gunicorn(standing, *SERVERS[server])
    try:
        with ThreadPoolExecutor(6) as askers:
            answered = list(askers.map(serving.ask, range(REQUESTS)))
        assert eventually(standing.stored)  # its workers send, and not the last client alone
    finally:
        took_s = serving.stop()
    assert took_s < EXIT_S
    assert str(serving.process.pid) not in {worker for worker, _ in answered}
    assert swept(standing) == Counter(event_id for _, event_id in answered)
