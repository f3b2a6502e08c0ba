# SPDX-License-Identifier: Apache-2.0
"""The table of readings against the addresses and commands there are: equal sets, both ways."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import typer
from django.urls import URLResolver, get_resolver

from nadzor.api.routes import api
from nadzor.cli.app import app
from nadzor.people.access import table as entries
from nadzor.records.reading import parsed, table


def pages(patterns: Any, before: str = "") -> Iterator[tuple[str, str]]:
    """Every address outside the API: its name, or its path where it has none, and its pattern."""
    for each in patterns:
        if isinstance(each, URLResolver):
            if each.namespace != "api":
                yield from pages(each.url_patterns, before + str(each.pattern))
        else:
            yield each.name or f"/{before}{each.pattern}", before + str(each.pattern)


def operations() -> Iterator[tuple[str, str]]:
    """Every operation of the API and its path."""
    for path, methods in api.get_openapi_schema()["paths"].items():
        for each in methods.values():
            yield f"api:{each['operationId']}", path


def commands(group: Any, words: str = "console:") -> Iterator[str]:
    """Every command of the console."""
    for name, each in group.commands.items():
        if hasattr(each, "commands"):
            yield from commands(each, f"{words}{name} ")
        else:
            yield words + name


def test_every_address_and_command_says_whose_data_it_shows() -> None:
    """Neither an address that nobody thought of, nor a row that records nothing."""
    names = {name for name, _pattern in (*pages(get_resolver().url_patterns), *operations())}
    names |= {name for name in entries() if name.startswith("api:")}
    names |= set(commands(typer.main.get_command(app))) - {"console:door"}  # opens a door, shows nothing
    assert sorted(names - table().routes.keys()) == []
    assert sorted(table().routes.keys() - names) == []


def test_every_owner_is_found_where_the_table_says() -> None:
    """An argument that names the object is in the address, so that no reading loses its owner."""
    patterns = dict((*pages(get_resolver().url_patterns), *operations()))
    lost = [
        name
        for name, row in table().routes.items()
        if name in patterns and row.by and not row.by.startswith("?")
        and f"{row.by}>" not in patterns[name] and f"{{{row.by}}}" not in patterns[name]
    ]  # fmt: skip
    assert lost == []


def test_what_is_open_to_nobody_but_some_is_never_called_open() -> None:
    """What the table of addresses closes to the public is not called open here, but for shared knowledge."""
    shared = {"opinions", "opinion", "opinion-pdf", "api:list_opinions", "api:read_opinion"}
    wrong = [
        name for name, row in entries().items()
        if not row.is_open and name in table().routes and table().routes[name].nobodys == "open"
    ]  # fmt: skip
    assert sorted(set(wrong) - shared - DEEDS) == []


DEEDS = {"notice-end"}
"""Redirects to a page that is open."""


def test_a_table_that_explains_nothing_is_refused() -> None:
    """A row without a known reason or kind stops the house at its first reading."""
    head = b"kinds: {device: {ru: a, en: b}}\nreasons: {open: why}\nroutes:\n"
    with pytest.raises(ValueError, match="reason"):
        parsed(head + b"  page: {nobodys: because}\n")
    with pytest.raises(ValueError, match="whose"):
        parsed(head + b"  page: {shows: device}\n")
    assert parsed(head + b"  page: {shows: device, of: device, by: code}\n").routes["page"].by == "code"
