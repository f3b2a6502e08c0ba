# SPDX-License-Identifier: Apache-2.0
"""The words of open data: the envelope that says what the rows are, and the rows."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from msgspec import UNSET, Struct, UnsetType

from nadzor.actions.open_shelf.ask import Answer
from nadzor.disclosure.asking.sets import Kind, OpenSet, shelf


class Results(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """How many rows there are, how many at most are shown; `truncated`: more exist than are shown.

    `next` is the cursor of the following page; `next_since` where a follower of changes goes on.
    """

    limit: int
    total: int
    truncated: bool
    next: str | UnsetType = UNSET
    next_since: int | UnsetType = UNSET


class About(Struct, frozen=True, kw_only=True):
    """What is read beside the rows; `change` is the number of the newest change of the set."""

    disclaimer: str
    caveat: str
    license: str
    license_url: str
    set: str
    last_updated: datetime | None
    change: int
    results: Results


class AnswerOut(Struct, frozen=True, kw_only=True):
    """An answer.  `results` are rows, or `{term, count}`, or changes `{change, key, deleted, row}`."""

    meta: About
    results: Sequence[Any]


class ColumnOut(Struct, frozen=True):
    """One column."""

    name: str
    kind: Kind
    says: str


class SetOut(Struct, frozen=True, kw_only=True):
    """One open set; `found`: the columns in which bare words are looked for."""

    name: str
    title: str
    says: str
    caveat: str
    key: str
    found: tuple[str, ...]
    columns: tuple[ColumnOut, ...]


class SetsOut(Struct, frozen=True, kw_only=True):
    """The open sets."""

    disclaimer: str
    license: str
    license_url: str
    sets: tuple[SetOut, ...]


def sets_out(language: str) -> SetsOut:
    """The list of sets in a language."""
    told = shelf()
    return SetsOut(
        disclaimer=told.disclaimer.in_language(language), license=told.licence, license_url=told.licence_url,
        sets=tuple(_set(name, one, language) for name, one in told.sets.items()),
    )  # fmt: skip


def answer_out(name: str, answer: Answer, limit: int, language: str) -> AnswerOut:
    """An answer in its envelope."""
    told = shelf()
    about = About(
        disclaimer=told.disclaimer.in_language(language), caveat=told.sets[name].caveat.in_language(language),
        license=told.licence, license_url=told.licence_url, set=name,
        last_updated=answer.changed_at, change=answer.mark.change, results=_results(answer, limit),
    )  # fmt: skip
    return AnswerOut(meta=about, results=answer.results)


def _results(answer: Answer, limit: int) -> Results:
    since = UNSET if answer.next_since is None else answer.next_since
    return Results(
        limit=limit,
        total=answer.total,
        truncated=answer.truncated,
        next=answer.next or UNSET,
        next_since=since,
    )


def _set(name: str, one: OpenSet, language: str) -> SetOut:
    return SetOut(
        name=name, title=one.name.in_language(language), says=one.says.in_language(language),
        caveat=one.caveat.in_language(language), key=one.key, found=one.found,
        columns=tuple(
            ColumnOut(name, told.kind, told.says.in_language(language)) for name, told in one.columns.items()
        ),
    )  # fmt: skip
