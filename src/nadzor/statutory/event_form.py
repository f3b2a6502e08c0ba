# SPDX-License-Identifier: Apache-2.0
"""A form of Order 1113n filled: what the house knows of an event, what documents say, field by field.  Pure.

What a person wrote in a document stands in the field; where our own facts say otherwise, both are shown.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Final, Literal, TypeAlias

from msgspec import Struct

from nadzor.base.problems import Text
from nadzor.law.form import FormEdition, FormField

PREFIX: Final = "order-1113n-"
KINDS: Final[dict[str, str]] = {
    "message": "order-1113n-message",
    "report": "order-1113n-report",
    "follow_up": "order-1113n-report",
    "corrective_action": "order-1113n-corrective-action",
    "safety_notice": "order-1113n-safety-notice",
}
"""Which form a document of an event is."""


class Coded(Struct, frozen=True, order=True):
    """A code and the edition of its list: never one without the other."""

    code: str
    edition: str


Value: TypeAlias = str | int | Text | tuple[Coded, ...]
"""What a field holds, in no language: a name in both, a choice by its code, a code with its edition."""


class Document(Struct, frozen=True, kw_only=True):
    """One form as somebody sent it: its kind, when, the SHA-256 of what was sent, and its fields by key."""

    kind: str
    at: datetime
    digest: str
    fields: Mapping[str, Value]


class Source(Struct, frozen=True):
    """Where a value comes from: a fact of ours by name, or a document by its digest."""

    kind: Literal["fact", "document"]
    ref: str


class FilledField(Struct, frozen=True, kw_only=True):
    """One field: its value and source; `value` is None where nobody said.

    `beside`: what our own fact says where the document says something else.
    """

    key: str
    field: FormField
    value: Value | None = None
    source: Source | None = None
    beside: Value | None = None


class FilledForm(Struct, frozen=True, kw_only=True):
    """A form about one event, as known by a day."""

    edition: FormEdition
    subject: str
    known_by: date
    fields: tuple[FilledField, ...]

    @property
    def unknown(self) -> tuple[str, ...]:
        """The fields that nobody filled: unknown, which is neither zero nor no."""
        return tuple(each.key for each in self.fields if each.value is None)


def event_form(
    facts: Mapping[str, Value],
    documents: Iterable[Document],
    edition: FormEdition,
    *,
    subject: str,
    known_by: date,
) -> FilledForm:
    """A form filled from facts by name and from documents; the order of neither matters.

    Law: Order 1113n, in the edition given.
    Why: the newest document that says something of a field wins, so that a follow-up corrects a report and
    leaves alone what it does not speak of.
    """
    newest = sorted(documents, key=lambda each: (each.at, each.digest), reverse=True)
    filled = (_filled(key, field, facts, newest) for key, field in edition.fields.items())
    return FilledForm(edition=edition, subject=subject, known_by=known_by, fields=tuple(filled))


def _filled(
    key: str, field: FormField, facts: Mapping[str, Value], newest: Iterable[Document]
) -> FilledField:
    known = _settled(facts.get(field.fact)) if field.fact else None
    said = next(((each, told) for each in newest if (told := _settled(each.fields.get(key)))), None)
    if said:
        document, told = said
        return FilledField(
            key=key,
            field=field,
            value=told[0],
            source=Source("document", document.digest),
            beside=known[0] if known and not _is_same(known[0], told[0]) else None,
        )
    if known:
        return FilledField(key=key, field=field, value=known[0], source=Source("fact", field.fact))
    return FilledField(key=key, field=field)


def _is_same(known: Value, told: Value) -> bool:
    """Whether a document says what we know; a name is the same in either language."""
    if isinstance(known, Text) and isinstance(told, str):
        return told in (known.ru, known.en)
    return known == told


def _settled(value: Value | None) -> tuple[Value] | None:
    """A value that says something, in the one form in which it is compared; a count of zero does."""
    if isinstance(value, tuple):
        return (tuple(sorted(set(value))),) if value else None
    if isinstance(value, str):
        return (value.strip(),) if value.strip() else None
    if isinstance(value, Text):
        return (value,) if value.ru or value.en else None
    return None if value is None else (value,)
