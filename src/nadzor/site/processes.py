# SPDX-License-Identifier: Apache-2.0
"""The doors as processes: start, wait until they answer, restart one that fell, stop them all."""

from __future__ import annotations

import ctypes
import http.client
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from urllib.parse import urlsplit

import structlog

from nadzor.base.home import Home
from nadzor.base.problems import Refusal

log = structlog.get_logger()

DOORS = ("gateway", "portal", "jobs")
START_LIMIT_S = 60  # a cold start imports scipy and migrates nothing; slower means it will not come
STOP_LIMIT_S = 10  # the gateway drains its group commit in far less
RESTART_PAUSE_S = 1.0
_PR_SET_PDEATHSIG = 1  # linux/prctl.h


class Door:
    """One door's process, restarted in place when it falls."""

    def __init__(self, name: str, home: Home, *, workers: int) -> None:
        self.name = name
        self._command = [
            sys.executable,
            "-m",
            "nadzor.site.launch",
            "door",
            name,
            str(home.root),
            "--workers",
            str(workers),
        ]
        self.process = subprocess.Popen(self._command, stdin=subprocess.DEVNULL)

    def fell(self) -> bool:
        """Whether the process ended without being asked to."""
        return self.process.poll() is not None

    def restart(self) -> None:
        """Start the same door again."""
        self.process = subprocess.Popen(self._command, stdin=subprocess.DEVNULL)

    def stop(self) -> None:
        """Ask the process to end, and end it if it does not within `STOP_LIMIT_S`."""
        self.process.terminate()
        try:
            self.process.wait(STOP_LIMIT_S)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


def answering(address: str) -> bool:
    """Whether something at this address answers a liveness question."""
    parts = urlsplit(address)
    connection = http.client.HTTPConnection(parts.hostname or "127.0.0.1", parts.port or 80, timeout=2)
    try:
        connection.request("GET", "/health/live")
        return connection.getresponse().status == http.client.OK
    except OSError:
        return False
    finally:
        connection.close()


@contextmanager
def doors_running(home: Home, names: Sequence[str], *, workers: int = 1) -> Iterator[list[Door]]:
    """The named doors as processes, answering; stopped on leaving.

    Raises: Refusal `door.silent` when one does not answer within `START_LIMIT_S`.
    """
    doors = [Door(name, home, workers=workers if name == "gateway" else 1) for name in names]
    try:
        addresses = {"gateway": home.settings.public_url, "portal": home.settings.portal_url}
        for waited in doors:
            if waited.name in addresses:
                _wait_until_answering(waited, addresses[waited.name])
        yield doors
    finally:
        for started in doors:
            started.stop()


def watch(doors: list[Door]) -> int:
    """Stay until interrupted, restarting any door that falls. Returns the exit code."""
    stopped = False

    def stop(_number: int, _frame: object) -> None:
        nonlocal stopped
        stopped = True

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, stop)
    while not stopped:
        time.sleep(0.2)
        for fallen in [door for door in doors if door.fell()]:
            if stopped:
                break
            log.warning("house.door.restarted", door=fallen.name, code=fallen.process.returncode)
            time.sleep(RESTART_PAUSE_S)
            fallen.restart()
    return 0


def run_door(name: str, home: Home, *, workers: int = 1) -> None:
    """Be one door, in this process, until told to stop."""
    _die_with_parent()
    _DOOR_STARTERS[name](home, workers)


def _wait_until_answering(door: Door, address: str) -> None:
    deadline = time.monotonic() + START_LIMIT_S
    while not answering(address):
        if door.fell() or time.monotonic() > deadline:
            raise Refusal("door.silent", at=address, door=door.name)
        time.sleep(0.1)


def _die_with_parent() -> None:
    """End with the process that started this one, however that one ends (Linux only)."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


def _gateway(home: Home, workers: int) -> None:
    from nadzor.gateway.serve import run

    parts = urlsplit(home.settings.public_url)
    run(home, parts.hostname or "127.0.0.1", parts.port or 80, workers=workers)


def _portal(home: Home, _workers: int) -> None:
    import uvicorn

    from nadzor.site.django import setup

    setup(home)
    parts = urlsplit(home.settings.portal_url)
    uvicorn.run(
        "nadzor.site.asgi:application",
        host=parts.hostname or "127.0.0.1",
        port=parts.port or 80,
        log_level="warning",
        access_log=False,
        server_header=False,
    )


def _jobs(home: Home, _workers: int) -> None:
    from nadzor.jobs.loop import TASKS, run
    from nadzor.site.django import setup

    setup(home)
    run(home, TASKS)


def _directory(home: Home, _workers: int) -> None:
    from nadzor.jobs.loop import TASKS, run
    from nadzor.site.django import setup

    setup(home)
    run(home, tuple(task for task in TASKS if task.name == "directory"))


_DOOR_STARTERS: dict[str, Callable[[Home, int], None]] = {
    "gateway": _gateway,
    "portal": _portal,
    "jobs": _jobs,
    "directory": _directory,
}
