# SPDX-License-Identifier: Apache-2.0
"""Running the gateway: one process, or several on one socket over one journal."""

from __future__ import annotations

import multiprocessing
import os
import resource
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
from msgspec import Struct

from nadzor.base import logs
from nadzor.base.home import Home
from nadzor.base.shapes import lay_out

from .app import create_app
from .line import IDLE_S, MOST, lines
from .metrics import Board

log = structlog.get_logger()

SWITCH_S: Final = 0.0005  # the writer's thread needs the interpreter between statements; 5 ms starves it
STOP_S: Final = 7  # for requests on their way; the house waits ten seconds in all
BACKLOG: Final = 2_048
WATCH_S: Final = 0.5
FILES: Final = 65_536  # descriptors wanted: connections, and the journal's
FILES_KEPT: Final = 128  # of them for files and for what accepts connections
_STOPPING: Final = (signal.SIGTERM, signal.SIGINT)


class Orders(Struct, frozen=True):
    """What every worker of one gateway is told."""

    root: Path
    public_url: str | None = None
    read_only: bool = False


def run(
    home: Home,
    host: str,
    port: int,
    *,
    workers: int = 1,
    public_url: str | None = None,
    read_only: bool = False,
) -> None:
    """Serve until told to stop (SIGTERM or SIGINT): no new requests, the rest answered, then the end."""
    listening = _listen(host, port)
    Board(home.root, 0).clear()
    orders = Orders(home.root, public_url, read_only)
    if workers <= 1:
        _serve(orders, listening, 0)
        return
    stopped = threading.Event()
    for number in _STOPPING:
        signal.signal(number, lambda *_: stopped.set())
    workshop = [_Worker(os.getpid(), orders, listening, number) for number in range(workers)]
    while not stopped.wait(WATCH_S):
        for worker in workshop:
            worker.keep_alive()
    listening.close()  # or the system would go on taking connections for nobody
    for worker in workshop:
        worker.stop()
    for worker in workshop:
        worker.join()


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

    def join(self) -> None:
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


def _work(parent: int, orders: Orders, listening: socket.socket, worker: int) -> None:
    """A worker: serves, and ends when its parent does, however and however soon that ended."""

    def follow() -> None:
        pause = threading.Event()
        while os.getppid() == parent:
            pause.wait(WATCH_S)
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=follow, daemon=True).start()
    _serve(orders, listening, worker)


def _serve(orders: Orders, listening: socket.socket, worker: int) -> None:
    logs.configure()
    sys.setswitchinterval(SWITCH_S)
    home = Home.open(orders.root)
    lay_out()
    app = create_app(home, public_url=orders.public_url, worker=worker, read_only=orders.read_only)
    config = uvicorn.Config(
        app,
        http=lines(min(MOST, _file_limit() - FILES_KEPT)),
        ws="none",
        lifespan="on",
        log_level="error",
        access_log=False,
        server_header=False,
        date_header=False,
        proxy_headers=False,
        timeout_keep_alive=int(IDLE_S),
        timeout_graceful_shutdown=STOP_S,
    )
    _Server(config).run(sockets=[listening])


def _file_limit() -> int:
    """How many files this process may have open, once it has asked for as many as it wants."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = FILES if hard == resource.RLIM_INFINITY else min(FILES, hard)
    if soft == resource.RLIM_INFINITY or soft >= wanted:
        return FILES if soft == resource.RLIM_INFINITY else soft
    resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
    return wanted


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listening = socket.socket(family)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listening.bind((host, port))
    listening.listen(BACKLOG)
    return listening
