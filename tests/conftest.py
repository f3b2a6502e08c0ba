# SPDX-License-Identifier: Apache-2.0
"""Django on a throw-away data directory, and a fresh data directory for each test that asks for one."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pytest_django import DjangoDbBlocker

from nadzor.base.home import Home

_house = tempfile.TemporaryDirectory(prefix="nadzor-tests-")


def pytest_configure() -> None:
    """Point Django's settings at a directory of this test process, before pytest-django sets Django up."""
    for name in [name for name in os.environ if name.startswith("NADZOR_")]:
        del os.environ[name]
    os.environ["NADZOR_HOME"] = str(Home.create(Path(_house.name) / "home").root)
    os.environ["DJANGO_SETTINGS_MODULE"] = "nadzor.site.settings"


def pytest_unconfigure() -> None:
    """Leave nothing behind."""
    _house.cleanup()


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """The test database; audit rows may be flushed between tests there, and nowhere else."""
    from django.db import connection

    from nadzor.records import append_only

    with django_db_blocker.unblock():
        append_only.allow_deletion(connection)
    yield


@pytest.fixture(autouse=True)
def _fresh_cache() -> Iterator[None]:
    """Nothing cached or rate-counted in one test reaches the next."""
    yield
    from django.core.cache import cache

    cache.clear()


@pytest.fixture
def home(tmp_path: Path, settings: Any) -> Home:
    """An empty data directory of this test alone, which the settings name as well."""
    settings.HOME = Home.create(tmp_path / "home")
    return settings.HOME
