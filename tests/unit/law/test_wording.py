# SPDX-License-Identifier: Apache-2.0
"""Values in words of both languages."""

from __future__ import annotations

from datetime import datetime

import pytest

from nadzor.base.problems import Text
from nadzor.law.norm import Item, Unit, Worth
from nadzor.law.wording import counted, moment, worth


@pytest.mark.parametrize(
    ("number", "ru"),
    [(1, "1 рабочий день"), (3, "3 рабочих дня"), (11, "11 рабочих дней"), (22, "22 рабочих дня")],
)
def test_russian_counts_by_three_forms(number: int, ru: str) -> None:
    """One, a few, many; eleven is many."""
    assert counted(number, "working_day").ru == ru


@pytest.mark.parametrize(
    ("value", "unit", "en"),
    [
        (184_000, "roubles", "184,000 roubles"),
        (1, "switch", "on"),
        ("02-01", "date", "by 1 February"),
        ("month", "period", "every month"),
        ("quarter", "period", "quarter"),
        (Text(ru="Да", en="Yes"), "rule", "Yes"),
        ((Item("a", "а", "a"), Item("b", "б", "b")), "list", "a; b"),
    ],
)
def test_every_kind_of_value_has_words(value: Worth, unit: Unit, en: str) -> None:
    """Numbers with their unit, switches, dates, periods, sentences, lists."""
    assert worth(value, unit).en == en


def test_a_moment_is_said_to_the_minute() -> None:
    """The weekday, the day and the minute, on the clock the moment carries."""
    said = moment(datetime.fromisoformat("2026-11-20T10:00+03:00"))
    assert (said.ru, said.en) == ("пт 20.11.2026, 10:00", "Fri 20 Nov 2026, 10:00")
