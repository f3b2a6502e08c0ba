# SPDX-License-Identifier: Apache-2.0
"""Every address of the url map: what its answer says to browsers; no unsafe request works without a token."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import Any, Final

import pytest
from django.conf import settings
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from nadzor.actions.give_api_token import give_api_token
from nadzor.base import clock
from nadzor.gateway.app import create_app
from nadzor.people.models import User
from nadzor.people.queries import CONSOLE
from tests.town import PASSWORD
from tests.unit.gateway.door import running
from tests.unit.gateway.house import publish

#: One honest value for each kind of a part of an address; what it names need not exist.
PARTS: Final = {"slug": "ai-001", "int": "1", "str": "2026-10", "path": "x", "date": "2026-10-01"}
WANTED: Final = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
#: The same for everybody, and meant for programs and pages elsewhere: open data are shared and kept.
OPEN: Final = ("/api/v1/open/", "/catalog.jsonld/")
#: Open to everybody, and they keep nothing: they answer a question that is too long for an address.
CALCULATORS: Final = ("/api/v1/law/qualify/next", "/api/v1/law/dossier")


def addresses(resolver: Any = None, before: str = "/") -> Iterator[str]:
    """Every address of the url map, its holes filled."""
    for each in (resolver or get_resolver()).url_patterns:
        path = before + _filled(each.pattern)
        if isinstance(each, URLResolver):
            yield from addresses(each, path)
        elif isinstance(each, URLPattern):
            yield path


def _filled(pattern: Any) -> str:
    text = str(pattern)
    for name, converter in pattern.converters.items():
        kind = type(converter).__name__.removesuffix("Converter").lower()
        kind = {"string": "str"}.get(kind, kind)
        text = text.replace(f"<{kind}:{name}>", PARTS.get(kind, "x")).replace(f"<{name}>", "x")
    return text.replace("^", "").replace("$", "")


ADDRESSES: Final = sorted(set(addresses()))
ELSEWHERE: Final = ("/nowhere/", "/api/v1/nowhere", "/static/portal/frame.css", "/static/nowhere.css")


def lacks(answer: Any, *, signed_in: bool, is_open: bool = False) -> list[str]:
    """What an answer fails to say."""
    shared = {"Cross-Origin-Resource-Policy": "cross-origin"} if is_open else {}
    wanted = WANTED | shared
    found = [name for name, value in wanted.items() if answer.headers.get(name) != value]
    policy = answer.headers.get("Content-Security-Policy", "")
    found += [part for part in ("frame-ancestors 'none'", "base-uri 'none'") if part not in policy]
    found += [part for part in ("unsafe-inline", "unsafe-eval", "http:", "https:", "*") if part in policy]
    found += [] if "camera=()" in answer.headers.get("Permissions-Policy", "") else ["Permissions-Policy"]
    if signed_in and "no-store" not in answer.headers.get("Cache-Control", ""):
        found.append("no-store")
    if answer.status_code not in (204, 304) and answer.headers.get("Content-Length", "1") != "0":
        found += [] if answer.headers.get("Content-Type") or not answer.content else ["Content-Type"]
    return found


@pytest.mark.parametrize("role", [None, "head"])
def test_every_address_says_what_browsers_must_hear(client_of, role):
    """Pages, files, faults, refusals, static files, the API: all headers on all of them; nothing is kept."""
    client = client_of(role)
    wrong, kinds = {}, set()
    for address in (*ADDRESSES, *ELSEWHERE):
        answer = client.get(address)
        kinds.add(answer.status_code)
        is_open = f"{address}/".startswith(OPEN)
        public = is_open or (address.startswith("/static/") and answer.status_code == 200)
        assert not (public and answer.cookies), address
        if found := lacks(answer, signed_in=role is not None and not public, is_open=is_open):
            wrong[address] = found
        assert answer.status_code < 500, address
        if hasattr(answer, "streaming_content"):
            b"".join(answer.streaming_content)
    assert len(ADDRESSES) > 150 and {200, 404} <= kinds
    assert wrong == {}


def test_no_unsafe_request_works_without_a_token(house):
    """Every address of the portal, posted to from elsewhere by each role's browser: 403 before any view."""
    wrong = {}
    for role in ("head", "manufacturer_admin"):
        client = Client(enforce_csrf_checks=True)
        user = User.objects.get(username=role)
        client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
        for address in (each for each in ADDRESSES if not each.startswith(("/api/", "/health/", "/metrics"))):
            answer = client.post(address, {"x": "1"}, headers={"origin": "https://evil.example"})
            if answer.status_code not in (403, 404, 405):
                wrong[role, address] = answer.status_code
    assert wrong == {}


def test_a_session_alone_writes_nothing_through_the_api(house):
    """Whoever has only the cookie, as a page elsewhere would, is refused on every operation that writes."""
    from nadzor.api.routes import api

    client = Client(enforce_csrf_checks=True)
    user = User.objects.get(username="head")
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    wrong = []
    for path, methods in api.get_openapi_schema()["paths"].items():
        filled = path.replace("{", "<").split("<")
        address = filled[0] + "".join("ai-001" + part.partition("}")[2] for part in filled[1:])
        for method in set(methods) & {"post", "put", "patch", "delete"}:
            for media in ("application/json", "text/plain", "application/x-www-form-urlencoded"):
                answer = getattr(client, method)(address, "{}", content_type=media)
                wrong += [] if 400 <= answer.status_code < 500 else [(method, path, answer.status_code)]
    assert [each for each in wrong if each[1] not in CALCULATORS] == []


