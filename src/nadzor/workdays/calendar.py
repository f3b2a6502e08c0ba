# SPDX-License-Identifier: Apache-2.0
"""The years of the production calendar: their shape, their loading, and the checks a year must pass."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from functools import cache
from importlib.resources import files
from typing import Literal

import msgspec

from nadzor.base import yaml_pages
from nadzor.base.problems import Refusal

Status = Literal["read", "reported", "unverified"]

SATURDAY = 5
ONE_DAY = timedelta(days=1)


class CalendarMissing(Refusal):
    """The calendar of this day's year is not loaded: our knowledge ends here, so no date is given."""

    def __init__(self, day: date) -> None:
        """Name the day that could not be decided."""
        super().__init__("law.calendar-missing", day=day.isoformat(), year=day.year)


class Transfer(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A day off moved by the yearly decree: `from_day` becomes an ordinary day, `to_day` a day off."""

    from_day: date = msgspec.field(name="from")
    to_day: date = msgspec.field(name="to")


class Checked(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Who compared the year with its source, when, and when somebody must look again."""

    day: date
    by: str
    next: date


class DecreeDays(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Paid non-working days that a decree of the President set inside a year already published."""

    cite: str
    status: Status
    days: frozenset[date]


class Year(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One year of the production calendar.  `workdays` is the published total, used as a checksum."""

    year: int
    workdays: int
    days_off: frozenset[date]
    working_saturdays: frozenset[date]
    transfers: tuple[Transfer, ...]
    shortened: tuple[date, ...] | None
    source: str
    cite: str
    status: Status
    checked: Checked
    decree_days: tuple[DecreeDays, ...] = ()

    def is_workday(self, day: date, *, decree_days: bool = False) -> bool:
        """Whether this day of this year is worked; the President's days count as off only when asked for.

        Law: Labour Code art. 111-112; the year's transfer decree; the decrees named in `decree_days`.
        """
        if decree_days and any(day in decree.days for decree in self.decree_days):
            return False
        if day.weekday() >= SATURDAY:
            return day in self.working_saturdays
        return day not in self.days_off


def days_of(year: int) -> Iterable[date]:
    """Every day of a year, in order.

    Law: none; the calendar itself.
    """
    day = date(year, 1, 1)
    while day.year == year:
        yield day
        day += ONE_DAY


def faults(year: Year) -> list[str]:
    """What is inconsistent inside one year's file; empty when it can be trusted to add up.

    Law: Labour Code art. 112: a Saturday is worked only by a transfer.
    """
    moved_from = {t.from_day for t in year.transfers}
    moved_to = {t.to_day for t in year.transfers}
    decreed = [day for decree in year.decree_days for day in decree.days]
    named = (*year.days_off, *year.working_saturdays, *moved_to, *decreed, *(year.shortened or ()))
    found = [f"{day} is not in {year.year}" for day in named if day.year != year.year]
    found += [f"{day} is a weekend" for day in year.days_off if day.weekday() >= SATURDAY]
    found += [f"{day} is not a Saturday" for day in year.working_saturdays if day.weekday() != SATURDAY]
    found += [f"{day} works without a transfer" for day in year.working_saturdays - moved_from]
    found += [f"{day} is a transfer's day off but not in days_off" for day in moved_to - year.days_off]
    found += [f"{day} is off without its decree" for day in decreed if not year.is_workday(day)]
    total = sum(year.is_workday(day) for day in days_of(year.year))
    if total != year.workdays:
        found.append(f"{total} workdays by the days, {year.workdays} by the published total")
    return sorted(found)


def parse_year(text: str) -> Year:
    """Read one year's file and refuse it unless it adds up.

    Law: the decree the file cites.
    Raises: ValueError naming everything that is wrong.
    """
    year = msgspec.convert(yaml_pages.page(text), Year)
    if wrong := faults(year):
        raise ValueError(f"calendar {year.year}: " + "; ".join(wrong))
    return year


@cache
def loaded() -> dict[int, Year]:
    """All years in this house, by number.

    Law: years/*.yaml.
    """
    folder = files("nadzor.workdays").joinpath("years")
    texts = (entry.read_text("utf-8") for entry in folder.iterdir() if entry.name.endswith(".yaml"))
    years = sorted((parse_year(text) for text in texts), key=lambda year: year.year)
    return {year.year: year for year in years}


def year_of(day: date) -> Year:
    """The calendar of the day's year.

    Law: the decree of that year.
    Raises: CalendarMissing when that year is not loaded.
    """
    year = loaded().get(day.year)
    if year is None:
        raise CalendarMissing(day)
    return year
