# SPDX-License-Identifier: Apache-2.0
"""A norm: one question the law answers, with a dated, cited value for each edition."""

from __future__ import annotations

from datetime import date
from typing import Literal

import msgspec

from nadzor.base.problems import Refusal, Text
from nadzor.workdays.calendar import Checked

#: seed: verified by the seed texts · read: the act's wording was read · reported: press, law firm, public
#: code · unverified: confirmed by no source, never decides by itself · house: our own rule, not law.
Status = Literal["seed", "read", "reported", "unverified", "house"]
Unit = Literal["working_day", "calendar_day", "period", "organisations", "studies", "percent"]


class NormMissing(Refusal):
    """No norm of this key is in force on the day: no date or limit is computed, and a lawyer is asked."""

    def __init__(self, key: str, on: date) -> None:
        """Name the norm and the day."""
        super().__init__("law.norm-missing", key=key, on=on.isoformat())
        self.key = key
        self.on = on


class Span(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Half-open days [start, until) during which an edition applies; open-ended without `until`."""

    start: date = msgspec.field(name="from")
    until: date | None = None

    def covers(self, day: date) -> bool:
        """Whether the span holds this day.

        Law: an act applies from its day of force until the day it lapses.
        """
        return self.start <= day and (self.until is None or day < self.until)


class Value(Span, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What a norm says during one span, where that is written, and how far we know it."""

    value: int | str
    cite: str
    status: Status


class Entry(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A norm as its file keeps it: the question and all dated answers, oldest first."""

    what: Text
    unit: Unit
    values: tuple[Value, ...]
    checked: Checked


class Norm(msgspec.Struct, frozen=True, kw_only=True):
    """The answer in force on a day: value, unit, citation, status, and the interval it holds for."""

    key: str
    act: str
    what: Text
    unit: Unit
    value: int | str
    cite: str
    status: Status
    since: date
    until: date | None
    checked: Checked

    @property
    def number(self) -> int:
        """The value as a number of days or things; asking a worded norm for it is a bug.

        Law: the norm's own value.
        Units: the norm's unit.
        """
        assert isinstance(self.value, int)
        return self.value
