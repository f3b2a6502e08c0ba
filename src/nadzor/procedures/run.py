# SPDX-License-Identifier: Apache-2.0
"""A run of a clock: everything a page says about one time limit of one matter."""

from __future__ import annotations

from datetime import date
from typing import Literal

import msgspec

from nadzor.base.problems import Text
from nadzor.law.norm import Norm
from nadzor.procedures.moves import Role
from nadzor.workdays.arithmetic import Unit

#: met · late: stopped by a move, in time or after the last day · breached: still open after it ·
#: unknown: no date can be given.
RunState = Literal["running", "paused", "met", "late", "breached", "unknown"]


class Suspension(msgspec.Struct, frozen=True, kw_only=True):
    """Days (since, until] in question, the verb that caused them, and the switch norm that decides."""

    since: date
    until: date | None
    why: str
    switch: Norm

    @property
    def holds(self) -> bool:
        """Whether the clock really stands still on these days.

        Law: the switch norm's value, 1 or 0.
        """
        return self.switch.value == 1


class Line(msgspec.Struct, frozen=True):
    """One line of a derivation: the sentence, the day it ends at, its citation, the norm a page links to."""

    text: Text
    day: date | None
    cite: str
    key: str


class Run(msgspec.Struct, frozen=True, kw_only=True):
    """One run of one clock.  `missing` is a problem code and `why` its reason, when there is no date.

    `earliest` is the last day as if nothing had stood still, `latest` as if every pause held: what a bar to
    a person's move is measured by, because the switches are unverified.  `left` counts the term's own days,
    below nothing after the last day; a stopped clock has none.
    """

    key: str
    started: date
    responsible: Role
    norm: Norm | None = None
    missing: str = ""
    why: Text | None = None
    suspensions: tuple[Suspension, ...] = ()
    due: date | None = None
    earliest: date | None = None
    latest: date | None = None
    stopped: date | None = None
    state: RunState = "unknown"
    left: int | None = None
    derivation: tuple[Line, ...] = ()


def unit_of(norm: Norm) -> Unit:
    """The unit of a norm that a clock counts; a clock on any other norm is a bug of the table.

    Law: the norm's own unit.
    """
    assert norm.unit in ("working_day", "calendar_day"), f"{norm.key} is not counted in days"
    return norm.unit
