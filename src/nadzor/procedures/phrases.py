# SPDX-License-Identifier: Apache-2.0
"""The sentences of a derivation, filled in, in both languages."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from functools import cache
from importlib.resources import files

import msgspec

from nadzor.base import yaml_pages
from nadzor.base.problems import Text
from nadzor.workdays.arithmetic import Unit
from nadzor.workdays.spoken import plain


class Forms(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A counted noun: 1 день, 2 дня, 5 дней."""

    one: str
    few: str
    many: str

    def after(self, number: int) -> str:
        """The form that follows a number.

        Law: none; grammar.
        """
        tail, tens = abs(number) % 10, abs(number) % 100
        if tail == 1 and tens != 11:  # noqa: PLR2004
            return self.one
        return self.few if tail in (2, 3, 4) and tens not in (12, 13, 14) else self.many


class Spoken(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A counted noun in both languages."""

    ru: Forms
    en: Forms


class Phrases(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Every sentence, unit and status of a derivation."""

    lines: dict[str, Text]
    units: dict[Unit, Spoken]
    statuses: dict[str, Text]


@cache
def phrases() -> Phrases:
    """The sentences of derivation.yaml.

    Law: none; words only.
    """
    page = files("nadzor.procedures").joinpath("derivation.yaml").read_text("utf-8")
    return msgspec.convert(yaml_pages.page(page), Phrases)


def sentence(name: str, **facts: Text) -> Text:
    """A sentence with its facts filled in.

    Law: none; words only.

    >>> sentence("due", day=spoken_day(date(2026, 11, 22))).ru
    'Последний день: 22.11.2026.'
    """
    said = phrases().lines[name]
    return Text(
        ru=said.ru.format_map({key: fact.ru for key, fact in facts.items()}),
        en=said.en.format_map({key: fact.en for key, fact in facts.items()}),
    )


def spoken_day(day: date) -> Text:
    """A day as each language writes it.

    Law: none; words only.
    """
    return plain(day)


def spoken_days(number: int, unit: Unit) -> Text:
    """So many days of a unit.

    Law: none; words only.
    Units: days of the unit.

    >>> spoken_days(22, "working_day").ru
    '22 рабочих дня'
    """
    noun = phrases().units[unit]
    english = noun.en.one if number == 1 else noun.en.many
    return Text(ru=f"{number} {noun.ru.after(number)}", en=f"{number} {english}")


def spoken_ranges(spans: Iterable[tuple[date, date]]) -> Text:
    """Runs of days, first and last included, as a list.

    Law: none; words only.
    """
    said = [(spoken_day(first), spoken_day(last), first == last) for first, last in spans]
    return Text(
        ru=", ".join(first.ru if single else f"{first.ru} – {last.ru}" for first, last, single in said),
        en=", ".join(first.en if single else f"{first.en} to {last.en}" for first, last, single in said),
    )
