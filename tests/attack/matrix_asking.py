# SPDX-License-Identifier: Apache-2.0
"""How the matrix asks: every address of the table with its method, as anybody, leaving nothing behind."""

from __future__ import annotations

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
from tests.attack.matrix_world import Thing, world_of


class World(Struct, frozen=True):
    """Clients by name (`public` for nobody), and the things of both houses."""

    clients: dict[str, Client]
    roles: dict[str, Role | None]
    things: dict[str, Thing]


@pytest.fixture(scope="module")
def world(town: Home, town_rows: Any, django_db_setup: None, django_db_blocker: Any) -> Iterator[World]:
    """The town with both houses in it, built once; everything is undone at the end."""
    before, settings.HOME = settings.HOME, town
    with django_db_blocker.unblock(), transaction.atomic():
        with connection.cursor() as cursor:
            for statement, rows in town_rows:
                cursor.executemany(statement, rows)
        accounts, things = world_of(town)
        yield World(
            _clients(accounts), {**{n: Role(u.role) for n, u in accounts.items()}, "public": None}, things
        )
        transaction.set_rollback(True)
    settings.HOME = before


def _clients(accounts: dict[str, Any]) -> dict[str, Client]:
    found = {"public": Client(headers={"accept-language": "en"}, raise_request_exception=False)}
    for name, user in accounts.items():
        found[name] = Client(headers={"accept-language": "en"}, raise_request_exception=False)
        found[name].force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return found


def routes() -> list[tuple[Entry, str, str]]:
    """Every address of the table with its route and the method it answers: GET, or what an operation has."""
    found = [
        (table()[name], path, method)
        for path, methods in operations().items()
        for method, name in methods.items()
        if name in table()
    ]
    pages = {each.name: each for each in _pages(get_resolver().url_patterns)}
    found += [(table()[name], str(each.route), "GET") for name, each in pages.items() if name in table()]
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


def ask(client: Client, method: str, url: str, *, sends: bool = True) -> Said:
    """One attempt, of which nothing remains; `sends`: what is no page is sent to instead."""
    cache.clear()
    with transaction.atomic():
        answer: Any = client.generic(method, url, b"{}", content_type="application/json")
        if sends and answer.status_code == 405 and method == "GET":
            answer = client.post(url)
        content = b"".join(answer.streaming_content) if answer.streaming else answer.content
        transaction.set_rollback(True)
    headers = "\n".join(f"{name}: {value}" for name, value in answer.headers.items())
    return Said(answer.status_code, content, answer.headers.get("Location", ""), headers)
