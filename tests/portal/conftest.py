# SPDX-License-Identifier: Apache-2.0
"""The town's register inside one transaction of the test database, and clients for each role."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import connection, transaction
from django.test import Client
from django.utils import translation

from nadzor.base.home import Home
from tests.town import PASSWORD, town_copy


@pytest.fixture(scope="package")
def town(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """The town's data directory."""
    return Home.open(town_copy(tmp_path_factory))


@pytest.fixture(scope="package")
def town_register(town: Home, django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """The town's rows in the test database, for as long as this package runs; then they were never there."""
    with django_db_blocker.unblock(), transaction.atomic():
        _copy(town.database)
        _set_password("inspector")
        yield
        transaction.set_rollback(True)


@pytest.fixture
def house(town: Home, town_register: None, db: None, settings: Any) -> Home:
    """Django works on the town; each test's own writes are undone."""
    settings.HOME = town
    translation.activate("ru")
    return town


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


def _copy(source: Path) -> None:
    """Copy every row of the tables we own from the town's database file."""
    ours = set(connection.introspection.table_names())
    with sqlite3.connect(source) as town, connection.cursor() as cursor:
        names = [name for (name,) in town.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        for name in sorted(
            set(names) & ours - {"django_migrations", "django_content_type", "auth_permission"}
        ):
            rows = town.execute(f'SELECT * FROM "{name}"').fetchall()
            if rows:
                marks = ", ".join(["%s"] * len(rows[0]))
                cursor.executemany(f'INSERT OR REPLACE INTO "{name}" VALUES ({marks})', rows)


def _set_password(username: str) -> None:
    """Hash the town's password the way tests hash."""
    from nadzor.people.models import User

    user = User.objects.get(username=username)
    user.set_password(PASSWORD)
    user.save()