@pytest.mark.parametrize("method", ["trace", "connect", "propfind", "foo"])
def test_a_method_nobody_offers_is_refused(house, client_of, method):
    """TRACE repeats nothing; words that are no methods reach no view."""
    client = client_of("head")
    answers = [client.generic(method.upper(), address) for address in ("/", "/register/", "/api/v1/devices")]
    assert all(400 <= answer.status_code < 500 for answer in answers)
    assert all(b"nadzor_session" not in answer.content for answer in answers)


def test_a_stranger_name_or_proxy_word_gets_no_answer_of_ours(house, client_of):
    """A wrong Host is 400 with all headers; X-Forwarded-Host and -For move no link and no redirect."""
    client = client_of(None)
    wrong = client.get("/register/", headers={"host": "evil.example"})
    assert wrong.status_code == 400 and lacks(wrong, signed_in=False) == []
    told = {
        "x-forwarded-host": "evil.example",
        "x-forwarded-proto": "https",
        "forwarded": "host=evil.example",
    }
    for address in ("/register/", "/devices/", "/notices/feed.xml", "/.well-known/security.txt", "/login/"):
        answer = client.get(address, headers=told)
        said = b"".join([answer.content, str(answer.headers).encode()])
        assert b"evil.example" not in said


def test_no_page_answers_another_origin(house, client_of):
    """There is no CORS: neither a star nor an echo of the origin that asks."""
    client = client_of("head")
    asked = {"origin": "https://evil.example", "access-control-request-method": "POST"}
    for address in ("/", "/api/v1/devices", "/static/portal/frame.css", "/api/openapi.json"):
        for method in ("get", "options"):
            answer = getattr(client, method)(address, headers=asked)
            assert "Access-Control-Allow-Origin" not in answer.headers


def test_the_gateway_answers_in_the_same_armour(home):
    """A refusal, an unknown address, a key, a description, a health answer: each with its headers."""

    async def asked() -> list[Any]:
        publish(home, now=clock.now())
        async with running(create_app(home, public_url="https://intake.example")) as ask:
            ways = [("GET", "/log/key"), ("GET", "/nowhere"), ("GET", "/openapi.json"),
                    ("GET", "/health/live"), ("POST", "/v1/batches"), ("POST", "/v1/logs"),
                    ("TRACE", "/v1/batches"),
                    ("GET", "/log/checkpoint"), ("POST", "/sandbox/v1/batches")]  # fmt: skip
            return [await ask(method, path) for method, path in ways]

    replies = asyncio.run(asked())
    lacking = [
        (reply.status, name)
        for reply in replies
        for name in ("x-content-type-options", "content-security-policy", "strict-transport-security",
                     "referrer-policy", "cross-origin-resource-policy", "cache-control")
        if name not in reply.headers
    ]  # fmt: skip
    assert lacking == [] and {reply.status for reply in replies} >= {200, 404, 405}


def test_cookies_belong_to_this_host_alone(house):
    """Neither script nor another site gets the session; over HTTPS its name binds it to the host."""
    client = Client()
    answer = client.post("/login/", {"username": "inspector", "password": "a long word for tests"})
    session = answer.cookies[settings.SESSION_COOKIE_NAME]
    assert (session["httponly"], session["samesite"], session["domain"]) == (True, "Lax", "")
    assert session["path"] == "/" and len(session.value) >= 32
    login = client.get("/login/", follow=True)
    assert login.status_code == 200 and settings.CSRF_COOKIE_HTTPONLY
    left = client.post("/logout/")
    assert left.headers["Clear-Site-Data"] == '"storage"'


HIDDEN: Final = ("/.git/HEAD", "/.git/config", "/.svn/entries", "/.env", "/nadzor.json", "/keys/secret.key",
                 "/register.sqlite3", "/static/", "/static/portal/", "/static/../pyproject.toml",
                 "/static/%2e%2e/settings.py", "/static/portal/..%2f..%2fframe.py")  # fmt: skip


@pytest.mark.parametrize("address", HIDDEN)
def test_nothing_of_the_directory_or_of_the_source_is_served(house, client_of, address):
    """No list of a folder, no history of the source, no file of the data directory."""
    answer = client_of("head").get(address)
    assert answer.status_code == 404 and b"Index of" not in answer.content


@pytest.mark.parametrize("name", ["token", "access_token", "api_key", "authorization"])
def test_no_secret_counts_in_an_address(house, name):
    """A good token in the query opens nothing, and neither do a name and a password."""
    token = give_api_token("manufacturer_admin", days=1, by=CONSOLE, now=clock.now()).token
    client = Client()
    assert client.get("/api/v1/me", headers={"authorization": f"Bearer {token}"}).status_code == 200
    assert client.get("/api/v1/me", {name: token}).status_code == 401
    client.get("/login/", {"username": "inspector", "password": PASSWORD})
    assert settings.SESSION_COOKIE_NAME not in client.cookies
