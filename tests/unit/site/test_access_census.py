# SPDX-License-Identifier: Apache-2.0
"""The table of addresses against the addresses there are: equal sets, both ways."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from django.urls import URLResolver, get_resolver

from nadzor.api.routes import api
from nadzor.people.access import table

OF_NINJA: Final = {"api:openapi-json", "api:api-root"}


def addresses(patterns: Any, before: str = "") -> Iterator[str]:
    """Every address of the map outside the API by its name, or by its path where it has none."""
    for each in patterns:
        if isinstance(each, URLResolver):
            if each.namespace != "api":
                yield from addresses(each.url_patterns, before + str(each.pattern))
        else:
            yield each.name or f"/{before}{each.pattern}"


def operations() -> list[tuple[str, dict[str, Any]]]:
    """Every operation of the API by its id, as the API describes it."""
    paths = api.get_openapi_schema()["paths"]
    return [(str(each["operationId"]), each) for methods in paths.values() for each in methods.values()]


def test_every_address_has_its_row_and_every_row_its_address():
    """Neither an address that nobody thought of, nor a row that guards nothing."""
    names = {*addresses(get_resolver().url_patterns), *OF_NINJA}
    names |= {f"api:{name}" for name, _operation in operations()}
    assert sorted(names - table().keys()) == [] and sorted(table().keys() - names) == []


def test_no_two_operations_share_an_id():
    """The table tells operations by their ids."""
    found = [name for name, _operation in operations()]
    assert sorted(found) == sorted(set(found))


def test_what_is_not_open_asks_for_a_credential():
    """What the table closes to the public is behind the API's own check of who calls, and nothing else is."""
    asks = {f"api:{name}" for name, each in operations() if each.get("security")}
    closed = {name for name, row in table().items() if name.startswith("api:") and not row.is_open}
    assert asks == closed
