# SPDX-License-Identifier: Apache-2.0
"""Counts, moments and values as a sentence of either language says them."""

from __future__ import annotations

from datetime import datetime

from nadzor.base.problems import Text
from nadzor.law.norm import Norm, Unit, Worth
from nadzor.workdays.spoken import spoken

MONTHS_EN = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip
MONTHS_RU = (
    "января", "февраля", "марта", "апреля", "мая", "июня",
    "июля", "августа", "сентября", "октября", "ноября", "декабря",
)  # fmt: skip

#: Russian counts by its three forms, English by two.
FORMS: dict[Unit, tuple[tuple[str, str, str], tuple[str, str]]] = {
    "working_day": (("рабочий день", "рабочих дня", "рабочих дней"), ("working day", "working days")),
    "calendar_day": (
        ("календарный день", "календарных дня", "календарных дней"),
        ("calendar day", "calendar days"),
    ),
    "hour": (("час", "часа", "часов"), ("hour", "hours")),
    "month": (("месяц", "месяца", "месяцев"), ("month", "months")),
    "roubles": (("рубль", "рубля", "рублей"), ("rouble", "roubles")),
    "organisations": (("организация", "организации", "организаций"), ("organisation", "organisations")),
    "attempts": (("попытка", "попытки", "попыток"), ("attempt", "attempts")),
    "studies": (("исследование", "исследования", "исследований"), ("study", "studies")),
    "percent": (("процент", "процента", "процентов"), ("per cent", "per cent")),
}
PERIODS = {"month": Text(ru="каждый месяц", en="every month")}
SWITCHES = {0: Text(ru="выключено", en="off"), 1: Text(ru="включено", en="on")}


def moment(when: datetime) -> Text:
    """A moment to the minute, on the clock it carries.

    Law: none; a way to say it.
    """
    day = spoken(when.date())
    return Text(ru=f"{day.ru}, {when:%H:%M}", en=f"{day.en}, {when:%H:%M}")


def counted(number: int, unit: Unit) -> Text:
    """A number with its unit: «5 рабочих дней», 5 working days.

    Law: none; a way to say it.

    >>> counted(21, "working_day").ru, counted(1, "hour").en
    ('21 рабочий день', '1 hour')
    """
    ru, en = FORMS[unit]
    few = number % 10 in (2, 3, 4) and number % 100 not in (12, 13, 14)
    one = number % 10 == 1 and number % 100 != 11
    told = f"{number:,}".replace(",", " ")
    return Text(ru=f"{told} {ru[0 if one else 1 if few else 2]}", en=f"{number:,} {en[number != 1]}")


def limit(rule: Norm) -> Text:
    """What a norm says, in words.

    Law: the norm's own value.
    """
    return worth(rule.value, rule.unit)


def worth(value: Worth, unit: Unit) -> Text:
    """A value of any unit in words: a number with its unit, a sentence, a list.

    Law: the norm's own value.
    """
    if isinstance(value, Text):
        return value
    if isinstance(value, tuple):
        return Text(ru="; ".join(item.ru for item in value), en="; ".join(item.en for item in value))
    if unit == "switch":
        return SWITCHES[int(value)]
    if isinstance(value, int):
        return counted(value, unit)
    return _yearly(value) if unit == "date" else PERIODS.get(value, Text(ru=value, en=value))


def _yearly(value: str) -> Text:
    month, day = (int(part) for part in value.split("-"))
    return Text(ru=f"до {day} {MONTHS_RU[month - 1]}", en=f"by {day} {MONTHS_EN[month - 1]}")
