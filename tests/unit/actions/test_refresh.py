# SPDX-License-Identifier: Apache-2.0
"""What an inspector sees follows the journal and the day, and a run that failed is made good."""

from __future__ import annotations

from datetime import timedelta

import pytest

from nadzor.actions import refresh as action
from nadzor.actions.refresh import refresh
from nadzor.actions.replay_reads import replay_reads
from nadzor.base import clock
from nadzor.journal.opening import open_journal
from nadzor.simulate.read_directory import read_directory
from nadzor.telemetry.store import Rollups
from tests.unit.actions.gate import gate, write_small_reads

pytestmark = pytest.mark.django_db


@pytest.fixture
def fed(home, tmp_path):
    """A home whose journal holds a small replay that nobody has loaded."""
    with gate(home) as address:
        reads = read_directory(write_small_reads(tmp_path / "reads"))
        replay_reads(home, reads, gateway=address, now=clock.now())
    return home


def test_an_empty_journal_is_left_alone(home):
    """Before the first batch there is nothing to load and nothing to say."""
    open_journal(home).close()
    assert refresh(home, now=clock.now()) is None
    assert not (home.rollups / "manifest.json").exists()


def test_growth_is_followed_once(fed):
    """What arrived is loaded and rolled up; a second look on the same day finds nothing to do."""
    now = clock.now()
    assert "journal" in refresh(fed, now=now)
    assert Rollups.open(fed).events_by_kind()["study"] == 6
    assert refresh(fed, now=now) is None


def test_a_new_day_is_looked_at_without_a_new_batch(fed):
    """When everybody falls silent no batch comes to tell; the day alone brings the detectors back."""
    now = clock.now()
    refresh(fed, now=now)
    tomorrow = now + timedelta(days=1)
    assert refresh(fed, now=tomorrow) is not None
    assert refresh(fed, now=tomorrow) is None


def test_a_run_that_failed_half_way_is_made_good(fed, monkeypatch):
    """Loaded but not looked at: the next run detects, although the journal has not grown."""
    now = clock.now()
    with monkeypatch.context() as patched:
        patched.setattr(action, "raise_signals", fail)
        with pytest.raises(OSError, match="disk full"):
            refresh(fed, now=now)
    assert refresh(fed, now=now) is not None


def test_a_damaged_note_costs_one_run_more(fed):
    """The note is a convenience: when it cannot be read, everything is looked at again."""
    now = clock.now()
    refresh(fed, now=now)
    (fed.rollups / "seen.json").write_text("{")
    assert refresh(fed, now=now) is not None


def fail(*_, **__):
    """No room left."""
    raise OSError("disk full")
