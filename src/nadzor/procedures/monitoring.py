# SPDX-License-Identifier: Apache-2.0
"""The yearly clinical monitoring report: its days, and its way from due to reviewed.

The last day is a day of the calendar, not a term counted from a move, so it stands beside the table and not
in it.  A day that passed bars nothing: a late report is filed like any other.  A correction never rewrites
what was filed: it is the next edition, and the filed one stands until the next is filed.
"""

from __future__ import annotations

from datetime import date
from typing import Final

import msgspec

from nadzor.base.problems import Text
from nadzor.law.deadline import Deadline, deadline
from nadzor.law.load import norm
from nadzor.law.norm import NormMissing
from nadzor.law.terms import MONITORING as SPAN
from nadzor.law.terms import MONTHS_A_YEAR, REPORT
from nadzor.procedures.moves import Move, Procedure, Role
from nadzor.workdays.arithmetic import last_workday

DUE: Final = "due"
DRAFTING: Final = "drafting"
SIGNING: Final = "signing"
SIGNED: Final = "signed"
FILED: Final = "filed"
REVIEWED: Final = "reviewed"
RETURNED: Final = "returned"
CORRECTING: Final = "correcting"
NOT_REQUIRED: Final = "not_required"

#: Off by default: whether the tail of the third year asks for a fourth report is open.
FOURTH: Final = "switch.monitoring_fourth_report"

DESK: Final[tuple[Role, ...]] = ("inspector", "head")
MAKER: Final[tuple[Role, ...]] = ("manufacturer_admin", "manufacturer_reporter", "representative")
SIGNER: Final[tuple[Role, ...]] = ("manufacturer_admin", "representative")
DRAFTER: Final[tuple[Role, ...]] = (*MAKER, "house")

MONITORING = Procedure(
    name="monitoring",
    first=DUE,
    moves=(
        Move(DUE, "draft", DRAFTING, DRAFTER, grounds=False),
        Move(DUE, "find_not_required", NOT_REQUIRED, DESK),
        Move(DRAFTING, "make_ready", SIGNING, MAKER, grounds=False),
        Move(DRAFTING, "find_not_required", NOT_REQUIRED, DESK),
        Move(SIGNING, "sign", SIGNED, SIGNER, grounds=False),
        Move(SIGNING, "take_back", DRAFTING, MAKER, grounds=False),
        Move(SIGNED, "file_report", FILED, SIGNER, grounds=False),
        Move(SIGNED, "take_back", DRAFTING, MAKER, grounds=False),
        Move(FILED, "accept", REVIEWED, DESK),
        Move(FILED, "return_report", RETURNED, DESK, asks=("defects",)),
        Move(FILED, "correct", CORRECTING, MAKER),
        Move(RETURNED, "correct", CORRECTING, MAKER),
        Move(REVIEWED, "correct", CORRECTING, MAKER),
        Move(REVIEWED, "return_report", RETURNED, ("head",), asks=("defects",)),
        Move(CORRECTING, "make_ready", SIGNING, MAKER, grounds=False),
        Move(NOT_REQUIRED, "reopen", DUE, DESK),
    ),
    closed=frozenset({REVIEWED, NOT_REQUIRED}),
    final=frozenset(),
)

WRITTEN: Final = frozenset({DUE, DRAFTING, CORRECTING})
"""States in which the report is drawn from data anew and its hand-written parts may change."""


class ReportDay(msgspec.Struct, frozen=True, kw_only=True):
    """One yearly report of a device: the year it is about, its last day, and the day to warn.

    `due` is None where no norm is in force: the report is filed all the same, and `why` says so.  `warn` is
    the last working day on or before the last day, None where that year's calendar is not loaded.  `open`:
    whether this report is owed at all is an open question, answered no while its switch is off.
    """

    ordinal: int
    year: int
    due: date | None
    warn: date | None
    open: bool = False
    limit: Deadline | None = None
    missing: str = ""
    why: Text | None = None


def report_days(registered_on: date, *, fourth: bool | None = None) -> tuple[ReportDay, ...]:
    """The yearly reports a device registered on a day owes, in order; the open one last, if there is any.

    `fourth` answers the open question instead of the house's switch.

    Law: 323-FZ art. 96 (three years); Order 1113n (1 February, the preceding calendar year), in the edition
    of the day of registration.  No source says that a 1 February on a day off moves, so it does not.
    """
    years = norm(SPAN, registered_on).number // MONTHS_A_YEAR
    owed = tuple(_day(registered_on, ordinal) for ordinal in range(1, years + 1))
    if not has_tail(registered_on):
        return owed
    counts = is_fourth_owed(registered_on) if fourth is None else fourth
    return (*owed, msgspec.structs.replace(_day(registered_on, years + 1), open=not counts))


def has_tail(registered_on: date) -> bool:
    """Whether some days of the last monitored year lie after its last full report year.

    Law: 323-FZ art. 96: three years from registration; only a device of 1 January ends with a year.
    """
    return (registered_on.month, registered_on.day) != (1, 1)


def is_fourth_owed(registered_on: date) -> bool:
    """What the house's switch answers; off where it has no edition.

    Law: none: the sources leave it open; the switch norm is unverified.
    """
    try:
        return norm(FOURTH, registered_on).value == 1
    except NormMissing:
        return False


def warned_on(due: date) -> date:
    """The last working day on or before a yearly day.

    Law: our own rule: nobody says that the day moves, so the warning comes before it.
    Raises: CalendarMissing where the year of that day is not loaded.

    >>> warned_on(date(2026, 2, 1))
    datetime.date(2026, 1, 30)
    """
    return last_workday(due)


def report_of(registered_on: date, year: int) -> ReportDay | None:
    """The report about one year, if the device owes it or may owe it.

    Law: as for `report_days`.
    """
    return next((day for day in report_days(registered_on) if day.year == year), None)


def _day(registered_on: date, ordinal: int) -> ReportDay:
    year = registered_on.year + ordinal - 1
    begins = registered_on if ordinal == 1 else date(year, 1, 1)
    try:
        limit = deadline(REPORT, begins, on=registered_on)
    except NormMissing as missing:
        return ReportDay(
            ordinal=ordinal, year=year, due=None, warn=None, missing=missing.code, why=missing.why
        )
    assert isinstance(limit.due, date)
    return ReportDay(ordinal=ordinal, year=year, due=limit.due, warn=limit.warn, limit=limit)
