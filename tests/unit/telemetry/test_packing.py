# SPDX-License-Identifier: Apache-2.0
"""Keys that do not fit into one number, and spans that do not fit into memory, say the same."""

from __future__ import annotations

from pathlib import Path

import pytest

from nadzor.base.home import Home
from nadzor.telemetry import packing, rollup
from nadzor.telemetry.load import load
from nadzor.telemetry.rollup import roll_up
from nadzor.telemetry.rollup_plain import plain_digest
from nadzor.telemetry.store import Rollups
from tests.engines.engine import by_plain_python
from tests.engines.twin import TwinJournal
from tests.unit.telemetry.conftest import BINS


@pytest.fixture
def loaded(tmp_path: Path, told: TwinJournal) -> Home:
    """A lake that is not rolled up."""
    home = Home.create(tmp_path)
    load(home, told)
    return home


@pytest.mark.parametrize("bits", [63, 20, 5])
def test_keys_in_halves(loaded: Home, told: TwinJournal, monkeypatch: pytest.MonkeyPatch, bits: int) -> None:
    """When all parts of a key need more bits than a number has, two numbers do."""
    monkeypatch.setattr(packing, "WHOLE", bits)
    assert roll_up(loaded, bins=BINS).digest == plain_digest(by_plain_python(told, BINS))


@pytest.mark.parametrize("events", [1, 2, 3, 1000])
def test_dates_a_few_at_a_time(
    loaded: Home, told: TwinJournal, monkeypatch: pytest.MonkeyPatch, events: int
) -> None:
    """However many events are rolled up at once, a month is one file and the last date another."""
    monkeypatch.setattr(rollup, "AT_ONCE", events)
    assert roll_up(loaded, bins=BINS).digest == plain_digest(by_plain_python(told, BINS))
    parts = Rollups.open(loaded).manifest.parts
    assert [(part.first.day, part.last.day) for part in parts] == [(2, 5), (6, 6)]
