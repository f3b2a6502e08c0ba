# SPDX-License-Identifier: Apache-2.0
"""Nobody is sent elsewhere by us, kept in a session that somebody else chose, or made to fetch an address."""

from __future__ import annotations

import re
from typing import Any, Final

import pytest
from django.conf import settings
from django.test import Client

from nadzor.api.routes import api
from nadzor.base.problems import Refusal
from nadzor.base.web import Site, parts_of
from tests.town import PASSWORD

ELSEWHERE: Final = (
    "https://evil.example/", "//evil.example/", "/\\evil.example", "\\\\evil.example", "http:evil.example",
    "javascript:alert(1)", "data:text/html,x", "///evil.example", "/%09/evil.example",
    "\thttps://evil.example/",
    "https:evil.example", "https://localhost@evil.example/", "/\n/evil.example",
    "//evil.example\\@localhost/",
)  # fmt: skip
POSTAL: Final = (("nadzor.procedures.rules.dossier.Party", "address"),)  # where letters go, printed in a form
SIGN_IN: Final = {"username": "inspector", "password": PASSWORD}


def leaves(answer: Any) -> bool:
    """Whether a browser that follows this answer comes to another host."""
    to = answer.headers.get("Location", "")
    seen = re.sub(r"[\t\n\r]", "", to).replace("\\", "/")
    return bool(re.match(r"(?i)(//|[a-z][a-z0-9+.-]*:)", seen)) or "\n" in to


@pytest.mark.parametrize("to", ELSEWHERE)
def test_no_way_on_leads_elsewhere(house, client_of, to):
    """After signing in, proving, choosing a language or reading a notice, a browser stays with us."""
    fresh = Client()
    answers = [
        fresh.post("/login/", SIGN_IN | {"next": to}),
        Client().post(f"/login/?{'next'}={to}", SIGN_IN),
        client_of(None).post("/preferences/", {"language": "en", "next": to}),
        client_of("head").post("/preferences/", {"theme": "dark", "next": to}),
        client_of("head").get("/account/prove/", {"next": to}),
        client_of("head").post("/account/prove/", {"next": to, "password": PASSWORD}),
        client_of("head").get("/login/", {"next": to}),
        client_of("head").post("/logout/", {"next": to}),
    ]
    assert [leaves(answer) for answer in answers] == [False] * len(answers)


@pytest.mark.parametrize(
    "path", ["//evil.example/", "/\\evil.example/", "/%2f%2fevil.example/", "//evil.example"]
)
def test_no_address_of_ours_becomes_another(house, client_of, path):
    """Slashes before a foreign name are an unknown page, not a redirect to it."""
    answer = client_of(None).generic("GET", "/", PATH_INFO=path)
    assert not leaves(answer)


def test_a_session_that_was_there_before_is_not_the_one_after(house):
    """Whoever planted a session in a browser does not share the one that signing in makes."""
    client = Client()
    client.cookies[settings.SESSION_COOKIE_NAME] = "a" * 32
    client.get("/qualify/")
    before = client.cookies[settings.SESSION_COOKIE_NAME].value
    assert client.post("/login/", SIGN_IN).status_code == 302
    after = client.cookies[settings.SESSION_COOKIE_NAME].value
    assert after not in (before, "a" * 32) and len(after) >= 32
    stranger = Client()
    stranger.cookies[settings.SESSION_COOKIE_NAME] = before
    assert "/login/" in stranger.get("/morning/").headers.get("Location", "/login/")


def test_a_session_ends_where_it_is_kept(house):
    """After leaving, the same cookie opens nothing."""
    client = Client()
    client.post("/login/", SIGN_IN)
    taken = client.cookies[settings.SESSION_COOKIE_NAME].value
    assert client.get("/morning/").status_code == 200
    client.post("/logout/")
    thief = Client()
    thief.cookies[settings.SESSION_COOKIE_NAME] = taken
    assert thief.get("/morning/").status_code in (302, 403, 404)


@pytest.mark.parametrize(
    "address",
    ["file:///etc/passwd", "gopher://127.0.0.1:25/", "ftp://127.0.0.1/", "http://", "http://a:b@127.0.0.1/",
     "http://127.0.0.1/?a=1", "http://127.0.0.1/#a", "unix:///run/x", "http://[::1", "http://host:99999/",
     "dict://127.0.0.1:11211/stats", "jar:http://x!/"],
)  # fmt: skip
def test_an_address_that_is_no_server_is_refused(address):
    """Only http and https, a host, nothing after the path: no file, no other protocol."""
    with pytest.raises(Refusal) as refused:
        parts_of(address)
    assert refused.value.code == "address.malformed"


def test_a_server_we_ask_sends_us_nowhere(monkeypatch):
    """A redirect is an answer like another: it is not followed, whatever it names."""
    import http.server
    import threading

    asked = []

    class Redirecting(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:  # noqa: N802  the library's name
            asked.append(self.path)
            self.send_response(302)
            self.send_header("Location", "http://169.254.169.254/latest/meta-data/")
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_args: object) -> None:
            """Say nothing."""

    server = http.server.HTTPServer(("127.0.0.1", 0), Redirecting)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        site = Site(f"http://127.0.0.1:{server.server_port}", timeout_s=10)
        answer = site.get("/checkpoint")
        site.close()
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
    assert (answer.status, asked) == (302, ["/checkpoint"])


def test_no_caller_of_the_api_can_name_an_address_to_fetch():
    """No field that is heard, in any schema of the API, is called or shaped like an address of a server."""
    schema = api.get_openapi_schema()
    heard = {
        name
        for methods in schema["paths"].values()
        for route in methods.values()
        for body in route.get("requestBody", {}).get("content", {}).values()
        for name in _refs(body, schema["components"]["schemas"])
    }
    named = [
        (shape, field)
        for shape in heard
        for field, told in schema["components"]["schemas"][shape].get("properties", {}).items()
        if re.search(r"(?i)(^|_)(url|uri|href|webhook|callback|endpoint|host|address)s?$", field)
        or told.get("format") in ("uri", "hostname")
    ]
    assert heard and [each for each in named if each not in POSTAL] == []


def _refs(told: Any, shapes: dict[str, Any], seen: frozenset[str] = frozenset()) -> set[str]:
    """Names of all shapes that a part of the description reaches."""
    if isinstance(told, list):
        return set().union(*(_refs(each, shapes, seen) for each in told))
    if not isinstance(told, dict):
        return set()
    found = set().union(*(_refs(each, shapes, seen) for each in told.values()), set())
    name = str(told.get("$ref", "")).rpartition("/")[2]
    if name and name not in seen and name in shapes:
        found |= {name} | _refs(shapes[name], shapes, seen | {name})
    return found
