# SPDX-License-Identifier: Apache-2.0
"""A lake that lost a file says so and is made anew from the journal."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from nadzor.base.home import Home
from nadzor.base.problems import Refusal
from nadzor.telemetry.load import load
from nadzor.telemetry.manifest import read_manifest
from nadzor.telemetry.rollup import roll_up
from nadzor.telemetry.store import Rollups
from tests.engines.twin import TwinJournal


@pytest.fixture
def own(tmp_path: Path, told: TwinJournal) -> Home:
    """A lake of its own, to be damaged."""
    home = Home.create(tmp_path)
    load(home, told)
    return home


def test_a_missing_part_is_named(own: Home) -> None:
    """The table that cannot be read is told, not a traceback."""
    shutil.rmtree(own.lake / "study")
    with pytest.raises(Refusal, match=r"lake\.damaged at study"):
        roll_up(own, bins={})


def test_a_torn_part_is_named(own: Home) -> None:
    """Half a file is no file."""
    part = next((own.lake / "study").iterdir())
    part.write_bytes(part.read_bytes()[:100])
    with pytest.raises(Refusal, match=r"lake\.damaged"):
        roll_up(own, bins={})


def test_an_unreadable_manifest_is_named(own: Home) -> None:
    """Without its manifest a lake is not guessed at."""
    (own.lake / "manifest.json").write_bytes(b"{")
    with pytest.raises(Refusal, match=r"lake\.damaged at manifest\.json"):
        read_manifest(own.lake)


def test_what_the_cure_says_is_true(own: Home, told: TwinJournal) -> None:
    """The lake removed and loaded again gives the same rollup."""
    before = roll_up(own, bins={}).digest
    shutil.rmtree(own.lake)
    load(own, told)
    assert roll_up(own, bins={}).digest == before


def test_a_torn_rollup_is_to_be_made_anew(own: Home) -> None:
    """It can be: a rollup is a function of the lake."""
    before = roll_up(own, bins={})
    file = next((own.rollups / "parts").glob("*.parquet"))
    file.write_bytes(file.read_bytes()[:200])
    with pytest.raises(Refusal, match=r"rollup\.missing"):
        Rollups.open(own)
    assert roll_up(own, bins={}) == before
    assert Rollups.open(own).total("studies") == 2


def test_a_manifest_of_another_kind_is_made_anew(own: Home) -> None:
    """What cannot be read, or was made by an older release, is not added to."""
    before = roll_up(own, bins={})
    path = own.rollups / "manifest.json"
    for text in (b"{", path.read_bytes().replace(b'"format": 2', b'"format": 1')):
        path.write_bytes(text)
        with pytest.raises(Refusal, match=r"rollup\.missing"):
            Rollups.open(own)
        assert roll_up(own, bins={}) == before
