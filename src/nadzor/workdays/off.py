# SPDX-License-Identifier: Apache-2.0
"""Why a day is off: its weekend, its holiday by name, the transfer or the decree that put it there."""

from __future__ import annotations

from datetime import date
from functools import cache
from importlib.resources import files
from typing import Literal

import msgspec

from nadzor.base import yaml_pages
from nadzor.base.problems import Text
from nadzor.workdays.calendar import SATURDAY, Year, year_of
from nadzor.workdays.spoken import plain

Kind = Literal["weekend", "holiday", "transfer", "decree"]

WEEKEND = Text(ru="выходной", en="weekend")
DECREE_DAY = Text(ru="нерабочий день по указу", en="non-working day by decree")
REST = "Labour Code art. 111"


class Off(msgspec.Struct, frozen=True):
    """One reason for a day off, and where it is written."""

    kind: Kind
    name: Text
    cite: str


class Holidays(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The public holidays by day of the year."""

    cite: str
    holidays: dict[str, Text]


@cache
def holidays() -> Holidays:
    """Every public holiday.

    Law: Labour Code art. 112.
    """
    text = files("nadzor.workdays").joinpath("holidays.yaml").read_text("utf-8")
    return msgspec.convert(yaml_pages.page(text), Holidays)


def why_off(day: date, *, decree_days: bool = False) -> Off | None:
    """Why a day is off; nothing when it is worked.

    Law: Labour Code art. 111-112; the year's transfer decree; the President's decrees when asked for.
    Raises: CalendarMissing beyond the loaded years.

    >>> why_off(date(2026, 11, 4)).name.en
    'National Unity Day'
    """
    year = year_of(day)
    if year.is_workday(day, decree_days=decree_days):
        return None
    named = holidays().holidays.get(f"{day:%m-%d}")
    if named:
        return Off("holiday", named, holidays().cite)
    return _moved(year, day) or _decreed(year, day) or Off("weekend", WEEKEND, REST)


def why_worked(day: date) -> Off | None:
    """The transfer that makes a Saturday worked; nothing for any other day.

    Law: Labour Code art. 112; the year's transfer decree.
    Raises: CalendarMissing beyond the loaded years.
    """
    year = year_of(day)
    move = next((move for move in year.transfers if move.from_day == day), None)
    if move is None or day.weekday() != SATURDAY or not year.is_workday(day):
        return None
    to = plain(move.to_day)
    name = Text(
        ru=f"рабочая суббота, выходной перенесён на {to.ru}",
        en=f"a working Saturday, its day off moved to {to.en}",
    )
    return Off("transfer", name, year.cite)


def _moved(year: Year, day: date) -> Off | None:
    move = next((move for move in year.transfers if move.to_day == day), None)
    if move is None:
        return None
    moved = plain(move.from_day)
    name = Text(ru=f"выходной, перенесённый с {moved.ru}", en=f"day off moved from {moved.en}")
    return Off("transfer", name, year.cite)


def _decreed(year: Year, day: date) -> Off | None:
    decree = next((decree for decree in year.decree_days if day in decree.days), None)
    return Off("decree", DECREE_DAY, decree.cite) if decree else None
