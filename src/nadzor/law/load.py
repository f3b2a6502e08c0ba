# SPDX-License-Identifier: Apache-2.0
"""Reading the acts: parse, check every interval and review date, and answer `norm(key, on)`."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from functools import cache
from importlib.resources import files
from itertools import pairwise
from typing import TypeVar

import msgspec
import yaml

from nadzor.base.problems import Text
from nadzor.law.norm import Entry, Norm, NormMissing, Span, Value
from nadzor.workdays.calendar import Checked

S = TypeVar("S", bound=Span)


class Act(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One legal act: its key, its title, and the norms taken from it."""

    act: str
    title: Text
    cite: str
    norms: dict[str, Entry]


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
    """What is wrong with one norm: its intervals, its citations, its review.

    Law: our own rule: every value is dated and cited.
    """
    uncited = [f"value from {v.start} has no citation" for v in entry.values if not v.cite.strip()]
    return [*span_faults(entry.values), *uncited, *check_faults(entry.checked)]


def parse_act(text: str) -> Act:
    """Read one act and refuse it unless every norm in it is dated, cited and reviewed.

    Law: the act named in the file.
    Raises: ValueError naming everything that is wrong.
    """
    act = msgspec.convert(yaml.safe_load(text), Act)
    wrong = [f"{key} {fault}" for key, entry in act.norms.items() for fault in entry_faults(entry)]
    if wrong:
        raise ValueError(f"{act.act}: " + "; ".join(wrong))
    return act


def join_acts(acts: Iterable[Act]) -> dict[str, tuple[str, Entry]]:
    """All norms by key, each with its act.

    Law: one question has one home.
    Raises: ValueError when two acts claim one key.
    """
    norms: dict[str, tuple[str, Entry]] = {}
    for act in acts:
        for key, entry in act.norms.items():
            if key in norms:
                raise ValueError(f"{key} is in {norms[key][0]} and in {act.act}")
            norms[key] = (act.act, entry)
    return norms


def yaml_texts(folder: str) -> list[str]:
    """The YAML files of a folder of this room, by name.

    Law: whatever the files cite.
    """
    entries = sorted(files("nadzor.law").joinpath(folder).iterdir(), key=lambda entry: entry.name)
    return [entry.read_text("utf-8") for entry in entries if entry.name.endswith(".yaml")]


@cache
def acts() -> tuple[Act, ...]:
    """Every act in the house.

    Law: norms/*.yaml.
    """
    return tuple(parse_act(text) for text in yaml_texts("norms"))


@cache
def norms() -> dict[str, tuple[str, Entry]]:
    """Every norm in the house, by key.

    Law: norms/*.yaml.
    """
    return join_acts(acts())


def in_force(spans: Sequence[S], on: date) -> S | None:
    """The edition that covers a day, if any.

    Law: editions do not overlap, so there is at most one.
    """
    return next((span for span in spans if span.covers(on)), None)


def norm(key: str, on: date) -> Norm:
    """The norm of this key in force on a day; for a term, the day its clock starts.

    Law: the act and point in the answer's `cite`.
    Raises: NormMissing when none is in force; KeyError when the house has no such norm at all.
    """
    act, entry = norms()[key]
    value = in_force(entry.values, on)
    if value is None:
        raise NormMissing(key, on)
    return _answer(key, act, entry, value)


def _answer(key: str, act: str, entry: Entry, value: Value) -> Norm:
    return Norm(
        key=key, act=act, what=entry.what, unit=entry.unit, checked=entry.checked,
        value=value.value, cite=value.cite, status=value.status, since=value.start, until=value.until,
    )  # fmt: skip
