# SPDX-License-Identifier: Apache-2.0
"""API10:2023 Unsafe consumption of APIs: whoever lies to us is not believed.

Lies inside a provider's token stand in tests/portal/test_foreign_sign_in.py.
"""

from __future__ import annotations

import http.server
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.core.cache import cache
from django.test import Client

from nadzor.actions.appoint_witness import appoint_witness
from nadzor.actions.ask_witnesses import ANSWER_MAX, ask_witnesses, standings
from nadzor.actions.cosign_checkpoint import create_witness
from nadzor.actions.publish_tiles import publish_tiles
from nadzor.actions.sync_mirror import sync_mirror
from nadzor.base import clock
from nadzor.base.home import Home
from nadzor.base.problems import Refusal
from nadzor.base.web import Site, Unreachable
from nadzor.journal.tiles import WITNESSED, TileFiles
from nadzor.people.oidc import fetching
from nadzor.people.queries import CONSOLE
from nadzor.register.models import Filing, MirrorSync
from tests.unit.actions.test_publish_tiles import grow

pytestmark = pytest.mark.django_db
LIES = {
    "too long": (200, {}, b"x" * (ANSWER_MAX + 1)),
    "a redirect": (302, {"Location": "http://169.254.169.254/"}, b""),
    "another type": (200, {"Content-Type": "text/html"}, b"<html>signed, trust me</html>"),
    "a signature of nobody": (200, {}, "— witness.example/w1 AAAAAAAAAAAAAAAA\n".encode()),
    "nothing": (200, {}, b""),
    "a fault": (500, {}, b"Traceback"),
}


@contextmanager
def saying(status: int, headers: dict[str, str], body: bytes) -> Iterator[tuple[str, list[str]]]:
    """A server that gives one answer to everything, and what it was asked."""
    asked: list[str] = []

    class Lying(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:  # noqa: N802  the library's name
            asked.append(self.path)
            self.rfile.read(int(self.headers.get("Content-Length", 0)))
            self.send_response(status)
            for name, value in {"Content-Length": str(len(body)), **headers}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        do_GET = do_POST  # noqa: N815  the library's name

        def log_message(self, *_args: object) -> None:
            """Say nothing."""

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Lying)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", asked
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@pytest.mark.parametrize("lie", LIES)
def test_a_witness_that_lies_signs_nothing(home, tmp_path, lie):
    """Counted as a failure with its reason; the note without its line stays as it was."""
    desk = create_witness(tmp_path / "w1", "witness.example/w1", now=clock.now())
    grow(home.log, 3)
    publish_tiles(home)
    with saying(*LIES[lie]) as (address, asked):
        appoint_witness(home, url=address, vkey=desk.vkey)
        assert ask_witnesses(home, now=clock.now()) is None
    standing = standings(Home.open(home.root))[desk.vkey]
    assert asked and (standing.failures, standing.size) == (1, 0) and standing.trouble
    assert TileFiles(home.tiles).note(WITNESSED) is None


def test_a_server_that_drips_is_not_waited_for():
    """More is promised than comes: the time that was given ends it."""
    with saying(200, {"Content-Length": "1000"}, b"x") as (address, _asked):
        site = Site(address, timeout_s=0.3)
        with pytest.raises(Unreachable):
            site.get("/")
        site.close()


@pytest.mark.parametrize(
    ("status", "headers", "body"),
    [
        (200, {}, b"[" * 100),
        (200, {}, b'["no object"]'),
        (200, {}, b'{"a":"' + b"x" * fetching.BYTES_MAX + b'"}'),
        (302, {"Location": "http://169.254.169.254/"}, b"{}"),
        (500, {}, b"{}"),
        (401, {}, b"{}"),
    ],
    ids=["brackets", "a-list", "too-long", "a-redirect", "a-fault", "a-refusal"],
)
def test_an_identity_provider_that_lies_is_not_believed(status, headers, body):
    """Its page of keys is asked once, its redirect not followed, its length bounded."""
    cache.clear()
    with saying(status, headers, body) as (address, asked), pytest.raises(Refusal) as refused:
        fetching._kept(address + "/jwks")
    assert refused.value.code in ("people.foreign-down", "people.foreign-denied") and asked == ["/jwks"]


@pytest.mark.parametrize(
    "content",
    [b"", b"<html>", b"[]",
     b'{"v":1,"count":2,"entries":[{"number":"1"}]}', b'{"v":9,"count":0,"entries":[]}',
     b"[" * 5000, b"\xff\xfe\x00"],
    ids=["empty", "a-page", "a-list", "cut", "another-version", "brackets", "bytes"],
)  # fmt: skip
def test_a_dump_of_the_register_that_lies_changes_nothing(home, content):
    """Refused, and kept as a failed reading with its reason."""
    with pytest.raises(Refusal) as refused:
        sync_mirror(content, source="official", by=CONSOLE, now=clock.now())
    assert refused.value.code.startswith("mirror.")
    assert list(MirrorSync.objects.values_list("outcome", flat=True)) == ["failed"]


@pytest.mark.parametrize(
    ("content", "code"),
    [(b"", 401), (b"<html>", 401), (b"[" * 5000, 401), (b'{"v":1}', 401)],
    ids=["empty", "a-page", "brackets", "a-word"],
)
def test_a_portal_that_does_not_prove_itself_is_not_read(home, content, code):
    """Whatever it sends: its signature is looked at before its words, and no filing begins."""
    answer = Client().post("/api/v1/seams/filings", content, content_type="application/json")
    assert answer.status_code == code and answer.json()["code"] == "seam.signature"
    assert not Filing.objects.exists()
