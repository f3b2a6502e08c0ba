# SPDX-License-Identifier: Apache-2.0
"""Yearly reports in the API's words: their last day as an answer of the law, with norm and arithmetic."""

from __future__ import annotations

from datetime import date
from typing import Any

from msgspec import Struct

from nadzor.base.problems import Text
from nadzor.law.answer import DeadlineAnswer, deadline_answer
from nadzor.procedures.monitoring import ReportDay
from nadzor.statutory.monitoring_report import YearReport
from nadzor.vigilance.cards import MoveCard
from nadzor.vigilance.monitoring_cards import Filed, PlanCard, ReportCard, ReportRow


class DayOut(Struct, frozen=True, kw_only=True):
    """The year a report is about, its last day, the day to warn; `open`: whether it is owed is a question.

    Where no norm gives a day, `due` is null, `missing` names the norm, and `why` says so.
    """

    ordinal: int
    year: int
    due: date | None
    warn: date | None
    open: bool
    limit: DeadlineAnswer | None
    missing: str
    why: Text | None


class RowOut(Struct, frozen=True, kw_only=True):
    """A yearly report in a list; `before`: due before this platform was there, so nobody here can know."""

    device: str
    name: Text
    maker: str
    day: DayOut
    state: str
    filed_on: date | None
    editions: int
    missing: bool
    late: bool
    before: bool


class ReportOut(Struct, frozen=True, kw_only=True):
    """One yearly report whole; `gaps` are the hand-written parts that nobody has written yet."""

    row: RowOut
    report: YearReport | None
    words: dict[str, str]
    gaps: tuple[str, ...]
    digest: str
    signed: str
    plan: PlanCard | None
    steps: tuple[MoveCard, ...]
    filed: tuple[Filed, ...]


def row_out(row: ReportRow) -> RowOut:
    """A report of the schedule."""
    same = ("device", "maker", "state", "filed_on", "editions", "missing", "late", "before")
    told = {name: getattr(row, name) for name in same}
    return RowOut(name=Text(ru=row.name_ru, en=row.name_en), day=_day(row.day), **told)


def report_out(card: ReportCard) -> ReportOut:
    """A report with everything behind it."""
    told: dict[str, Any] = {name: getattr(card, name) for name in card.__struct_fields__ if name != "row"}
    return ReportOut(row=row_out(card.row), gaps=card.gaps, **told)


def _day(found: ReportDay) -> DayOut:
    told: dict[str, Any] = {
        name: getattr(found, name) for name in found.__struct_fields__ if name != "limit"
    }  # fmt: skip
    limit = found.limit
    return DayOut(limit=deadline_answer(limit, limit.since) if limit else None, **told)
