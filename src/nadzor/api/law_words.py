# SPDX-License-Identifier: Apache-2.0
"""What the law's routes say and hear: the questions after `?`, rows of lists, and the shapes by name."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any, Final, Literal

from msgspec import Meta, Struct, field

from nadzor.base.problems import Refusal, Text
from nadzor.law.answer import DeadlineAnswer, NormAnswer, WorkdayAnswer
from nadzor.law.lapse import AHEAD_DAYS, Lapse
from nadzor.law.load import norms
from nadzor.law.norm import Entry, Status, Unit, Value
from nadzor.procedures.rules.amendment_route import Facts as RouteFacts
from nadzor.procedures.rules.amendment_route import Route
from nadzor.procedures.rules.answers import Answers
from nadzor.procedures.rules.completeness import DossierAnswer
from nadzor.procedures.rules.dossier import Dossier
from nadzor.procedures.rules.duties import Bill
from nadzor.procedures.rules.interview import Question
from nadzor.procedures.rules.qualification import Determination
from nadzor.procedures.rules.risk_class import Classification
from nadzor.procedures.rules.risk_class import Facts as ClassFacts

DAY_CHARS: Final = 10
State = Literal["in_force", "lapsed", "ahead", "unknown"]
Line = Annotated[str, Meta(max_length=100)]
Day = Annotated[date | None, Meta(description="the day asked about; today when absent")]


class Strict(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What somebody sends: an unknown field is refused, because it would be lost in silence."""


class OnIn(Strict, frozen=True, kw_only=True):
    """The day whose rules apply."""

    on: Day = None


class NormsIn(Strict, frozen=True, kw_only=True):
    """Which norms are wanted."""

    act: Line = ""
    fact: Annotated[
        str, Meta(max_length=20, description="the beginning of a fact's number, such as T- or R-1")
    ] = ""
    status: Status | None = None
    unit: Unit | None = None
    on: Day = None
    state: State | None = None


class NormIn(Strict, frozen=True, kw_only=True):
    """One norm as on a day, for a case filed on another; without a day all editions and none chosen."""

    on: date | None = None
    filed: date | None = None


class LapsesIn(Strict, frozen=True, kw_only=True):
    """Which ends are wanted."""

    on: Day = None
    ahead_days: Annotated[int, Meta(ge=0, le=36525)] = AHEAD_DAYS
    every: Annotated[bool, Meta(description="also those that lie further ahead")] = False


class DeadlineIn(Strict, frozen=True, kw_only=True):
    """When the clock starts: a day, or a moment for terms in hours; without a zone it is Moscow's."""

    start: Annotated[str, Meta(max_length=40)]
    on: date | None = None
    filed: date | None = None


class WorkdaysIn(Strict, frozen=True, kw_only=True):
    """Whether the paid non-working days of 2020 and 2021 are days off."""

    decree_days: bool = False


class WorkdaysAddIn(WorkdaysIn, frozen=True, kw_only=True):
    """A term in working days."""

    date: date
    n: Annotated[int, Meta(ge=1, le=5000)]


class DutyIn(Strict, frozen=True, kw_only=True):
    """What is to be paid for."""

    act: Line
    risk_class: Line | None = field(name="class", default=None)


class NormRow(Struct, frozen=True, kw_only=True):
    """One norm in a list, with what it says on the day asked about."""

    key: str
    fact: str
    act: str
    what: Text
    unit: Unit
    state: State
    in_force: Value | None
    conflicts: tuple[str, ...]
    successor: Text | None


class NormsOut(Struct, frozen=True, kw_only=True):
    """Norms as on a day."""

    items: tuple[NormRow, ...]
    on: date


class LapsesOut(Struct, frozen=True, kw_only=True):
    """What has lapsed or will, as seen on a day."""

    items: tuple[Lapse, ...]
    on: date


class WorkdaysOut(Struct, frozen=True, kw_only=True):
    """Every working day of a year."""

    year: int
    workdays: int
    days: tuple[date, ...]
    decree_days: bool


class QuestionOut(Struct, frozen=True, kw_only=True):
    """The question to put next; none when the interview is over."""

    question: Question | None


#: Every shape of this part of the API, by the name its JSON Schema is asked for.
SHAPES: Final[dict[str, Any]] = {
    "norm": NormAnswer,
    "deadline": DeadlineAnswer,
    "workdays-add": WorkdayAnswer,
    "lapse": Lapse,
    "qualify": Answers,
    "qualify-answer": Determination,
    "qualify-next": QuestionOut,
    "classify": ClassFacts,
    "classify-answer": Classification,
    "duty": DutyIn,
    "duty-answer": Bill,
    "dossier": Dossier,
    "dossier-answer": DossierAnswer,
    "amendment-route": RouteFacts,
    "amendment-route-answer": Route,
}


def norm_rows(wanted: NormsIn, on: date) -> tuple[NormRow, ...]:
    """The norms that fit, by act and key."""
    rows = (_row(key, act, entry, on) for key, (act, entry) in norms().items())
    return tuple(row for row in rows if _fits(row, wanted))


def start_of(text: str) -> date | datetime:
    """A day, or a moment when an hour is given.

    Raises: Refusal law.date-unreadable.
    """
    try:
        return date.fromisoformat(text) if len(text) <= DAY_CHARS else datetime.fromisoformat(text)
    except ValueError as error:
        raise Refusal("law.date-unreadable", "?start") from error


def _row(key: str, act: str, entry: Entry, on: date) -> NormRow:
    value = next((each for each in entry.values if each.covers(on)), None)
    return NormRow(
        key=key, fact=entry.fact, act=act, what=entry.what, unit=entry.unit, state=_state(entry, value, on),
        in_force=value, conflicts=entry.conflicts, successor=entry.successor,
    )  # fmt: skip


def _state(entry: Entry, value: Value | None, on: date) -> State:
    if value is not None:
        return "in_force"
    if not entry.values:
        return "unknown"
    return "ahead" if on < entry.values[0].start else "lapsed"


def _fits(row: NormRow, wanted: NormsIn) -> bool:
    return (
        wanted.act in ("", row.act)
        and row.fact.upper().startswith(wanted.fact.upper())
        and wanted.unit in (None, row.unit)
        and wanted.state in (None, row.state)
        and (wanted.status is None or (row.in_force is not None and row.in_force.status == wanted.status))
    )
