# SPDX-License-Identifier: Apache-2.0
"""A timeline: moves made and last days, in the order of time."""

from __future__ import annotations

from datetime import date

from nadzor.procedures.registration_simplified import REGISTRATION_SIMPLIFIED
from nadzor.procedures.timeline import timeline
from tests.unit.procedures.walks import walked


def test_moves_and_last_days_stand_in_order() -> None:
    """A met clock is a move only; a broken one is a breach on its day; one ahead is due on its day."""
    steps = walked("registration_simplified", """
        2026-03-02 submit representative
        2026-03-10 find_complete registrar
    """)  # fmt: skip
    told = timeline(REGISTRATION_SIMPLIFIED, steps, today=date(2026, 3, 20))
    assert [(moment.on.isoformat(), moment.kind, moment.key) for moment in told] == [
        ("2026-03-02", "move", "submit"),
        ("2026-03-10", "move", "find_complete"),
        ("2026-03-13", "breach", "registration.start_decision"),
        ("2026-04-15", "due", "registration.simplified_limit"),
    ]
    assert [moment.by for moment in told] == ["representative", "registrar", "registrar", "head"]
