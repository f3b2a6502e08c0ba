# SPDX-License-Identifier: Apache-2.0
"""Every test of the journal that asks for a `place` runs twice: in a file and on a server."""

from __future__ import annotations

import pytest

from tests.unit.journal.entries import Place, ServerPlace


@pytest.fixture(params=["sqlite", "postgresql"])
def place(request, tmp_path):
    """An empty place for a journal."""
    if request.param == "sqlite":
        made = Place(tmp_path)
    else:
        made = ServerPlace(tmp_path, request.getfixturevalue("postgres").database())
    yield made
    made.close()


@pytest.fixture
def journal(place):
    """An open journal there."""
    return place.journal()
