# SPDX-License-Identifier: Apache-2.0
"""The calculator on a term's page: a start, the last day to act, and every step between them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime

from django.utils.translation import gettext as _
from msgspec import Struct

from nadzor.base.problems import Refusal, document
from nadzor.law.deadline import Deadline, deadline, legal_day
from nadzor.law.norm import Entry
from nadzor.portal.sheets import Cell, Table, columns, line
from nadzor.portal.words import NOTHING, day, language, moment, reference, said

DAY_CHARS = 10


class Typed(Struct, frozen=True):
    """What somebody wrote into a field, read as a day or a moment; or what is wrong with it."""

    text: str
    when: date | datetime | None
    fault: str = ""

    @property
    def shown(self) -> str:
        """What stands in the field: a date field of a browser holds nothing but a date."""
        return "" if self.fault else self.text


class Box(Struct, frozen=True):
    """One field of the form."""

    name: str
    label: str
    kind: str
    value: str
    hint: str = ""
    error: str = ""


class Sum(Struct, frozen=True, kw_only=True):
    """The form, and what it came to: a date with its steps, or why there is none."""

    boxes: list[Box]
    due: str = ""
    warn: str = ""
    steps: Table | None = None
    problem: str = ""
    cure: str = ""


def sum_of(asked: Mapping[str, str], key: str, entry: Entry) -> Sum:
    """The calculator of a term, worked out when a start is given."""
    start, filed = (_typed(asked.get(name, "").strip()) for name in ("start", "filed"))
    boxes = _boxes(entry, start, filed)
    if start.when is None or filed.fault:
        return Sum(boxes=boxes)
    try:
        found = deadline(key, start.when, filed=legal_day(filed.when) if filed.when else None)
    except Refusal as refusal:
        told = document(refusal, language())
        return Sum(boxes=boxes, problem=told["title"], cure=told["do"])
    return Sum(boxes=boxes, due=_due(found), warn=day(found.warn) if found.warn else "", steps=_steps(found))


def _boxes(entry: Entry, start: Typed, filed: Typed) -> list[Box]:
    hours = entry.unit == "hour"
    shown = f"{start.shown}T00:00" if hours and len(start.shown) == DAY_CHARS else start.shown
    hint = said(entry.term.starts) if entry.term else ""
    first = Box(
        "start", _("The clock starts"), "datetime-local" if hours else "date", shown, hint, start.fault
    )
    if not filed.text and not any(value.finishes for value in entry.values):
        return [first]
    return [first, Box("filed", _("The case was filed"), "date", filed.shown, "", filed.fault)]


def _typed(text: str) -> Typed:
    try:
        when = date.fromisoformat(text) if len(text) <= DAY_CHARS else datetime.fromisoformat(text)
    except ValueError:
        return Typed(text, None, _("Write a day as 2026-11-20.") if text else "")
    return Typed(text, when)


def _due(found: Deadline) -> str:
    if found.due is None:
        return _("no date follows")
    return moment(found.due) if isinstance(found.due, datetime) else day(found.due)


def _steps(found: Deadline) -> Table:
    lines = [
        line(day(step.day) if step.day else NOTHING, Cell(said(step.text)), Cell(reference(step.cite)))
        for step in found.steps
    ]
    return Table(_("Arithmetic"), columns(_("Day"), _("Step"), _("Citation")), lines)
