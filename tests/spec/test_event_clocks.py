# SPDX-License-Identifier: Apache-2.0
"""T-19 to T-22 as a table: what was told, when each clock began, its last day, and which word decided."""

from __future__ import annotations

from datetime import date

import pytest

from nadzor.procedures.adverse_event import ADVERSE_EVENT
from nadzor.procedures.clocks import runs
from nadzor.procedures.rules.seriousness import Judged, seriousness
from nadzor.procedures.steps import Step

SERIOUSNESS = [
    ("malfunction", (), "other", ""),
    ("serious_injury", (), "other", ""),
    ("serious_injury", ("F12",), "other", ""),
    ("serious_injury", ("F1203",), "death", "F1203"),
    ("serious_injury", ("F120301",), "death", "F120301"),
    ("other", ("F21",), "death", "F21"),
    ("other", ("F0201",), "death", "F0201"),
    ("death", (), "death", "death"),
    ("death", ("F20",), "threat", "F20"),
    ("public_health_threat", ("F02",), "threat", "public_health_threat"),
    ("malfunction", ("E2006", "A02", "F22"), "other", ""),
]
CLOCKS = [
    ("discover", date(2026, 3, 5), "vigilance.message", date(2026, 4, 3)),
    ("discover", date(2025, 12, 29), "vigilance.message", date(2026, 2, 5)),
    ("become_aware_threat", date(2026, 11, 18), "vigilance.report.public_health_threat", date(2026, 11, 20)),
    ("become_aware_threat", date(2026, 12, 31), "vigilance.report.public_health_threat", date(2027, 1, 11)),
    ("become_aware_death", date(2026, 11, 21), "vigilance.report.death", date(2026, 12, 1)),
    ("become_aware_other", date(2026, 11, 21), "vigilance.report.other", date(2026, 12, 21)),
]


@pytest.mark.parametrize(("kind", "effects", "value", "decided_by"), SERIOUSNESS)
def test_seriousness(kind: str, effects: tuple[str, ...], value: str, decided_by: str) -> None:
    """A narrower code counts as its root; a serious injury alone keeps the clock of other cases."""
    found = seriousness(kind, effects)
    assert (found.value, found.decided_by) == (value, decided_by)
    assert isinstance(found, Judged)


@pytest.mark.parametrize(("verb", "on", "key", "due"), CLOCKS)
def test_last_days(verb: str, on: date, key: str, due: date) -> None:
    """Twenty working days, two, ten and thirty days from the next day on; a day off moves the end."""
    to = "noticed" if verb == "discover" else "awaiting_report"
    (run,) = runs(ADVERSE_EVENT, [Step(verb, "noticed", to, on, "manufacturer_admin")], today=on)
    assert (run.key, run.due) == (key, due)
