# SPDX-License-Identifier: Apache-2.0
"""Asking a server that is slow, large, cut short or not there."""

from __future__ import annotations

import socket
import threading
from contextlib import closing, contextmanager

import pytest

from nadzor.base.problems import Refusal
from nadzor.base.web import Site, Unreachable, parts_of

GOOD = b"HTTP/1.1 200 OK\r\ncontent-type: text/plain\r\ncontent-length: 2\r\n\r\nok"


def answer_on(connection, left, *, hang_up):
    """Give answers on one connection until it is to be closed."""
    while left and connection.recv(65_536):
        answer = left.pop(0)
        if answer is None:
            return
        connection.sendall(answer)
        if hang_up:
            return


@contextmanager
def server(*answers, hang_up=False):
    """A server that gives one raw answer a request, in order, the connection closed where one is None."""
    left = list(answers)
    listening = socket.create_server(("127.0.0.1", 0))

    def serve():
        while left:
            connection, _ = listening.accept()
            with connection:
                answer_on(connection, left, hang_up=hang_up)

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    finally:
        thread.join(10)
        listening.close()


def test_one_connection_serves_many_questions():
    """Answers come in their order, with status and type."""
    with server(GOOD, GOOD.replace(b"200 OK", b"404 No"), GOOD) as address, closing(Site(address)) as site:
        found = [site.get("/a"), site.get("/b"), site.get("/c")]
    assert [(one.status, one.media_type, one.body) for one in found] == [
        (200, "text/plain", b"ok"), (404, "text/plain", b"ok"), (200, "text/plain", b"ok"),
    ]  # fmt: skip


def test_a_kept_connection_that_went_stale_is_opened_again():
    """A server may close an idle one; only the first connection's failure is an answer."""
    with server(GOOD, None, GOOD) as address, closing(Site(address)) as site:
        assert [site.get("/a").status, site.get("/b").status] == [200, 200]


@pytest.mark.parametrize(
    "answer",
    [
        None,
        GOOD[:-1].replace(b"length: 2", b"length: 9"),
        b"nonsense\r\n\r\n",
        GOOD.replace(b": 2", b": 900") + b"x" * 898,
    ],
)
def test_no_whole_answer_is_none(answer):
    """Nothing, cut short, no HTTP, or more than was allowed."""
    with (
        server(answer, None, hang_up=True) as address,
        closing(Site(address, limit=500, timeout_s=5)) as site,
    ):
        with pytest.raises(Unreachable):
            site.get("/")
        with pytest.raises(Unreachable):
            site.get("/")


def test_addresses_are_those_of_servers():
    """Another scheme, no host, a password or a query is refused."""
    assert parts_of("https://log.example:8443/log").port == 8443
    for bad in (
        "ftp://x",
        "http://",
        "log.example",
        "http://u:p@x",
        "http://x/?a=b",
        "http://x:y",
        "http://x/#a",
    ):
        with pytest.raises(Refusal, match=r"address\.malformed"):
            parts_of(bad)
