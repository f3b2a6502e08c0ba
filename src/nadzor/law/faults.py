# SPDX-License-Identifier: Apache-2.0
"""What can be wrong with a norm's file: everything is named at loading, and nothing wrong is loaded."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from datetime import date
from itertools import pairwise

from nadzor.base.problems import Text
from nadzor.law.norm import Entry, Item, Span, Unit, Value, Worth
from nadzor.workdays.calendar import Checked

NUMBERS: frozenset[Unit] = frozenset(
    {
        "working_day",
        "calendar_day",
        "hour",
        "month",
        "roubles",
        "organisations",
        "studies",
        "attempts",
        "percent",
    }
)
POSITIVE: frozenset[Unit] = frozenset({"working_day", "calendar_day", "hour", "month"})
TERMS: frozenset[Unit] = POSITIVE | {"date", "period"}
#: Norms that no act of the table of acts holds: our own, background, neighbouring laws, drafts.
APART: frozenset[str] = frozenset(
    {"acts", "house-rules", "commentary", "precedents", "imdrf", "moscow-centre"}
    | {"federal-law-152", "federal-law-187", "order-fstec-117", "draft-regulation"}
)
YEARLY = re.compile(r"(\d\d)-(\d\d)")
PLAIN_YEAR = 2025  # a yearly date must exist in every year


def span_faults(spans: Sequence[Span]) -> list[str]:
    """What is wrong with a list of editions: empty, backwards, out of order, overlapping.

    Law: two editions of one norm are never in force together.
    """
    found = [] if spans else ["has no edition"]
    found += [f"ends on {s.until} before it starts" for s in spans if s.until and s.until <= s.start]
    for earlier, later in pairwise(spans):
        if earlier.until is None or earlier.until > later.start:
            found.append(f"edition of {earlier.start} overlaps the one of {later.start}")
    return found


def check_faults(checked: Checked) -> list[str]:
    """A review must name somebody and come due after the check.

    Law: our own rule: no entry without a person and a next look.
    """
    found = [] if checked.by.strip() else ["names nobody who checked it"]
    return found if checked.next > checked.day else [*found, "has no later review date"]


def entry_faults(entry: Entry) -> list[str]:
    """What is wrong with one norm: its intervals, its citations, its values, its term, its review.

    Law: our own rule: every value is dated and cited.
    """
    spans = [] if entry.hole and not entry.values else span_faults(entry.values)
    found = [*spans, *check_faults(entry.checked)]
    found += [f"value from {v.start} has no citation" for v in entry.values if not v.cite.strip()]
    found += [f"value from {v.start} {wrong}" for v in entry.values for wrong in worth_faults(entry.unit, v)]
    if entry.term and entry.unit not in TERMS | {"rule"}:
        found.append(f"has a term but counts {entry.unit}")
    return found


def worth_faults(unit: Unit, value: Value) -> list[str]:
    """Whether a value is of the kind its unit asks for.

    Law: our own rule: a number is a number, a rule is a sentence in both languages.
    """
    worth = value.value
    if unit in NUMBERS:
        return _number_faults(worth, least=1 if unit in POSITIVE else 0)
    if unit == "switch":
        return [] if worth in (0, 1) else ["is neither 0 nor 1"]
    if unit == "date":
        return [] if isinstance(worth, str) and is_yearly(worth) else ["is not a day of the year, MM-DD"]
    if unit == "period":
        return [] if isinstance(worth, str) else ["is not a word for a period"]
    if unit == "list":
        return _list_faults(worth)
    return [] if isinstance(worth, Text) and worth.ru and worth.en else ["is not a sentence in ru and en"]


def joint_faults(norms: Mapping[str, tuple[str, Entry]], conflicts: Collection[str]) -> list[str]:
    """What is wrong between the files: a conflict nobody described, an act without its days of force.

    Law: our own rule: every act that norms are taken from says itself how long it is in force.
    """
    found = [
        f"{key} names unknown conflict {name}"
        for key, (_, entry) in norms.items()
        for name in entry.conflicts
        if name not in conflicts
    ]
    taken = {act for act, _ in norms.values()} - APART
    return found + [f"{act} has no norm act.{act}" for act in sorted(taken) if f"act.{act}" not in norms]


def is_yearly(worth: str) -> bool:
    """Whether a word is a day of the year.

    Law: none; the calendar.
    """
    found = YEARLY.fullmatch(worth)
    try:
        return bool(found and date(PLAIN_YEAR, int(found[1]), int(found[2])))
    except ValueError:
        return False


def _number_faults(worth: Worth, *, least: int) -> list[str]:
    return [] if isinstance(worth, int) and worth >= least else [f"is not a number from {least} up"]


def _list_faults(worth: Worth) -> list[str]:
    if not isinstance(worth, tuple) or not worth:
        return ["is not a list of items"]
    keys = [item.key for item in worth if isinstance(item, Item)]
    return [] if len(set(keys)) == len(keys) else ["repeats the key of an item"]
