# SPDX-License-Identifier: Apache-2.0
"""A norm: one question the law answers, with a dated, cited value for each edition."""

from __future__ import annotations

from datetime import date
from typing import Literal

import msgspec

from nadzor.base.problems import Refusal, Text
from nadzor.workdays.calendar import Checked
from nadzor.workdays.spoken import plain

#: seed: verified by the seed texts · read: the act's wording was read · reported: press, law firm, public
#: code · unverified: confirmed by no source, never decides by itself · house: our own rule, not law.
Status = Literal["seed", "read", "reported", "unverified", "house"]
Unit = Literal[
    "working_day", "calendar_day", "hour", "month", "period", "date",
    "roubles", "organisations", "studies", "attempts", "percent", "switch",
    "rule", "act", "list",
]  # fmt: skip

NO_EDITION = Text(ru="ни одна редакция не охватывает этот день", en="no edition covers that day")


class NormMissing(Refusal):
    """No norm of this key is in force on the day: no date or limit is computed, and a lawyer is asked."""

    def __init__(self, key: str, on: date, *, why: Text = NO_EDITION) -> None:
        """Name the norm, the day, and why our knowledge ends: lapsed, not yet in force, or never read."""
        day, texts = plain(on), {"why_ru": why.ru, "why_en": why.en}
        facts = {"key": key, "on": on.isoformat(), "on_ru": day.ru, "on_en": day.en, **texts}
        super().__init__("law.norm-missing", **facts)
        self.key = key
        self.on = on
        self.why = why


class NormUnknown(Refusal, KeyError):
    """The house has no norm by this key or fact number at all."""

    def __init__(self) -> None:
        """Say so without repeating what was asked: it came from outside."""
        super().__init__("law.unknown", "$.key")


class Span(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Half-open days [start, until) during which an edition applies; open-ended without `until`."""

    start: date = msgspec.field(name="from")
    until: date | None = None

    def covers(self, day: date) -> bool:
        """Whether the span holds this day.

        Law: an act applies from its day of force until the day it lapses.
        """
        return self.start <= day and (self.until is None or day < self.until)


class Item(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One entry of a list that a norm holds, with a key that code can name."""

    key: str
    ru: str
    en: str


Worth = int | str | Text | tuple[Item, ...]


class Value(Span, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What a norm says during one span, where that is written, and how far we know it.

    `finishes`: what was filed while this edition was in force finishes under it (a transitional rule).
    """

    value: Worth
    cite: str
    status: Status
    finishes: bool = False
    note: Text | None = None


class Term(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Who must act within a time limit, what starts its clock, and what follows when it is missed."""

    actor: Text
    starts: Text
    missed: Text


class Entry(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A norm as its file keeps it: the question and all dated answers, oldest first.

    `hole` says what could not be read; a norm with a hole may have no value at all.
    `successor` says what follows when the last edition ends, where that is known.
    """

    what: Text
    unit: Unit
    values: tuple[Value, ...]
    checked: Checked
    fact: str = ""
    term: Term | None = None
    conflicts: tuple[str, ...] = ()
    hole: Text | None = None
    successor: Text | None = None


class Norm(msgspec.Struct, frozen=True, kw_only=True):
    """The answer in force on a day: value, unit, citation, status, and the interval it holds for."""

    key: str
    act: str
    what: Text
    unit: Unit
    value: Worth
    cite: str
    status: Status
    since: date
    until: date | None
    checked: Checked
    fact: str = ""
    term: Term | None = None
    note: Text | None = None
    conflicts: tuple[str, ...] = ()
    finishes: bool = False

    @property
    def number(self) -> int:
        """The value as a number of days or things; asking a worded norm for it is a bug.

        Law: the norm's own value.
        Units: the norm's unit.
        """
        assert isinstance(self.value, int)
        return self.value

    @property
    def text(self) -> Text:
        """The statement of a rule or an act; asking a number for it is a bug.

        Law: the norm's own value.
        """
        assert isinstance(self.value, Text)
        return self.value

    @property
    def items(self) -> tuple[Item, ...]:
        """The entries of a list; asking any other unit for it is a bug.

        Law: the norm's own value.
        """
        assert isinstance(self.value, tuple)
        return self.value
