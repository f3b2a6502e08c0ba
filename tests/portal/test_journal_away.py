# SPDX-License-Identifier: Apache-2.0
"""Every page and every answer while the server that keeps the journal is stopped, and after it came back."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any, Final

import msgspec
import pytest
from django.test import Client
from django.urls import NoReverseMatch, reverse

from nadzor.base.home import Home
from nadzor.journal.staging import move_in, stage
from nadzor.records.reading import table
from tests.portal.test_reading_crawl import things
from tests.postgres_server import Server, binaries
from tests.unit.site.test_reading_census import operations

CLIENTS = Callable[..., Client]


@pytest.fixture
def server(postgres: Server) -> Iterator[Server]:
    """A server of this test's own, to be stopped; `postgres` says whether there can be one."""
    programs = binaries()
    assert programs is not None
    made = Server(programs)
    made.start()
    yield made
    made.stop()


@pytest.fixture
def served(house: Home, server: Server, settings: Any) -> Iterator[Home]:
    """The town, its journal carried to the server."""
    url, written = server.database(), house.config.read_bytes()
    staged = stage(url, {"journal": house.journal})
    move_in(url, staged, origin=house.log_origin, size=-1)
    changed = msgspec.structs.replace(house.settings, journal_url=url)
    house.config.write_bytes(msgspec.json.encode(changed))
    settings.HOME = Home.open(house.root)
    yield settings.HOME
    house.config.write_bytes(written)


def test_pages_say_that_the_server_is_away_and_come_back_by_themselves(
    served: Home, server: Server, client_of: CLIENTS
) -> None:
    """What reads the journal answers 503 with what to do, everything else as before; nothing is an error."""
    auditor, operator = client_of("auditor"), client_of("operator")
    asked = [(auditor, address) for address in addresses(things("auditor"))] + [(operator, "/operation/")]
    server.kill()
    away: dict[str, Client] = {}
    for client, address in asked:
        now = client.get(address)
        if now.status_code >= 500:
            away[address] = client
            assert now.status_code == 503, address
            assert "journal.away" in now.content.decode() and "PostgreSQL" in now.content.decode(), address
            assert int(now["Retry-After"]) > 0, address
    assert set(READS) <= set(away) and len(away) < len(asked) / 2
    server.start()
    assert {client.get(address).status_code for address, client in away.items()} == {200}


READS: Final = (
    "/journal/",
    "/journal/0/",
    "/journal/0/receipt.json",
    "/devices/ai-001/delivery/",
    "/api/v1/batches/0/bundle",
    "/operation/",
)


def addresses(known: dict[str, str]) -> Iterator[str]:
    """Every readable address of portal and API, one object of each kind."""
    paths = dict(operations())
    for name, row in table().routes.items():
        value = known.get("code" if row.of == "device" else row.of, "")
        if name.startswith("api:"):
            address = paths.get(name, "{").replace(f"{{{row.by}}}", value or "{")
            yield from () if "{" in address else (address,)
        elif not name.startswith("console:"):
            with suppress(NoReverseMatch):
                yield reverse(name, kwargs={row.by: value} if row.by and row.by[0] != "?" else {})
