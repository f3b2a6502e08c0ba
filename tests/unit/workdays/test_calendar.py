# SPDX-License-Identifier: Apache-2.0
"""The yearly files: their totals, their holidays, and the mistakes a year's file cannot carry."""

from __future__ import annotations

from datetime import date
from importlib.resources import files

import pytest

from nadzor.workdays.calendar import days_of, loaded, parse_year

HOLIDAYS = (*(f"01-0{day}" for day in range(1, 9)), "02-23", "03-08", "05-01", "05-09", "06-12", "11-04")
PUBLISHED = dict.fromkeys(range(2013, 2028), 247) | {2020: 248, 2024: 248}


def _text_of(year: int) -> str:
    return files("nadzor.workdays").joinpath(f"years/{year}.yaml").read_text("utf-8")


def test_published_totals() -> None:
    """Each loaded year has its published number of workdays, counted day by day."""
    counted = {number: sum(map(year.is_workday, days_of(number))) for number, year in loaded().items()}
    assert {number: counted[number] for number in PUBLISHED} == PUBLISHED


@pytest.mark.parametrize("number", PUBLISHED)
def test_days_off_are_holidays_or_transfers(number: int) -> None:
    """A weekday is off only because it is a holiday of Labour Code art. 112 or a transfer put it there."""
    year = loaded()[number]
    holidays = {date.fromisoformat(f"{number}-{day}") for day in HOLIDAYS}
    moved = {transfer.to_day for transfer in year.transfers}
    assert year.days_off <= holidays | moved
    assert {day for day in holidays if day.weekday() < 5} <= year.days_off


def test_years_without_a_hole() -> None:
    """The loaded years follow each other."""
    years = list(loaded())
    assert years == list(range(2013, 2028))


def test_decree_days_are_a_list_of_their_own() -> None:
    """Only 2020 and 2021 have decree days; each list is cited, and none is an ordinary day off."""
    decreed = {number: year.decree_days for number, year in loaded().items() if year.decree_days}
    assert {number: sum(len(each.days) for each in lists) for number, lists in decreed.items()} == {
        2020: 29,
        2021: 7,
    }
    assert all(each.cite.startswith("President's Decree") for lists in decreed.values() for each in lists)


def test_a_decree_day_must_be_an_ordinary_workday() -> None:
    """A decree cannot take off a day that was off already."""
    text = _text_of(2021).replace("      - 2021-11-01\n", "      - 2021-11-04\n", 1)
    with pytest.raises(ValueError, match="2021-11-04 is off without its decree"):
        parse_year(text)


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ("workdays: 247", "workdays: 248", "247 workdays by the days, 248 by the published total"),
        ("  - 2027-02-22\n", "", "2027-02-22 is a transfer's day off but not in days_off"),
        ("  - 2027-02-22\n", "  - 2027-02-21\n", "2027-02-21 is a weekend"),
        ("  - 2027-02-20\n", "  - 2027-02-18\n", "2027-02-18 is not a Saturday"),
        ("  - 2027-02-20\n", "  - 2027-02-13\n", "2027-02-13 works without a transfer"),
        ("  - 2027-12-31\n", "  - 2026-12-31\n", "2026-12-31 is not in 2027"),
    ],
)
def test_a_wrong_year_is_not_loaded(old: str, new: str, fault: str) -> None:
    """A file whose days do not add up is refused, and the refusal says why."""
    with pytest.raises(ValueError, match=fault):
        parse_year(_text_of(2027).replace(old, new, 1))
