# SPDX-License-Identifier: Apache-2.0
"""Experiment 11, the gateway's side: whoever is slow or silent loses the seat, and nobody else notices."""

from __future__ import annotations

import http.client
import json
import select
import threading
import time
from contextlib import ExitStack, closing, suppress

import pytest

from nadzor.base.home import Home
from tests.faults.gateway_ground import Maker, connect, get, post, post_on, raw_head, serving

pytestmark = pytest.mark.faults

HURRY = "line.HEAD_S = 1.0; line.IDLE_S = 1.5; line.LOOK_S = 0.1; reading.BODY_S = line.BODY_S = 1.0"
SEATS = 30
MAKER = Maker("slow")


@pytest.fixture
def hurried(tmp_path):
    """A gateway with short patience and few seats."""
    changes = f"{HURRY}; serve.MOST = {SEATS}"
    with serving(Home.create(tmp_path / "data"), [MAKER], changes=changes) as running:
        yield running


def ended(link, *, within=15):
    """What a connection says until the gateway closes it."""
    said = b""
    deadline = time.monotonic() + within
    while time.monotonic() < deadline:
        if select.select([link], [], [], 0.1)[0]:
            try:
                part = link.recv(65_536)
            except ConnectionResetError:
                return said
            if not part:
                return said
            said += part
    raise AssertionError("the connection was not closed")


def code_of(said):
    """Status and code of a raw answer."""
    head, _, body = said.partition(b"\r\n\r\n")
    return int(head.split()[1]), json.loads(body)["code"]


def drip(link, data, stop, pause=0.1):
    """Send one byte now and then, until told to stop or cut off."""
    for byte in data:
        if stop.wait(pause):
            return
        try:
            link.sendall(bytes([byte]))
        except OSError:
            return


def test_a_slow_head_is_cut_off(hurried):
    """One byte at a time: 408 and the end, however busily it drips."""
    stop = threading.Event()
    with closing(connect(hurried.port)) as link:
        head = raw_head(MAKER.batch(hurried.url), hurried.port)
        sender = threading.Thread(target=drip, args=(link, head, stop))
        sender.start()
        assert code_of(ended(link)) == (408, "gateway.head-slow")
        stop.set()
        sender.join()


def test_a_silent_connection_is_cut_off(hurried):
    """One that never says anything, one that says only line ends, and one that was served and stays."""
    with ExitStack() as kept:
        silent, blank, served = (kept.enter_context(closing(connect(hurried.port))) for _ in range(3))
        blank.sendall(b"\r\n")
        made = MAKER.batch(hurried.url)
        served.sendall(raw_head(made, hurried.port) + made.body)
        assert code_of(ended(silent))[1] == code_of(ended(blank))[1] == "gateway.head-slow"
        assert ended(served).startswith(b"HTTP/1.1 200")


def test_a_slow_body_is_cut_off(hurried):
    """The head is good; the body drips: 408, nothing stored."""
    stop = threading.Event()
    made = MAKER.batch(hurried.url)
    with closing(connect(hurried.port)) as link:
        link.sendall(raw_head(made, hurried.port))
        sender = threading.Thread(target=drip, args=(link, made.body, stop))
        sender.start()
        assert code_of(ended(link)) == (408, "batch.too-slow")
        stop.set()
        sender.join()


def test_a_large_head_is_cut_off(hurried):
    """Whether it comes at once or in pieces without end."""
    for field in (b"X: " + b"x" * 40_000 + b"\r\n\r\n", b"".join(b"X%d: x\r\n" % n for n in range(9_000))):
        with closing(connect(hurried.port)) as link:
            link.sendall(b"POST /v1/batches HTTP/1.1\r\nHost: x\r\n" + field)
            assert code_of(ended(link)) == (431, "gateway.head-large")


@pytest.mark.parametrize(
    "said",
    [
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
        b"GET / HTTP/9.9\r\n\r\n",
        b"POST /v1/batches HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n",
    ],
    ids=["TLS", "unknown version", "two lengths"],
)
def test_what_is_no_request_gets_a_problem_document(hurried, said):
    """400 with a code, and the end; a request of two lengths is not guessed at."""
    with closing(connect(hurried.port)) as link:
        link.sendall(said)
        assert code_of(ended(link)) == (400, "gateway.head-malformed")


def test_slow_senders_do_not_keep_others_out(hurried):
    """Three times as many drips as there are seats, again and again; every honest batch gets its receipt."""
    stop = threading.Event()
    head = raw_head(MAKER.batch(hurried.url), hurried.port)
    with ExitStack() as kept:

        def attack():
            while not stop.is_set():
                with closing(connect(hurried.port)) as link:
                    drip(link, head, stop, pause=0.05)

        attackers = [threading.Thread(target=attack) for _ in range(3 * SEATS)]
        kept.callback(lambda: [attacker.join() for attacker in attackers])
        kept.callback(stop.set)
        for attacker in attackers:
            attacker.start()
        time.sleep(0.5)
        statuses = [post(hurried.port, MAKER.batch(hurried.url))[0] for _ in range(25)]
    assert statuses == [200] * 25


def test_idle_connections_make_room(hurried):
    """More well-behaved senders than seats: the longest idle one is closed, none is refused."""
    with ExitStack() as kept:
        links = [
            kept.enter_context(closing(http.client.HTTPConnection("127.0.0.1", hurried.port, timeout=20)))
            for _ in range(2 * SEATS)
        ]
        assert [post_on(link, MAKER.batch(hurried.url))[0] for link in links] == [200] * (2 * SEATS)
    closed = [line for line in metrics(hurried) if line.startswith("nadzor_gateway_closed_total")]
    assert any('reason="crowded"' in line for line in closed)


def test_a_reader_who_does_not_read_is_cut_off(tmp_path):
    """Answers that nobody takes do not pile up: the connection goes when its time is over."""
    changes = f"{HURRY}; line.BUSY_S = 1.0; line.LINGER_S = 0.5; line.IDLE_S = 30"
    with serving(Home.create(tmp_path / "data"), [MAKER], changes=changes) as gateway:
        ask = b"GET /log/key HTTP/1.1\r\nHost: x\r\n\r\n" * 200
        with closing(connect(gateway.port, timeout=0.5)) as link:
            with suppress(OSError):
                link.sendall(ask * 400)
            assert get(gateway.port, "/health/live")[0] == 200
            deadline = time.monotonic() + 20
            while "busy" not in "".join(metrics(gateway)) and time.monotonic() < deadline:
                time.sleep(0.2)
        assert any('reason="busy"' in line for line in metrics(gateway))


def metrics(gateway):
    """Lines of the metrics page."""
    return get(gateway.port, "/metrics")[2].decode().splitlines()
