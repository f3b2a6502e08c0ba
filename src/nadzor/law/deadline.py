# SPDX-License-Identifier: Apache-2.0
"""A deadline that shows its arithmetic: the norm, the day the clock started, each step, the last day."""

from __future__ import annotations

from datetime import date, datetime

import msgspec

from nadzor.base.clock import MOSCOW
from nadzor.base.problems import Refusal, Text
from nadzor.law.faults import TERMS
from nadzor.law.load import norm
from nadzor.law.norm import Norm
from nadzor.law.steps import Step, calendar_steps, working_steps
from nadzor.law.terms import Due, hour_steps, open_steps, yearly_steps
from nadzor.law.wording import limit
from nadzor.workdays.calendar import CalendarMissing
from nadzor.workdays.spoken import plain

HOUSE_READING = "house reading, not law"
LAST_YEAR = 9000  # beyond it no day can be added to without leaving the calendar of the machine


class Deadline(msgspec.Struct, frozen=True, kw_only=True):
    """Last day (or moment) to act, and everything it was computed from; no date where the law gives none."""

    key: str
    due: date | datetime | None
    since: date
    norm: Norm
    steps: tuple[Step, ...] = ()
    warn: date | None = None


def deadline(
    key: str, since: date | datetime, *, filed: date | None = None, on: date | None = None
) -> Deadline:
    """The last day to act when the clock starts on `since`, by a norm's key or its fact's number.

    `filed` is the day the case was filed (a transitional rule may keep its edition); `on` is the day whose
    edition is read, the day the clock starts when left out.

    Law: the norm in force on the day the clock starts; Civil Code art. 191, 193.
    Raises: NormMissing without a norm in force; CalendarMissing beyond the loaded years;
    Refusal law.not-a-term.

    >>> deadline("registration.version_amendment", date(2026, 11, 20)).due
    datetime.date(2026, 11, 27)
    """
    day = legal_day(since)
    rule = norm(key, on or day, filed=filed)
    if rule.unit not in TERMS:
        raise Refusal("law.not-a-term", "$.key", key=rule.key, unit=rule.unit)
    if day.year >= LAST_YEAR:
        raise CalendarMissing(day)
    found = _due(rule, since)
    steps = (*_ground(rule, on or day, filed), *found.steps)
    return Deadline(key=rule.key, due=found.due, since=day, norm=rule, steps=steps, warn=found.warn)


def legal_day(since: date | datetime) -> date:
    """The day in Moscow on which a clock starts; a moment without a zone is Moscow's.

    Law: our own rule: legal clocks run in the regulator's zone.
    """
    if not isinstance(since, datetime):
        return since
    return since.astimezone(MOSCOW).date() if since.tzinfo else since.date()


def _due(rule: Norm, since: date | datetime) -> Due:
    day = legal_day(since)
    match rule.unit:
        case "working_day":
            return Due(*working_steps(day, rule.number))
        case "calendar_day":
            return Due(*calendar_steps(day, rule.number))
        case "hour":
            return hour_steps(since, rule.number)
        case "date":
            return yearly_steps(day, str(rule.value))
        case _:
            return open_steps(rule)


def _ground(rule: Norm, on: date, filed: date | None) -> tuple[Step, ...]:
    """The norm, its edition and how well it is known: what everything below rests on."""
    said, start = limit(rule), plain(rule.since)
    end = plain(rule.until) if rule.until else None
    ends = Text(ru=f" до {end.ru}", en=f" until {end.en}") if end else Text(ru="", en="")
    text = Text(
        ru=f"Норма: {rule.what.ru} — {said.ru}; редакция действует с {start.ru}{ends.ru}",
        en=f"Norm: {rule.what.en} — {said.en}; edition in force from {start.en}{ends.en}",
    )
    return (Step(text, None, rule.cite), *_kept(rule, on, filed), *_doubt(rule))


def _kept(rule: Norm, on: date, filed: date | None) -> tuple[Step, ...]:
    in_force = rule.since <= on and (rule.until is None or on < rule.until)
    if filed is None or in_force:
        return ()
    text = Text(
        ru=f"Подано {plain(filed).ru}, при этой редакции: поданное при ней по ней и завершается",
        en=f"Filed on {plain(filed).en}, under this edition: what was filed under it finishes under it",
    )
    return (Step(text, filed, rule.cite),)


def _doubt(rule: Norm) -> tuple[Step, ...]:
    if rule.status != "unverified":
        return ()
    text = Text(
        ru="Норма не проверена: дата для сведения, сама по себе ничего не решает",
        en="The norm is not verified: the date is for information and decides nothing by itself",
    )
    return (Step(text, None, HOUSE_READING),)
