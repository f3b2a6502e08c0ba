# SPDX-License-Identifier: Apache-2.0
"""The words of a filled event form, read from their file."""

from __future__ import annotations

from functools import cache
from importlib.resources import files

import msgspec

from nadzor.base import yaml_pages
from nadzor.base.problems import Text
from nadzor.law.form import FieldKind
from nadzor.statutory.event_form import Source, Value


class EventWords(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Headings, names of facts and sheets, sentences, and the names of coded choices."""

    heads: dict[str, Text]
    sheets: dict[str, Text]
    facts: dict[str, Text]
    said: dict[str, Text]
    sources: dict[str, Text]
    choices: dict[str, Text]


@cache
def event_words() -> EventWords:
    """All of them."""
    page = files("nadzor.statutory").joinpath("event_words.yaml").read_text("utf-8")
    return msgspec.convert(yaml_pages.page(page), EventWords)


def value_text(value: Value | None, kind: FieldKind, language: str) -> str:
    """A value as a person reads it; what nobody said is said to be unknown."""
    if value is None:
        return event_words().said["unknown"].in_language(language)
    if isinstance(value, Text):
        return value.in_language(language) or value.ru or value.en
    if isinstance(value, tuple):
        return ", ".join(f"{each.code} ({each.edition})" for each in value)
    choice = event_words().choices.get(str(value)) if kind == "choice" else None
    return choice.in_language(language) if choice else str(value)


def source_text(source: Source | None, language: str) -> str:
    """Where a value comes from, in words; empty where there is none."""
    if source is None:
        return ""
    name = event_words().sources.get(source.ref)
    told = name.in_language(language) if name else source.ref
    return event_words().said[source.kind].in_language(language).format(ref=told)
