# SPDX-License-Identifier: Apache-2.0
"""Running the gateway: one process, or several on one socket over one journal."""

from __future__ import annotations

import multiprocessing
import os
import signal
import socket
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing.context import SpawnProcess
from pathlib import Path
from typing import Final

import structlog
import uvicorn

from nadzor.base import logs
from nadzor.base.home import Home

from .app import create_app

log = structlog.get_logger()

SWITCH_S: Final = 0.0005  # the writer's thread needs the interpreter between statements; 5 ms starves it
KEEP_ALIVE_S: Final = 75  # longer than the SDK's quietest interval between two batches
STOP_S: Final = 10
BACKLOG: Final = 2_048
WATCH_S: Final = 0.5
_STOPPING: Final = (signal.SIGTERM, signal.SIGINT)


def run(home: Home, host: str, port: int, *, workers: int = 1, public_url: str | None = None) -> None:
    """Serve until told to stop (SIGTERM or SIGINT): no new requests, the rest answered, then the end."""
    listening = _listen(host, port)
    if workers <= 1:
        _serve(home.root, listening, public_url)
        return
    stopped = threading.Event()
    for number in _STOPPING:
        signal.signal(number, lambda *_: stopped.set())
    workshop = [_Worker(os.getpid(), home.root, listening, public_url) for _ in range(workers)]
    while not stopped.wait(WATCH_S):
        for worker in workshop:
            worker.keep_alive()
    for worker in workshop:
        worker.stop()


class _Worker:
    """One process of several, started again if it falls."""

    def __init__(self, *arguments: object) -> None:
        self._arguments = arguments
        self._process = self._start()

    def keep_alive(self) -> None:
        if not self._process.is_alive():
            log.warning("gateway.worker.restarted", code=self._process.exitcode)
            self._process = self._start()

    def stop(self) -> None:
        self._process.terminate()
        self._process.join(STOP_S)

    def _start(self) -> SpawnProcess:
        process = multiprocessing.get_context("spawn").Process(target=_work, args=self._arguments)
        process.start()
        return process


class _Server(uvicorn.Server):
    """A server that returns when told to stop, instead of dying of the signal after its work is done."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Stop on SIGTERM and SIGINT."""
        before = {number: signal.signal(number, self.handle_exit) for number in _STOPPING}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)


def _work(parent: int, root: Path, listening: socket.socket, public_url: str | None) -> None:
    """A worker: serves, and ends when its parent does, however and however soon that ended."""

    def follow() -> None:
        pause = threading.Event()
        while os.getppid() == parent:
            pause.wait(WATCH_S)
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=follow, daemon=True).start()
    _serve(root, listening, public_url)


def _serve(root: Path, listening: socket.socket, public_url: str | None) -> None:
    logs.configure()
    sys.setswitchinterval(SWITCH_S)
    config = uvicorn.Config(
        create_app(Home.open(root), public_url=public_url),
        lifespan="on",
        log_level="warning",
        access_log=False,
        server_header=False,
        date_header=False,
        proxy_headers=False,
        timeout_keep_alive=KEEP_ALIVE_S,
        timeout_graceful_shutdown=STOP_S,
    )
    _Server(config).run(sockets=[listening])


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listening = socket.socket(family)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listening.bind((host, port))
    listening.listen(BACKLOG)
    return listening
