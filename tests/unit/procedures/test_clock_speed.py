# SPDX-License-Identifier: Apache-2.0
"""A desk of a thousand matters is reckoned while a page loads: the same days are not counted twice."""

from __future__ import annotations

from datetime import date, timedelta

from nadzor.procedures.catalogue import PROCEDURES
from nadzor.procedures.clocks import runs
from nadzor.procedures.counting import TERMS_KEPT, nominal_end
from nadzor.procedures.ledger import Pause
from tests.unit.procedures.walks import walked

WALK = """
2026-03-02 submit manufacturer_admin
2026-03-05 find_incomplete registrar
2026-03-25 cure manufacturer_admin
2026-03-30 find_complete registrar
2026-04-01 start head
2026-04-02 send_task registrar
2026-04-13 conclude_negative expert
2026-04-14 notify_negative registrar
2026-04-20 object manufacturer_admin
"""


def test_the_same_matter_is_reckoned_the_same_twice() -> None:
    """Remembering changes nothing: the second answer equals the first, derivation included."""
    steps = walked("registration_simplified", WALK)
    table = PROCEDURES["registration_simplified"]
    first = runs(table, steps, today=date(2026, 5, 5))
    assert runs(table, steps, today=date(2026, 5, 5)) == first
    assert len(first) == 8


def test_forgetting_changes_nothing() -> None:
    """More terms than are remembered: each is counted right, the first again after it was dropped."""
    for number in range(1, TERMS_KEPT + 100):
        pause = Pause(date(2026, 1, 12), date(2026, 1, 12) + timedelta(days=number % 7), "cure", "switch")
        nominal_end(date(2026, 1, 12), number % 200 + 1, "calendar_day", [pause])
    assert nominal_end(date(2026, 1, 12), 1, "calendar_day", []) == date(2026, 1, 13)
