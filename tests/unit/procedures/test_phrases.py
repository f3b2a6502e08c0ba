# SPDX-License-Identifier: Apache-2.0
"""Numbers and days in sentences: the right Russian form, the right list of days."""

from __future__ import annotations

from datetime import date

import pytest

from nadzor.procedures.phrases import phrases, spoken_days, spoken_ranges


@pytest.mark.parametrize(
    ("number", "ru", "en"),
    [
        (1, "1 рабочий день", "1 working day"),
        (3, "3 рабочих дня", "3 working days"),
        (5, "5 рабочих дней", "5 working days"),
        (11, "11 рабочих дней", "11 working days"),
        (13, "13 рабочих дней", "13 working days"),
        (21, "21 рабочий день", "21 working days"),
        (22, "22 рабочих дня", "22 working days"),
    ],
)
def test_days_agree_with_their_number(number: int, ru: str, en: str) -> None:
    """Each number takes the form of the noun that Russian and English want."""
    said = spoken_days(number, "working_day")
    assert (said.ru, said.en) == (ru, en)


def test_single_days_and_runs_are_listed() -> None:
    """A run of days shows its ends, a single day only itself."""
    said = spoken_ranges([(date(2026, 3, 7), date(2026, 3, 9)), (date(2026, 6, 12), date(2026, 6, 12))])
    assert said.en == "7 Mar 2026 to 9 Mar 2026, 12 Jun 2026"
    assert said.ru == "07.03.2026 – 09.03.2026, 12.06.2026"


def test_every_sentence_has_the_same_facts_in_both_languages() -> None:
    """What one language fills in, the other fills in, too."""
    for said in phrases().lines.values():
        assert {part.split("}")[0] for part in said.ru.split("{")[1:]} == {
            part.split("}")[0] for part in said.en.split("{")[1:]
        }
