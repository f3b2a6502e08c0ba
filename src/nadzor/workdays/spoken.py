# SPDX-License-Identifier: Apache-2.0
"""Days as a sentence of either language says them."""

from __future__ import annotations

from datetime import date

from nadzor.base.problems import Text

WEEKDAYS = (
    Text(ru="пн", en="Mon"), Text(ru="вт", en="Tue"), Text(ru="ср", en="Wed"), Text(ru="чт", en="Thu"),
    Text(ru="пт", en="Fri"), Text(ru="сб", en="Sat"), Text(ru="вс", en="Sun"),
)  # fmt: skip
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def plain(day: date) -> Text:
    """A day: 20.11.2026, or 20 Nov 2026.

    Law: none; a way to say it.
    """
    ru = f"{day.day:02d}.{day.month:02d}.{day.year}"
    return Text(ru=ru, en=f"{day.day} {MONTHS[day.month - 1]} {day.year}")


def spoken(day: date) -> Text:
    """A day with its weekday: «пт 20.11.2026», Fri 20 Nov 2026.

    Law: none; a way to say it.
    """
    name, said = WEEKDAYS[day.weekday()], plain(day)
    return Text(ru=f"{name.ru} {said.ru}", en=f"{name.en} {said.en}")


def stretch(first: date, last: date) -> Text:
    """A run of days, or the one day it is.

    Law: none; a way to say it.
    """
    one, other = spoken(first), spoken(last)
    return one if first == last else Text(ru=f"{one.ru} – {other.ru}", en=f"{one.en} – {other.en}")
