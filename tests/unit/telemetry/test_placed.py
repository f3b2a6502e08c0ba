# SPDX-License-Identifier: Apache-2.0
"""A rollup placed from columns is read as if it had been rolled up, and only what was known is in it."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from nadzor.measures.rollup import ALL
from nadzor.simulate.population import columns
from nadzor.simulate.reference import Scale, reference_nation
from nadzor.telemetry.placed import place_columns
from nadzor.telemetry.rollup_file import stored_digest, whole
from nadzor.telemetry.store import Rollups

FIRST = date(2026, 3, 1)
WANTED = {"studies": ALL, "failed": "stage", "agree": "equipment"}


@pytest.fixture(scope="module")
def told():
    """Forty days of two devices."""
    world = reference_nation(5, devices=2, days=40, scale=Scale(first=FIRST, clinics=4, volume=6.0))
    return columns(world, wanted=set(WANTED.items()))


def sums(told, measure, before):
    """What a day and device came to by a day of knowing, counted anew."""
    found = {}
    for row in told.rows():
        if row.measure == measure and row.known < before:
            found[row.day, row.device] = found.get((row.day, row.device), 0) + row.n
    return {key: n for key, n in found.items() if n}


@pytest.mark.parametrize("measure", ["studies", "failed", "agree"])
def test_what_was_known_is_read_back(tmp_path, told, measure):
    """Sums by day and device are those of the columns, cut at the day of knowing."""
    before = FIRST + timedelta(days=25)
    place_columns(tmp_path, told, known_before=before, bins={})
    rows = Rollups.open_at(tmp_path).daily(measure, by=("device",), dimension=WANTED[measure])
    read = {(day, device): n for day, device, n in rows if n}
    assert read == sums(told, measure, before) != {}


def test_it_is_sealed_and_grows(tmp_path, told):
    """Its digest is that of its files; a later day knows more, and the earlier files are gone."""
    early = place_columns(tmp_path, told, known_before=FIRST + timedelta(days=10), bins={})
    assert stored_digest(tmp_path, early) == early.digest and whole(tmp_path, early)
    late = place_columns(tmp_path, told, known_before=FIRST + timedelta(days=30), bins={})
    assert (late.rows > early.rows, late.known_until) == (True, FIRST + timedelta(days=29))
    assert stored_digest(tmp_path, late) == late.digest
    assert len(list((tmp_path / "parts").glob("known-*"))) == 1


def test_nothing_known_is_no_rollup(tmp_path, told):
    """Before the first day there is nothing to place."""
    with pytest.raises(ValueError, match="nothing was known"):
        place_columns(tmp_path, told, known_before=FIRST, bins={})
