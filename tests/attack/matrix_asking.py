# SPDX-License-Identifier: Apache-2.0
"""How the matrix asks: every address of the table with its method, as anybody, leaving nothing behind."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from django.conf import settings
from django.core.cache import cache
from django.db import connection, transaction
from django.test import Client
from django.urls import URLResolver, get_resolver
from msgspec import Struct

from nadzor.base.home import Home
from nadzor.people.access import Entry, table
from nadzor.people.roles import Role
from nadzor.site.access_gate import operations
from tests.attack.matrix_bodies import API_KNOWN, API_OF, API_WORDS, body_of
from tests.attack.matrix_forms import FORMS, SENT_ONLY, fields_of
from tests.attack.matrix_world import Thing, world_of


class World(Struct, frozen=True):
    """Clients by name (`public` for nobody), the things of both houses, and the API's own page."""

    clients: dict[str, Client]
    roles: dict[str, Role | None]
    things: dict[str, Thing]
    page: dict[str, Any]

    def body(self, name: str, method: str, thing: Thing) -> Any:
        """What is honestly sent to an address about the things of a house; nothing where it is only read."""
        if method == "GET":
            return None
        if name in FORMS:
            return fields_of(name, thing.known)
        return body_of(_told(self.page)[name], self.page["components"]["schemas"], _api_words(name, thing))


def _told(page: dict[str, Any]) -> dict[str, Any]:
    """The operations of the API's own page as the table calls them."""
    return {
        f"api:{told['operationId']}": told for methods in page["paths"].values() for told in methods.values()
    }


def _api_words(name: str, thing: Thing) -> dict[str, Any]:
    return {**API_WORDS, **{each: thing.known[known] for each, known in API_KNOWN.items()},
            "sites": [thing.known["site"]], **API_OF.get(name, {})}  # fmt: skip


@pytest.fixture(scope="module")
def world(town: Home, town_rows: Any, django_db_setup: None, django_db_blocker: Any) -> Iterator[World]:
    """The town with both houses in it, built once; everything is undone at the end."""
    before, settings.HOME = settings.HOME, town
    with django_db_blocker.unblock(), transaction.atomic():
        with connection.cursor() as cursor:
            for statement, rows in town_rows:
                cursor.executemany(statement, rows)
        accounts, things = world_of(town)
        clients = _clients(accounts)
        roles = {**{name: Role(user.role) for name, user in accounts.items()}, "public": None}
        yield World(clients, roles, things, clients["public"].get("/api/v1/openapi.json").json())
        transaction.set_rollback(True)
    settings.HOME = before


def _clients(accounts: dict[str, Any]) -> dict[str, Client]:
    found = {"public": Client(headers={"accept-language": "en"}, raise_request_exception=False)}
    for name, user in accounts.items():
        found[name] = Client(headers={"accept-language": "en"}, raise_request_exception=False)
        found[name].force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return found


def routes() -> list[tuple[Entry, str, str]]:
    """Every address of the table with its route and each method it answers; what is only sent is not read."""
    found = [
        (table()[name], path, method)
        for path, methods in operations().items()
        for method, name in methods.items()
        if name in table()
    ]
    for name, each in {page.name: page for page in _pages(get_resolver().url_patterns)}.items():
        methods = [*(["GET"] if name not in SENT_ONLY else []), *(["POST"] if name in FORMS else [])]
        found += [(table()[name], str(each.route), method) for method in methods if name in table()]
    return found


class Page(Struct, frozen=True):
    """A url of the portal."""

    name: str
    route: str


def _pages(patterns: Any, before: str = "") -> Iterator[Page]:
    for each in patterns:
        if isinstance(each, URLResolver):
            if each.namespace != "api":
                yield from _pages(each.url_patterns, before + str(each.pattern))
        elif each.name:
            yield Page(each.name, before + str(each.pattern))


class Said(Struct, frozen=True):
    """An answer: its status, its whole body, where it leads to, and everything that its headers say."""

    status: int
    body: bytes
    leads: str
    headers: str

    @property
    def told(self) -> bytes:
        """All of it, in which nothing of others may stand."""
        return self.body + self.headers.encode()


def ask(client: Client, method: str, url: str, body: Any = None) -> Said:
    """One attempt, of which nothing remains: at the API with JSON, at a page with the fields of its form."""
    cache.clear()
    with transaction.atomic():
        answer: Any = _sent(client, method, url, body)
        content = b"".join(answer.streaming_content) if answer.streaming else answer.content
        transaction.set_rollback(True)
    headers = "\n".join(f"{name}: {value}" for name, value in answer.headers.items())
    return Said(answer.status_code, content, answer.headers.get("Location", ""), headers)


def _sent(client: Client, method: str, url: str, body: Any) -> Any:
    if method == "POST" and not url.startswith("/api/"):
        return client.post(url, body or {})
    text = b"" if method == "GET" else json.dumps({} if body is None else body).encode()
    return client.generic(method, url, text, content_type="application/json")
