# SPDX-License-Identifier: Apache-2.0
"""A sender's number that is a person's is refused and not shown back; numbers that only look alike pass."""

from __future__ import annotations

from datetime import date

import pytest

from nadzor.vigilance.import_rows import Fault, ReadRow, read_row
from nadzor.vigilance.import_shapes import layout

HEAD = ("report_id", "device", "event_date", "aware_date", "received_date", "event_type", "problem_codes")
TODAY = date(2026, 11, 22)


def read(number: str) -> ReadRow | Fault:
    """One row whose only oddity is its number."""
    cells = dict(zip(HEAD, (number, "ai-901", "2026-01-01", "", "", "death", "A09"), strict=True))
    return read_row(cells, layout(HEAD), today=TODAY)


@pytest.mark.parametrize("number", ["ivan@clinic.ru", "112-233-445 95", "IVANOV^IVAN", "+7 916 123-45-67"])
def test_a_person_in_place_of_a_number_is_refused(number: str) -> None:
    """The fault says which column, and holds nothing of what stood there."""
    fault = read(number)
    assert isinstance(fault, Fault)
    assert (fault.code, fault.at, fault.report_id) == ("ae-row.personal", "report_id", "")


@pytest.mark.parametrize("number", ["8010762-2016-00034", "11223344595", "MW-2026/17", "89161234567"])
def test_numbers_of_senders_pass(number: str) -> None:
    """Digits and hyphens alone say nothing of a person."""
    row = read(number)
    assert isinstance(row, ReadRow)
    assert row.report_id == number
