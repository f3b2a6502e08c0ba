# SPDX-License-Identifier: Apache-2.0
"""The town's register inside each test's own transaction, and clients for each role."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from typing import Any, Final

import pytest
from django.db import connection
from django.test import Client
from django.utils import translation

from nadzor.base.home import Home
from tests.town import PASSWORD, town_copy

FOREIGN: Final = ("django_migrations", "django_content_type", "auth_permission", "sqlite_sequence")


@pytest.fixture(scope="session")
def town(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """The town's data directory."""
    return Home.open(town_copy(tmp_path_factory))


@pytest.fixture(scope="session")
def town_rows(town: Home) -> list[tuple[str, list[Any]]]:
    """Every row of the town's register, by table, and the statement that inserts it."""
    with sqlite3.connect(town.database) as register:
        names = [name for (name,) in register.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        return [
            (_insertion(name, len(rows[0])), rows)
            for name in names
            if name not in FOREIGN and (rows := register.execute(f'SELECT * FROM "{name}"').fetchall())
        ]


@pytest.fixture
def house(town: Home, town_rows: list[tuple[str, list[Any]]], db: None, settings: Any) -> Iterator[Home]:
    """Django works on the town; each test's own writes, and the town's rows, are undone."""
    settings.HOME = town
    with connection.cursor() as cursor:
        for statement, rows in town_rows:
            cursor.executemany(statement, rows)
    _set_password("inspector")
    translation.activate("ru")
    yield town
    translation.deactivate()


@pytest.fixture
def client_of(house: Home) -> Callable[..., Client]:
    """A client signed in as a role (None: the public), reading a language."""
    from nadzor.people.models import User

    def make(role: str | None = None, language: str = "ru") -> Client:
        client = Client(headers={"accept-language": language})
        if role:
            client.force_login(
                User.objects.get(username=role), backend="django.contrib.auth.backends.ModelBackend"
            )
        return client

    return make


def _insertion(table: str, columns: int) -> str:
    marks = ", ".join(["%s"] * columns)
    return f'INSERT OR REPLACE INTO "{table}" VALUES ({marks})'


def _set_password(username: str) -> None:
    """Hash the town's password the way tests hash."""
    from nadzor.people.models import User

    user = User.objects.get(username=username)
    user.set_password(PASSWORD)
    user.save()
