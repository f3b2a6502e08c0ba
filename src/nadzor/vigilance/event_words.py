# SPDX-License-Identifier: Apache-2.0
"""What is said of adverse events in both languages: notices, states in plain words, doubts."""

from __future__ import annotations

from functools import cache
from importlib.resources import files

import msgspec

from nadzor.base import yaml_pages
from nadzor.base.problems import Text


class EventWords(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The whole of event_words.yaml."""

    seriousness: dict[str, Text]
    event_types: dict[str, Text]
    ways: dict[str, Text]
    documents: dict[str, Text]
    doubts: dict[str, Text]
    follow_states: dict[str, Text]
    follow_steps: dict[str, Text]
    notices: dict[str, Text]


@cache
def event_words() -> EventWords:
    """The words as written."""
    page = files("nadzor.vigilance").joinpath("event_words.yaml").read_text("utf-8")
    return msgspec.convert(yaml_pages.page(page), EventWords)


def event_notice(key: str, **facts: object) -> Text:
    """A notice with its gaps filled; a fact in two languages stands in each in its own."""
    said = event_words().notices[key]
    ru = {name: fact.ru if isinstance(fact, Text) else fact for name, fact in facts.items()}
    en = {name: fact.en if isinstance(fact, Text) else fact for name, fact in facts.items()}
    return Text(ru=said.ru.format_map(ru), en=said.en.format_map(en))
