# SPDX-License-Identifier: Apache-2.0
"""What is told about plans and yearly reports of clinical monitoring, in both languages."""

from __future__ import annotations

from datetime import date
from functools import cache
from importlib.resources import files

import msgspec
import yaml

from nadzor.base.problems import Text
from nadzor.workdays.spoken import spoken


@cache
def sentences() -> dict[str, Text]:
    """The sentences with their gaps, as monitoring_words.yaml keeps them."""
    page = files("nadzor.vigilance").joinpath("monitoring_words.yaml").read_text("utf-8")
    return msgspec.convert(yaml.safe_load(page), dict[str, Text])


def told(key: str, **facts: object) -> Text:
    """A sentence with its gaps filled; a text among the facts is said in each language."""
    sentence = sentences()[key]
    return Text(
        ru=sentence.ru.format(**{name: _in(fact, "ru") for name, fact in facts.items()}),
        en=sentence.en.format(**{name: _in(fact, "en") for name, fact in facts.items()}),
    )


def due_words(due: date | None) -> Text:
    """When a report is due, or that no norm says when."""
    return told("due", day=spoken(due)) if due else told("no_due")


def _in(fact: object, language: str) -> object:
    return fact.in_language(language) if isinstance(fact, Text) else fact
