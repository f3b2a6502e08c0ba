# SPDX-License-Identifier: Apache-2.0
"""Role × route × object: every address of the table, asked by everybody about theirs and about others'."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

import pytest
from django.conf import settings
from django.core.cache import cache
from django.db import connection, transaction
from django.test import Client
from django.urls import URLResolver, get_resolver
from msgspec import Struct

from nadzor.base.home import Home
from nadzor.base.problems import problem
from nadzor.people.access import Entry, may_enter, table
from nadzor.people.roles import MAKERS, OVERSIGHT, Role
from nadzor.site.access_gate import operations
from tests.attack.matrix_world import MALFORMED, MARK, UNKNOWN, Thing, address, quiet, world_of

OTHER: Final = {"A": "B", "B": "A"}
#: Kinds of object that belong to one of the two houses, and to whom of those who may come in.
OF_DEVICE: Final = {"device", "signal", "dispute", "batch", "warning"}
#: Refused, or its words refused before anything was looked up.
KEPT_OUT: Final = {403, 404, 405, 409, 413, 415, 422}
SIDE: Final = frozenset({*MAKERS, Role.REPRESENTATIVE})
#: Whoever tells anything to anybody changes their own session, or says where the house's pages are.
APART: Final = {"logout", "login", "preferences", "qualify-anew"}


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


def ask(client: Client, method: str, url: str) -> tuple[int, bytes, str]:
    """One attempt, of which nothing remains: status, the whole answer, where it leads to."""
    cache.clear()
    with transaction.atomic():
        answer: Any = client.generic(method, url, b"{}", content_type="application/json")
        if answer.status_code == 405 and method == "GET":
            answer = client.post(url)
        body = b"".join(answer.streaming_content) if answer.streaming else answer.content
        transaction.set_rollback(True)
    return answer.status_code, body, answer.headers.get("Location", "")


def sees(name: str, role: Role, kind: str, house: str) -> bool | None:
    """Whether somebody sees a thing of a house; None where the table of this test does not know."""
    own = "B" if name.startswith("rival") else "A"
    if kind == "warning" and role is Role.CLINIC:
        return None if own == "A" else house == own  # the town's own clinic runs devices of both
    if kind in OF_DEVICE:
        return role in OVERSIGHT or (role in SIDE and own == house)
    if kind == "event":
        return role in OVERSIGHT or (role in SIDE | {Role.CLINIC} and own == house)
    if kind == "filing":
        staff = role in {Role.INSPECTOR, Role.HEAD, Role.REGISTRAR, Role.AUDITOR}
        return staff or (role in SIDE | {Role.EXPERT} and own == house)
    return None


WHO: Final = [role.value for role in Role] + [
    f"rival {role}"
    for role in ("manufacturer_admin", "manufacturer_reporter", "representative", "expert", "clinic")
]


def test_the_public_and_every_role_meet_the_gate_the_table_says(world):
    """Who may not come in gets one and the same answer whatever the address names."""
    wrong = []
    for who in ["public", *(role.value for role in Role)]:
        role = world.roles[who]
        for found, route, method in routes():
            if found.is_open or may_enter(role, found.name):
                continue
            own, none = (address(route, found.object, each) for each in (world.things["A"], UNKNOWN))
            status, body, leads = ask(world.clients[who], method, own)
            again = ask(world.clients[who], method, none)
            wrong += _of_gate(who, found, status, leads)
            ids = (world.things["A"], UNKNOWN)
            same = quiet(body, own, *ids) == quiet(again[1], none, *ids)
            wrong += [] if same and status == again[0] else [f"{who} {found.name}: tells of what is there"]
    assert wrong == []


def _of_gate(who: str, found: Entry, status: int, leads: str) -> list[str]:
    if who != "public":
        right = status == problem(found.refused).status
    elif found.name.startswith("api:"):
        right = status == 401
    else:
        right = status == 302 and leads.startswith("/login/?next=")
    return [] if right else [f"{who} {found.name}: {status} {leads}"]


@pytest.mark.parametrize("who", WHO)
def test_what_is_not_theirs_is_as_if_it_were_not(world, who):
    """The other house's things answer like numbers nobody gave; one's own are there; nothing falls over."""
    role, wrong = world.roles[who], []
    assert role is not None
    for found, route, method in routes():
        if found.object == "none" or found.is_open or not may_enter(role, found.name):
            continue
        wrong += _of_objects(world, who, found, route, method)
    assert wrong == []


def _of_objects(world: World, who: str, found: Entry, route: str, method: str) -> list[str]:
    client, role = world.clients[who], world.roles[who]
    assert role is not None
    none = address(route, found.object, UNKNOWN)
    nobody = ask(client, method, none)
    wrong = [f"{who} {found.name} unknown: {nobody[0]}"] if nobody[0] >= 500 else []
    for house, thing in world.things.items():
        if sees(who, role, found.object, house) is not False:
            continue
        url = address(route, found.object, thing)
        status, body, leads = ask(client, method, url)
        place = f"{who} {method} {found.name} of {house}: {status}"
        same = status == nobody[0] and quiet(body, url, thing, UNKNOWN) == quiet(
            nobody[1], none, thing, UNKNOWN
        )
        wrong += [] if status in KEPT_OUT else [place]
        wrong += [f"{place}, and of nothing: {nobody[0]}"] if found.hidden == 404 and not same else []
        wrong += [f"{place} tells {MARK[house]}"] if MARK[house].encode() in body + leads.encode() else []
    return wrong


@pytest.mark.parametrize("who", ["public", "head", "manufacturer_admin", "clinic"])
def test_what_is_no_number_at_all_is_refused_without_a_fault(world, who):
    """Malformed identifiers at every address: an answer, never a fault of ours."""
    wrong = []
    for found, route, method in routes():
        if found.object == "none" or not may_enter(world.roles[who], found.name):
            continue
        status, _body, _leads = ask(world.clients[who], method, address(route, found.object, MALFORMED))
        wrong += [f"{found.name}: {status}"] if status >= 500 or status == 200 else []
    assert wrong == []


@pytest.mark.parametrize("who", ["public", "operator", *WHO[-5:], "manufacturer_admin", "clinic", "expert"])
def test_no_list_export_or_feed_tells_of_the_other_house(world, who):
    """Neither the words, nor the site, nor the numbers of what belongs to somebody else."""
    role, wrong, read = world.roles[who], [], 0
    own = "B" if who.startswith("rival") else "A"
    strange = [OTHER[own]] if role in SIDE | {Role.CLINIC} else ["A", "B"]
    for found, route, method in routes():
        if (
            found.object != "none"
            or method != "GET"
            or found.name in APART
            or not may_enter(role, found.name)
        ):
            continue
        status, body, leads = ask(world.clients[who], "GET", address(route, "none", world.things[own]))
        read += status == 200
        wrong += [f"{found.name}: {status}"] if status >= 500 else []
        for house in strange:
            planted = _planted(world.things[house], house, role, is_own=house == own)
            wrong += [
                f"{who} {found.name} tells {each}"
                for each in planted
                if each.encode() in body + leads.encode()
            ]
    assert wrong == [] and read > 15


def _planted(thing: Thing, house: str, role: Role | None, *, is_own: bool) -> list[str]:
    """What nobody outside reads; an expert reads its filing, a clinic a letter that names the event."""
    found = {MARK[house], thing.event, thing.ids["installation"], thing.ids["code"], thing.ids["filing"]}
    if role is Role.EXPERT and is_own:
        found -= {MARK[house], thing.ids["filing"]}
    return sorted(found - ({thing.event} if role is Role.CLINIC else set()))
