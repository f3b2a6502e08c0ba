# SPDX-License-Identifier: Apache-2.0
"""Words of filings that belong to no single procedure: stages, kinds of evidence, flags, tasks."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import Final

import msgspec
import yaml

from nadzor.base.problems import Text
from nadzor.procedures.catalogue import PROCEDURES
from nadzor.procedures.words import words

CLOSED: Final = "closed"
OTHER: Final = "intake"  # a state no stage names waits with the registrar until somebody places it


class Stage(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A column of the registrar's board and the states it gathers."""

    title: Text
    states: tuple[str, ...]


class FilingWords(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The page filing_words.yaml."""

    stages: dict[str, Stage]
    evidence: dict[str, Text]
    outcomes: dict[str, Text]
    flags: dict[str, Text]
    tasks: dict[str, Text]
    notices: dict[str, Text]


@cache
def filing_words() -> FilingWords:
    """The words, as filing_words.yaml keeps them."""
    page = files("nadzor.register").joinpath("filing_words.yaml").read_text("utf-8")
    return msgspec.convert(yaml.safe_load(page), FilingWords)


def stage_of(procedure: str, state: str) -> str:
    """The stage a state belongs to; every closed state is closed."""
    if state in PROCEDURES[procedure].closed:
        return CLOSED
    return _stages().get(state, OTHER)


def states_of(stage: str, procedure: str) -> tuple[str, ...]:
    """The states of a procedure that a stage gathers."""
    return tuple(state for state in PROCEDURES[procedure].states if stage_of(procedure, state) == stage)


def called(procedure: str, *, state: str = "", verb: str = "") -> Text:
    """What a state or a verb of a procedure is called; the procedure's own title without either."""
    said = words()[procedure]
    if verb:
        return said.verbs[verb]
    return said.states[state] if state else said.title


def filled(text: Text, **facts: object) -> Text:
    """A sentence with its gaps filled; a fact that is a Text is told in its language."""
    return Text(ru=text.ru.format(**_in("ru", facts)), en=text.en.format(**_in("en", facts)))


def _in(lang: str, facts: dict[str, object]) -> dict[str, object]:
    return {
        key: value.in_language(lang) if isinstance(value, Text) else value for key, value in facts.items()
    }


@cache
def _stages() -> dict[str, str]:
    return {state: name for name, stage in filing_words().stages.items() for state in stage.states}
