# SPDX-License-Identifier: Apache-2.0
"""A gateway to measure: a data directory of its own, batches signed beforehand, a light sender."""

from __future__ import annotations

import hashlib
import multiprocessing
import secrets
import socket
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from datetime import datetime, timedelta
from http.client import HTTPConnection
from pathlib import Path
from time import monotonic, perf_counter, sleep
from typing import Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from msgspec import Struct

from nadzor.base import clock
from nadzor.base.directory import Entry, KeyEntry, issue, seal_directory
from nadzor.base.home import Home
from nadzor.base.ids import derived_uuid7
from nadzor.base.problems import Refusal
from nadzor_wire.base64text import b64
from nadzor_wire.batch import (
    CONTENT_TYPE,
    HEADER,
    NO_PREVIOUS,
    PATH,
    BatchHeader,
    Coding,
    deflate,
    encode_event,
)
from nadzor_wire.event import Finding, Study
from nadzor_wire.keys import key_id
from nadzor_wire.signature import sign_request

from .fates import Request
from .serve import run

FINDINGS: Final = ("atelectasis", "cardiomegaly", "consolidation", "edema", "pleural_effusion")
SMALL: Final = 4_096  # bytes of a body that is sent as it is
START_S: Final = 30.0
_KEY: Final = Ed25519PrivateKey.from_private_bytes(hashlib.sha256(b"rehearsal").digest())
_KEYID: Final = key_id(_KEY.public_key())


class Load(Struct, frozen=True):
    """The same lines again and again, in several streams; each stream's batches in their order."""

    lines: bytes
    streams: list[list[Request]]

    @property
    def count(self) -> int:
        """Number of batches in all."""
        return sum(map(len, self.streams))


def make_home(folder: Path, *, port: int = 8401) -> Home:
    """A data directory whose directory knows the one installation."""
    home = Home.create(folder, origin="rehearsal.local/log", public_url=f"http://127.0.0.1:{port}")
    now = clock.now()
    key = KeyEntry(public=b64(_KEY.public_key().public_bytes_raw()), not_before=now - timedelta(days=1))
    known = Entry(device="ai-001", site="s-0001", findings=FINDINGS, keys={_KEYID: key})
    home.directory.write_bytes(
        seal_directory(issue(1, {"i-rehearsal": known}, now=now), home.key("directory"))
    )
    return home


