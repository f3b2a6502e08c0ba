# SPDX-License-Identifier: Apache-2.0
"""One empty data directory for Django in tests; under CI a skipped test is a failed one."""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import hypothesis
import pytest
from django.conf import settings as django_settings
from pytest_django import DjangoDbBlocker

from nadzor.base.home import Home
from nadzor.site.django import setup
from tests.postgres_server import Server, binaries

CI: Final = os.environ.get("CI") == "true"
_ROOT: Final = Path(tempfile.mkdtemp(prefix="nadzor-tests-"))

if os.environ.get("NADZOR_TORTURE") == "1":  # kept under a name that the house's own processes do not read
    os.environ["FAULTS_AT_LENGTH"] = "1"
for name in [name for name in os.environ if name.startswith("NADZOR_")]:
    del os.environ[name]
# Hundreds of child processes import the house: what one compiles is kept for the next.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False
setup(Home.create(_ROOT, second_factor=False))
for name in ("NADZOR_HOME", "DJANGO_SETTINGS_MODULE"):
    del os.environ[name]  # read already; workers and child processes name a directory of their own
django_settings.PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.MD5PasswordHasher"
]  # slow ones are for attackers

hypothesis.settings.register_profile("house", database=None, deadline=None, derandomize=CI)
hypothesis.settings.load_profile("house")


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """The test database; audit rows may be flushed between tests there, and nowhere else."""
    from django.db import connection

    from nadzor.records import append_only

    with django_db_blocker.unblock():
        append_only.allow_deletion(connection)
    yield


@pytest.fixture(scope="session")
def postgres() -> Iterator[Server]:
    """A PostgreSQL server for this worker, started by whoever needs it first."""
    programs = binaries()
    if programs is None:
        pytest.skip("no PostgreSQL server is installed, or nobody here may run it")
    server = Server(programs)
    try:
        server.start()
        yield server
    finally:
        server.stop()


@pytest.fixture(autouse=True)
def _fresh_cache() -> Iterator[None]:
    """Nothing cached or rate-counted in one test reaches the next."""
    yield
    from django.core.cache import cache

    cache.clear()


@pytest.fixture
def home(tmp_path: Path, settings: Any) -> Home:
    """A fresh data directory of its own, which Django's settings name as well."""
    settings.HOME = Home.create(tmp_path / "data", second_factor=False)
    return settings.HOME


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Iterator[None]:
    """Under CI nothing may be skipped: what is missing there must be installed, not forgiven."""
    report = yield
    if CI and report.skipped and not hasattr(report, "wasxfail"):
        report.outcome = "failed"
        report.longrepr = f"skipped under CI: {report.longrepr}"
    return report


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Print the figures that experiments recorded."""
    for report in terminalreporter.stats.get("passed", ()):
        for name, figure in report.user_properties:
            terminalreporter.write_line(f"{report.nodeid}: {name}: {figure}")


def pytest_unconfigure() -> None:
    """Take the data directory away."""
    shutil.rmtree(_ROOT, ignore_errors=True)
