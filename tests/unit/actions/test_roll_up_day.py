# SPDX-License-Identifier: Apache-2.0
"""From the journal to days: what is new is loaded, and one journal always rolls up to one digest."""

from __future__ import annotations

import msgspec
import pytest

from nadzor.actions import roll_up_day as action
from nadzor.actions.roll_up_day import roll_up_day
from nadzor.base.home import Home
from nadzor.base.ids import derived_uuid7
from nadzor.base.problems import Refusal
from nadzor.telemetry.store import Rollups
from tests.engines.twin import TwinJournal
from tests.register_samples import NOW
from tests.wire_samples import AT, SAMPLES

pytestmark = pytest.mark.django_db


class Journal(TwinJournal):
    """A journal in memory that can be closed, as the real reader can."""

    closed = 0

    def close(self) -> None:
        """Count how often it was closed."""
        self.closed += 1


@pytest.fixture
def journal(monkeypatch: pytest.MonkeyPatch) -> Journal:
    """The journal that every data directory seems to have."""
    made = Journal()
    monkeypatch.setattr(action, "open_reader", lambda home: made)
    return made


def _study(number: int) -> object:
    fresh = {"id": derived_uuid7(AT, str(number)), "study": f"{number:032x}"}
    return msgspec.structs.replace(SAMPLES["study"], **fresh)


def test_new_batches_are_loaded_and_rolled_up(home: Home, journal: Journal) -> None:
    """Each run takes what the journal has gained; the rollup covers the whole journal."""
    journal.append([_study(1), _study(2)], received_at=NOW)
    first = roll_up_day(home, now=NOW)
    journal.append([_study(3)], received_at=NOW)
    second = roll_up_day(home, now=NOW)
    assert (first.rollup.journal_size, second.rollup.journal_size) == (1, 2)
    assert Rollups.open(home).total("studies") == 3
    assert first.rollup.digest != second.rollup.digest
    assert (second.at, journal.closed) == (NOW, 2)


def test_the_same_journal_gives_the_same_digest(home: Home, journal: Journal) -> None:
    """A second run over an unchanged journal changes nothing."""
    journal.append([_study(1), _study(1)], received_at=NOW)
    first, second = roll_up_day(home, now=NOW), roll_up_day(home, now=NOW)
    assert first.rollup == second.rollup
    assert first.load.duplicates == 1


def test_without_a_journal_nothing_is_rolled_up(home: Home) -> None:
    """Before the first batch there is no journal, and the action says so."""
    with pytest.raises(Refusal) as refusal:
        roll_up_day(home, now=NOW)
    assert refusal.value.code == "journal.missing"
