# SPDX-License-Identifier: Apache-2.0
"""A gateway to measure: a data directory of its own, batches signed beforehand, a light sender."""

from __future__ import annotations

import hashlib
import multiprocessing
import secrets
import socket
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
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
from nadzor_wire.batch import CONTENT_TYPE, HEADER, PATH, BatchHeader, deflate, encode_event
from nadzor_wire.event import Finding, Study
from nadzor_wire.keys import key_id
from nadzor_wire.signature import sign_request

from .fates import Request
from .serve import run

FINDINGS: Final = ("atelectasis", "cardiomegaly", "consolidation", "edema", "pleural_effusion")
CODING: Final = "zstd"
START_S: Final = 30.0
_KEY: Final = Ed25519PrivateKey.from_private_bytes(hashlib.sha256(b"rehearsal").digest())
_KEYID: Final = key_id(_KEY.public_key())


class Load(Struct, frozen=True):
    """The same lines, in as many batches as asked, each the first of a stream of its own."""

    lines: bytes
    requests: list[Request]


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


def make_load(home: Home, *, batch: int, count: int) -> Load:
    """Signed requests, ready to be sent within the next five minutes."""
    now = clock.now()
    lines = b"".join(encode_event(_study(number, now)) + b"\n" for number in range(batch))
    coded = deflate(lines, CODING)
    return Load(lines, [_signed(coded, batch, home.settings.public_url, now) for _ in range(count)])


def raw_requests(load: Load) -> list[bytes]:
    """The requests as bytes on a connection."""
    return [_raw(made) for made in load.requests]


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


def send_all(port: int, requests: Sequence[bytes], *, links: int) -> list[float]:
    """Send every request over some kept-alive connections, one in flight on each; seconds each took.

    Raises: Refusal gateway.silent when a reply is not 200.
    """
    sockets = [socket.create_connection(("127.0.0.1", port)) for _ in range(min(links, len(requests)))]
    waiting = iter(requests)
    begun = [_begin(link, next(waiting)) for link in sockets]
    took, busy = [], len(sockets)
    while busy:
        for place, link in enumerate(sockets):
            if begun[place] < 0:
                continue
            _receive(link)
            took.append(perf_counter() - begun[place])
            following = next(waiting, None)
            begun[place] = -1.0 if following is None else _begin(link, following)
            busy -= following is None
    for link in sockets:
        link.close()
    return took


def send_paced(port: int, requests: Sequence[bytes], *, per_second: float, links: int) -> list[float]:
    """Send at an even pace, whether or not the answers keep up; seconds from the due time to the answer."""
    sockets = [socket.create_connection(("127.0.0.1", port)) for _ in range(links)]
    took, start = [], perf_counter()
    for wave in range(0, len(requests), links):
        due = start + wave / per_second
        sleep(max(0.0, due - perf_counter()))
        sent = list(zip(sockets, requests[wave : wave + links], strict=False))
        for link, made in sent:
            link.sendall(made)
        for link, _ in sent:
            _receive(link)
            took.append(perf_counter() - due)
    for link in sockets:
        link.close()
    return took


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


def _signed(coded: bytes, batch: int, public_url: str, now: datetime) -> Request:
    place = BatchHeader(secrets.token_bytes(16), 1, batch)
    headers = sign_request(
        private=_KEY,
        keyid=_KEYID,
        method="POST",
        target_uri=public_url + PATH,
        headers={"Content-Type": CONTENT_TYPE, "Content-Encoding": CODING, HEADER: place.render()},
        body=coded,
        created=int(now.timestamp()),
    )
    return Request("POST", {name.lower(): value for name, value in headers.items()}, coded)


def _raw(made: Request) -> bytes:
    headers = {"host": "127.0.0.1", "content-length": str(len(made.body))} | dict(made.headers)
    head = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    return f"POST {PATH} HTTP/1.1\r\n{head}\r\n".encode() + made.body


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