def make_load(home: Home, *, batch: int, count: int, streams: int) -> Load:
    """Signed requests, ready to be sent within the next five minutes."""
    now = clock.now()
    lines = b"".join(encode_event(_study(number, now)) + b"\n" for number in range(batch))
    signer = _Signer(lines, batch, home.settings.public_url, int(now.timestamp()))
    return Load(lines, [signer.stream(count // streams) for _ in range(streams)])


@contextmanager
def serving(home: Home, port: int, *, workers: int) -> Iterator[None]:
    """The gateway as a process of its own, answering.

    Raises: Refusal gateway.silent when it does not answer within half a minute.
    """
    made = multiprocessing.get_context("spawn").Process(target=_serve, args=(home.root, port, workers))
    made.start()
    try:
        _wait(port)
        yield
    finally:
        made.terminate()
        made.join()


def send_all(port: int, load: Load) -> list[float]:
    """Send every stream over a kept-alive connection of its own, one batch in flight; seconds each took.

    Raises: Refusal gateway.silent when a reply is not 200.
    """
    waiting = [iter([_raw(made) for made in stream]) for stream in load.streams]
    with _connected(port, len(waiting)) as links:
        return list(_take_turns(links, waiting))


def send_paced(port: int, load: Load, *, per_second: float) -> list[float]:
    """Send at an even pace, whether or not the answers keep up; seconds from the due time to the answer."""
    waves = [[_raw(made) for made in wave] for wave in zip(*load.streams, strict=True)]
    took: list[float] = []
    with _connected(port, len(load.streams)) as links:
        start, pause = perf_counter(), len(links) / per_second
        for number, wave in enumerate(waves):
            due = start + number * pause
            sleep(max(0.0, due - perf_counter()))
            for link, made in zip(links, wave, strict=True):
                link.sendall(made)
            for link in links:
                _receive(link)
                took.append(perf_counter() - due)
    return took


def _take_turns(links: list[socket.socket], waiting: list[Iterator[bytes]]) -> Iterator[float]:
    """Each connection in turn: receive its answer, send its next request."""
    begun = {link: _begin(link, next(left)) for link, left in zip(links, waiting, strict=True)}
    left = dict(zip(links, waiting, strict=True))
    while begun:
        for link in list(begun):
            _receive(link)
            yield perf_counter() - begun.pop(link)
            if (following := next(left[link], None)) is not None:
                begun[link] = _begin(link, following)


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _study(number: int, now: datetime) -> Study:
    scored = (
        Finding(code=code, score=(number * 37 + place * 911) % 10_001, positive=place == 0, threshold=5_000)
        for place, code in enumerate(FINDINGS)
    )
    return Study(
        id=derived_uuid7(now, "rehearsal", str(number)),
        at=now,
        study=secrets.token_hex(16),
        version="2.1.0",
        build=hashlib.sha256(b"build").hexdigest(),
        outcome="processed",
        duration_ms=800 + number % 900,
        modality="DX",
        equipment="ge",
        age_band="50-59",
        sex="f",
        findings=tuple(scored),
    )


class _Signer:
    """Makes the batches of streams, all with the same body."""

    def __init__(self, lines: bytes, batch: int, public_url: str, created: int) -> None:
        self._coding: Coding = "identity" if len(lines) < SMALL else "zstd"
        self._coded, self._batch, self._created = deflate(lines, self._coding), batch, created
        self._headers = {"Content-Type": CONTENT_TYPE}
        if self._coding != "identity":
            self._headers["Content-Encoding"] = self._coding
        self._target = public_url + PATH
        self._digest = hashlib.sha256(self._coded).digest()

    def stream(self, count: int) -> list[Request]:
        """So many batches of a new stream, in order."""
        name = secrets.token_bytes(16)
        return [self._request(name, number) for number in range(count)]

    def _request(self, name: bytes, number: int) -> Request:
        first = number * self._batch + 1
        previous = self._digest if number else NO_PREVIOUS
        place = BatchHeader(name, first, first + self._batch - 1, previous)
        headers = sign_request(
            private=_KEY,
            keyid=_KEYID,
            method="POST",
            target_uri=self._target,
            headers=self._headers | {HEADER: place.render()},
            body=self._coded,
            created=self._created,
        )
        return Request("POST", {name.lower(): value for name, value in headers.items()}, self._coded)


def _raw(made: Request) -> bytes:
    headers = {"host": "127.0.0.1", "content-length": str(len(made.body))} | dict(made.headers)
    head = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    return f"POST {PATH} HTTP/1.1\r\n{head}\r\n".encode() + made.body


@contextmanager
def _connected(port: int, count: int) -> Iterator[list[socket.socket]]:
    """So many connections, closed in the end."""
    with ExitStack() as kept:
        links = []
        for _ in range(count):
            link = kept.enter_context(socket.create_connection(("127.0.0.1", port)))
            link.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            links.append(link)
        yield links


def _begin(link: socket.socket, made: bytes) -> float:
    link.sendall(made)
    return perf_counter()


def _receive(link: socket.socket) -> None:
    """One whole reply."""
    got = link.recv(65_536)
    while (end := got.find(b"\r\n\r\n")) < 0:
        got += link.recv(65_536)
    if not got.startswith(b"HTTP/1.1 200"):
        raise Refusal("gateway.silent", status=got[9:12].decode("latin-1"))
    head = got[:end].lower()
    size = int(head[head.index(b"content-length:") + 15 :].split(b"\r\n", 1)[0])
    while len(got) < end + 4 + size:
        got += link.recv(65_536)


def _serve(root: Path, port: int, workers: int) -> None:
    run(Home.open(root), "127.0.0.1", port, workers=workers)


def _wait(port: int) -> None:
    deadline = monotonic() + START_S
    while monotonic() < deadline:
        link = HTTPConnection("127.0.0.1", port, timeout=2)
        with suppress(OSError):
            link.request("GET", "/health/ready")
            if link.getresponse().status == 200:
                link.close()
                return
        link.close()
        sleep(0.05)
    raise Refusal("gateway.silent", status="none")
