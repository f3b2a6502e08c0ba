# SPDX-License-Identifier: Apache-2.0
"""Steps: where a matter stands, when it came in, and that its history belongs to its table."""

from __future__ import annotations

from datetime import date

import pytest

from nadzor.procedures.registration_simplified import REGISTRATION_SIMPLIFIED
from nadzor.procedures.steps import Step, filed_on, row_of, state_after

FIRST = Step("submit", "draft", "checking", date(2026, 3, 2), "representative")


def test_a_matter_stands_where_its_last_step_led() -> None:
    """Without a step it is a draft that was never filed."""
    assert (state_after(REGISTRATION_SIMPLIFIED, []), filed_on([])) == ("draft", None)
    assert state_after(REGISTRATION_SIMPLIFIED, [FIRST]) == "checking"
    assert filed_on([FIRST]) == date(2026, 3, 2)


def test_a_foreign_history_is_a_bug() -> None:
    """A step the table never had cannot be put to its clocks."""
    strange = Step("enter_version", "considering", "entered", date(2026, 3, 2), "head")
    with pytest.raises(ValueError, match="has no enter_version from considering"):
        row_of(REGISTRATION_SIMPLIFIED, strange)
