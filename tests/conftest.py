# SPDX-License-Identifier: Apache-2.0
"""One empty data directory for Django in tests; under CI a skipped test is a failed one."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest
from hypothesis import settings

from nadzor.base.home import Home
from nadzor.site.django import setup

CI: Final = os.environ.get("CI") == "true"
_ROOT: Final = Path(tempfile.mkdtemp(prefix="nadzor-tests-"))

setup(Home.create(_ROOT))

settings.register_profile("house", database=None, deadline=None, derandomize=CI)
settings.load_profile("house")


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """A fresh data directory of its own."""
    return Home.create(tmp_path / "data")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Iterator[None]:
    """Under CI nothing may be skipped: what is missing there must be installed, not forgiven."""
    report = yield
    if CI and report.skipped and not hasattr(report, "wasxfail"):
        report.outcome = "failed"
        report.longrepr = f"skipped under CI: {report.longrepr}"
    return report


def pytest_unconfigure() -> None:
    """Take the data directory away."""
    shutil.rmtree(_ROOT, ignore_errors=True)
