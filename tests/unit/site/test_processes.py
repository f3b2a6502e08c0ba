# SPDX-License-Identifier: Apache-2.0
"""Doors as processes: started, watched, ended; one that does not come up is named, and nothing stays."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
import time

import pytest

from nadzor.base.home import Home
from nadzor.base.problems import Refusal
from nadzor.site import processes
from nadzor.site.launch import House
from nadzor.site.processes import (
    Door,
    Opening,
    address_of,
    fetch,
    free_address,
    gateway_answers,
    must_be_free,
    run_door,
    running,
    watch,
)
from tests.unit.actions.gate import gate
from tests.unit.cli.console import COMMAND, ROOT, plain_environment

STUBBORN = (
    "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print(1, flush=True); time.sleep(60)"
)


class Scripted(Door):
    """A door whose process runs a line of Python instead."""

    def __init__(self, code):
        self.name, self.address = "scripted", None
        self._command = [sys.executable, "-c", code]
        self.process = subprocess.Popen(self._command, stdout=subprocess.PIPE)


def test_a_door_that_falls_at_once_is_named(home):
    """Nobody waits a minute for a process that has ended."""
    door = Door("no-such-door", home, address=free_address())
    with pytest.raises(Refusal, match=r"door\.silent") as refused, running([door]):
        pass
    assert refused.value.facts["door"] == "no-such-door"
    assert door.fell()


def test_nothing_answers_at_a_free_address():
    """Silence is None, not an error."""
    assert fetch(free_address(), "/health/live") is None


def test_an_address_that_is_held_is_refused():
    """A program that listens there would answer in our name; one that has gone is no obstacle."""
    address = free_address()
    with socket.create_server(("127.0.0.1", int(address.rpartition(":")[2]))):
        with pytest.raises(Refusal, match=r"door\.taken") as refused:
            must_be_free([free_address(), address])
        assert refused.value.at == address
    must_be_free([address])


def test_a_house_refuses_before_it_starts_anything(tmp_path, monkeypatch):
    """The port of the portal is held: no door is opened, whichever was asked for first."""
    portal, gateway = free_address(), free_address()
    home = Home.create(tmp_path / "data", portal_url=portal, public_url=gateway)
    monkeypatch.setattr(processes.subprocess, "Popen", None)
    with socket.create_server(("127.0.0.1", int(portal.rpartition(":")[2]))):
        House().must_be_free(home, only=frozenset({"gateway"}))
        with pytest.raises(Refusal, match=r"door\.taken"):
            House().serve(home, only=frozenset(), workers=1)


def test_only_doors_that_are_called_have_addresses(home):
    """The jobs listen to nobody."""
    assert address_of("portal", home) == home.settings.portal_url
    assert address_of("jobs", home) is None


@pytest.mark.django_db
def test_a_gateway_of_another_house_is_not_ours(tmp_path):
    """Something answers at our address, but it keeps another log."""
    address = free_address()
    ours = Home.create(tmp_path / "ours", public_url=address)
    other = Home.create(tmp_path / "other", public_url=address)
    with gate(other, address):
        assert gateway_answers(other)
        assert not gateway_answers(ours)
    assert not gateway_answers(other)


@pytest.mark.django_db
def test_a_gateway_that_answers_already_is_used(tmp_path):
    """A command beside a house that serves sends through its gateway and starts none."""
    address = free_address()
    home = Home.create(tmp_path / "data", public_url=address)
    with gate(home, address), House().gateway(home) as found:
        assert found == address


def test_a_door_that_will_not_end_is_ended(monkeypatch):
    """Asked first, killed when it does not listen."""
    monkeypatch.setattr(processes, "STOP_LIMIT_S", 0.2)
    door = Scripted(STUBBORN)
    assert door.process.stdout.readline()
    door.stop()
    door.process.stdout.close()
    assert door.process.returncode == -signal.SIGKILL


def test_a_door_that_falls_is_started_again(monkeypatch):
    """The watch restarts what fell until it is told to stop, and gives exit code 0."""
    monkeypatch.setattr(processes, "RESTART_PAUSE_S", 0.01)
    restarted = []

    class Falling:
        name = "falling"
        process = subprocess.CompletedProcess([], -9)

        def fell(self):
            return True

        def restart(self):
            restarted.append(time.monotonic())
            if len(restarted) == 2:
                os.kill(os.getpid(), signal.SIGTERM)

    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        assert watch([Falling()]) == 0
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
    assert len(restarted) == 2


def test_a_door_whose_house_has_gone_does_not_open(home, monkeypatch):
    """Started by a process that ended meanwhile, it ends before it listens to anybody."""
    monkeypatch.setattr(processes.ctypes, "CDLL", lambda _: _Library())
    with pytest.raises(SystemExit):
        run_door("gateway", home, Opening(), parent=1 << 22)


class _Library:
    """A C library that is asked to do nothing to the process of the tests."""

    def prctl(self, *_):
        """Nothing."""


def test_a_served_house_ends_on_ctrl_c(tmp_path):
    """The doors answer; an interrupt ends them within seconds, without a traceback, and nobody is left."""
    portal, gateway = free_address(), free_address()
    home = Home.create(tmp_path / "data", portal_url=portal, public_url=gateway)
    command = [*COMMAND, "serve", "--data", str(home.root)]
    pipe = subprocess.PIPE
    with subprocess.Popen(
        command, cwd=ROOT, env=plain_environment(), stdout=pipe, stderr=pipe, process_group=0
    ) as house:
        said = []
        listening = threading.Thread(target=lambda: said.extend(house.stderr))
        listening.start()
        until = time.monotonic() + 60
        while fetch(portal, "/health/live") is None or fetch(gateway, "/health/ready") is None:
            assert house.poll() is None and time.monotonic() < until
            time.sleep(0.05)
        os.killpg(house.pid, signal.SIGINT)
        assert house.wait(20) in (0, 130)  # 130: interrupted before the last door was up
        listening.join(5)
    assert b"Traceback" not in b"".join(said)
    assert fetch(portal, "/health/live") is None
    assert fetch(gateway, "/health/live") is None
