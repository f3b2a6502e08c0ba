# SPDX-License-Identifier: Apache-2.0
"""The sentences of the transmission gate, in both languages."""

from __future__ import annotations

from datetime import date
from functools import cache
from importlib.resources import files
from typing import Final

import msgspec
import yaml

from nadzor.base.interval import Month
from nadzor.base.problems import Text
from nadzor.procedures.rules.transmission_period import Period
from nadzor.register.filing_words import filled

MONTHS_RU: Final = (
    "январь", "февраль", "март", "апрель", "май", "июнь",
    "июль", "август", "сентябрь", "октябрь", "ноябрь", "декабрь",
)  # fmt: skip
MONTHS_EN: Final = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip


class GateWords(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The page gate_words.yaml."""

    next: dict[str, Text]
    months: dict[str, Text]
    evidence: dict[str, Text]
    notices: dict[str, Text]
    grounds: dict[str, Text]


@cache
def gate_words() -> GateWords:
    """The sentences with their gaps."""
    page = files("nadzor.register").joinpath("gate_words.yaml").read_text("utf-8")
    return msgspec.convert(yaml.safe_load(page), GateWords)


def evidence_words(key: str, **facts: object) -> Text:
    """A sentence of evidence."""
    return filled(gate_words().evidence[key], **facts)


def gate_notice(key: str, **facts: object) -> Text:
    """A notice to the maker or the registrars."""
    return filled(gate_words().notices[key], **facts)


def gate_grounds(**facts: object) -> Text:
    """Why a test was not passed."""
    return filled(gate_words().grounds["fail_test"], **facts)


def why_of(period: Period) -> Text:
    """What a judged month came to, with the days that count for nobody."""
    told = filled(gate_words().months[period.received], **msgspec.structs.asdict(period))
    if not period.ours or period.received == "excused":
        return told
    return filled(gate_words().months["ours"], why=told, ours=period.ours)


def day_text(day: date) -> Text:
    """A day as each language writes it."""
    return Text(ru=day.strftime("%d.%m.%Y"), en=f"{day.day} {MONTHS_EN[day.month - 1][:3]} {day.year}")


def month_text(month: Month) -> Text:
    """A month by name."""
    place = month.month - 1
    return Text(ru=f"{MONTHS_RU[place]} {month.year}", en=f"{MONTHS_EN[place]} {month.year}")
