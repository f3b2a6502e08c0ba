# SPDX-License-Identifier: Apache-2.0
"""The doors as processes: start, wait until they answer, restart one that fell, stop them all."""

from __future__ import annotations

import ctypes
import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from urllib.parse import urlsplit

import structlog
from msgspec import Struct

from nadzor.base.home import Home
from nadzor.base.problems import Refusal

log = structlog.get_logger()

DOORS = ("gateway", "portal", "jobs")
START_LIMIT_S = 60  # a cold start imports scipy and migrates nothing; slower means it will not come
STOP_LIMIT_S = 10  # the gateway drains its group commit in far less
RESTART_PAUSE_S = 1.0
_PR_SET_PDEATHSIG = 1  # linux/prctl.h


def address_of(name: str, home: Home) -> str | None:
    """Where a door of this home answers; None for one that nobody calls."""
    return {"gateway": home.settings.public_url, "portal": home.settings.portal_url}.get(name)


class Door:
    """One door's process, restarted in place when it falls."""

    def __init__(
        self,
        name: str,
        home: Home,
        *,
        workers: int = 1,
        address: str | None = None,
        read_only: bool = False,
    ) -> None:
        self.name = name
        self.address = address or address_of(name, home)
        self._command = [sys.executable, "-m", "nadzor.site.launch", "door", name, str(home.root)]
        self._command += ["--workers", str(workers), "--parent", str(os.getpid())]
        self._command += ["--address", address] if address else []
        self._command += ["--read-only"] if read_only else []
        self.process = self._start()

    def fell(self) -> bool:
        """Whether the process ended without being asked to."""
        return self.process.poll() is not None

    def restart(self) -> None:
        """Start the same door again."""
        self.process = self._start()

    def stop(self) -> None:
        """Ask the process to end, and end it if it does not within `STOP_LIMIT_S`."""
        self.process.terminate()
        try:
            self.process.wait(STOP_LIMIT_S)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def _start(self) -> subprocess.Popen[bytes]:
        """Its output goes to standard error; Ctrl+C reaches the house alone, which ends its doors."""
        return subprocess.Popen(
            self._command, stdin=subprocess.DEVNULL, stdout=sys.stderr.fileno(), process_group=0
        )


def fetch(address: str, path: str) -> str | None:
    """What something at this address answers to a GET; None when nothing answers with 200."""
    parts = urlsplit(address)
    connection = http.client.HTTPConnection(parts.hostname or "127.0.0.1", parts.port or 80, timeout=2)
    try:
        connection.request("GET", path)
        answer = connection.getresponse()
        return answer.read().decode() if answer.status == http.client.OK else None
    except (OSError, http.client.HTTPException):
        return None
    finally:
        connection.close()


def gateway_answers(home: Home) -> bool:
    """Whether the gateway at the home's address keeps this home's log, and not another's."""
    return home.log_vkey in (fetch(home.settings.public_url, "/log/key") or "")


def must_be_free(addresses: Sequence[str]) -> None:
    """Whether doors can be opened at these addresses.

    Why: another program there, perhaps another house, would answer in our door's name.
    Raises: Refusal `door.taken`, naming the first address that is held.
    """
    for address in addresses:
        parts = urlsplit(address)
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((parts.hostname or "127.0.0.1", parts.port or 80))
            except OSError as error:
                raise Refusal("door.taken", at=address, reason=error.strerror) from error


def free_address() -> str:
    """An address on this machine whose port nobody holds at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{probe.getsockname()[1]}"


@contextmanager
def running(doors: list[Door]) -> Iterator[list[Door]]:
    """Doors that answer; stopped on leaving.

    Raises: Refusal `door.silent` when one does not answer within `START_LIMIT_S`.
    """
    try:
        for door in doors:
            _wait_until_answering(door)
        yield doors
    finally:
        for door in doors:
            door.stop()


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


class Opening(Struct, frozen=True):
    """How a door is opened: by how many processes, where, and whether it only shows."""

    workers: int = 1
    address: str | None = None
    read_only: bool = False


def run_door(name: str, home: Home, how: Opening, *, parent: int | None) -> None:
    """Be one door, in this process, until told to stop or until `parent` is gone."""
    _die_with_parent(parent)
    _STARTERS[name](home, how)


def _wait_until_answering(door: Door) -> None:
    deadline = time.monotonic() + START_LIMIT_S
    while door.address and fetch(door.address, "/health/live") is None:
        if door.fell() or time.monotonic() > deadline:
            raise Refusal("door.silent", at=door.address, door=door.name)
        time.sleep(0.1)


def _die_with_parent(parent: int | None) -> None:
    """End with the process that started this one, however that one ends (Linux only).

    Why: the signal is asked for after the start, so a parent that died before must be noticed here.
    """
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if parent is not None and os.getppid() != parent:
        sys.exit(1)


def _gateway(home: Home, how: Opening) -> None:
    from nadzor.gateway.serve import run

    public_url = how.address or home.settings.public_url
    parts = urlsplit(public_url)
    host, port = parts.hostname or "127.0.0.1", parts.port or 80
    run(home, host, port, workers=how.workers, public_url=public_url, read_only=how.read_only)


def _portal(home: Home, how: Opening) -> None:
    import uvicorn

    from nadzor.site.django import setup

    setup(home)
    parts = urlsplit(how.address or home.settings.portal_url)
    host, port = parts.hostname or "127.0.0.1", parts.port or 80
    uvicorn.run(
        "nadzor.site.asgi:application", host=host, port=port, log_level="warning", server_header=False
    )


def _jobs(home: Home, _how: Opening) -> None:
    from nadzor.base.shapes import lay_out
    from nadzor.jobs.loop import TASKS, run
    from nadzor.site.django import setup

    setup(home)
    lay_out("nadzor.actions")  # each task runs in a thread of its own
    run(home, TASKS)


def _directory(home: Home, _how: Opening) -> None:
    from nadzor.jobs.loop import TASKS, run
    from nadzor.site.django import setup

    setup(home)
    run(home, [task for task in TASKS if task.name == "directory"])


_STARTERS: dict[str, Callable[[Home, Opening], None]] = {
    "gateway": _gateway,
    "portal": _portal,
    "jobs": _jobs,
    "directory": _directory,
}
