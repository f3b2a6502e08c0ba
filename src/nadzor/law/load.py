# SPDX-License-Identifier: Apache-2.0
"""Reading the acts: parse, check every interval and review date, and answer `norm(key, on)`."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from functools import cache
from importlib.resources import files
from typing import TypeVar

import msgspec

from nadzor.base import yaml_pages
from nadzor.base.problems import Refusal, Text
from nadzor.law.conflict import conflicts
from nadzor.law.facts import matching
from nadzor.law.faults import entry_faults, joint_faults
from nadzor.law.missing import why_missing
from nadzor.law.norm import Entry, Norm, NormMissing, NormUnknown, Span, Value

S = TypeVar("S", bound=Span)


class Act(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One legal act: its key, its title, and the norms taken from it."""

    act: str
    title: Text
    cite: str
    norms: dict[str, Entry]


def parse_act(text: str) -> Act:
    """Read one act and refuse it unless every norm in it is dated, cited and reviewed.

    Law: the act named in the file.
    Raises: ValueError naming everything that is wrong.
    """
    act = msgspec.convert(yaml_pages.page(text), Act)
    wrong = [f"{key} {fault}" for key, entry in act.norms.items() for fault in entry_faults(entry)]
    if wrong:
        raise ValueError(f"{act.act}: " + "; ".join(wrong))
    return act


def join_acts(acts: Iterable[Act]) -> dict[str, tuple[str, Entry]]:
    """All norms by key, each with its act.

    Law: one question has one home, one fact has one norm.
    Raises: ValueError when two acts claim one key or one fact.
    """
    norms: dict[str, tuple[str, Entry]] = {}
    told: dict[str, str] = {}
    for act in acts:
        for key, entry in act.norms.items():
            if key in norms:
                raise ValueError(f"{key} is in {norms[key][0]} and in {act.act}")
            if entry.fact and (other := told.setdefault(entry.fact, key)) != key:
                raise ValueError(f"fact {entry.fact} is {other} and {key}")
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
    Raises: ValueError naming every conflict that nobody described and every act without its days of force.
    """
    found = join_acts(acts())
    if wrong := joint_faults(found, conflicts()):
        raise ValueError("; ".join(wrong))
    return found


def in_force(spans: Sequence[S], on: date) -> S | None:
    """The edition that covers a day, if any.

    Law: editions do not overlap, so there is at most one.
    """
    return next((span for span in spans if span.covers(on)), None)


def edition(entry: Entry, on: date, *, filed: date | None = None) -> Value | None:
    """The edition that governs a clock started on a day, for a case filed on an earlier one.

    Law: the edition of the day the clock starts; a transitional rule keeps what was filed under its own.
    """
    under = in_force(entry.values, filed) if filed else None
    return under if under and under.finishes else in_force(entry.values, on)


def resolve(text: str) -> tuple[str, ...]:
    """The keys of every norm that a key, a fact's number or a stem of numbers names.

    Law: none; a way to find it.
    Raises: NormUnknown when nothing answers to it.

    >>> resolve(" Registration.Version_Amendment ")
    ('registration.version_amendment',)
    """
    found = matching({key: entry.fact for key, (_, entry) in norms().items()}, text)
    if not found:
        raise NormUnknown
    return found


def only(text: str) -> str:
    """The one key that a key or a fact's number names.

    Law: none; a way to find it.
    Raises: NormUnknown; Refusal law.ambiguous for a stem that several norms share.
    """
    if text in norms():
        return text
    found = resolve(text)
    if len(found) > 1:
        raise Refusal("law.ambiguous", "$.key", keys=", ".join(found))
    return found[0]


def norm(key: str, on: date, *, filed: date | None = None) -> Norm:
    """The norm in force on a day, by key or fact; for a term, the day its clock starts.

    Law: the act and point in the answer's `cite`; a transitional rule for what was filed before.
    Raises: NormMissing when none is in force; NormUnknown when the house has no such norm at all.

    >>> norm("registration.version_amendment", date(2026, 11, 20)).number
    5
    """
    key = only(key)
    act, entry = norms()[key]
    value = edition(entry, on, filed=filed)
    if value is None:
        raise NormMissing(key, on, why=why_missing(entry, on))
    return answer(key, act, entry, value)


def answer(key: str, act: str, entry: Entry, value: Value) -> Norm:
    """A norm with one of its editions chosen.

    Law: the edition's citation.
    """
    return Norm(
        key=key, act=act, what=entry.what, unit=entry.unit, checked=entry.checked,
        value=value.value, cite=value.cite, status=value.status, since=value.start, until=value.until,
        fact=entry.fact, term=entry.term, note=value.note, conflicts=entry.conflicts, finishes=value.finishes,
    )  # fmt: skip
