# SPDX-License-Identifier: Apache-2.0
"""What a procedure's states, verbs, questions and effects are called, in both languages.

A state or verb that several procedures share is written once, under `shared`; a procedure's own word wins.
"""

from __future__ import annotations

from functools import cache
from importlib.resources import files

import msgspec

from nadzor.base import yaml_pages
from nadzor.base.problems import Text
from nadzor.procedures.catalogue import PROCEDURES


class Words(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The title, the states, the verbs of one procedure, and one sentence on what each verb does."""

    title: Text
    states: dict[str, Text]
    verbs: dict[str, Text]
    explains: dict[str, Text]


class Shared(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Words of several procedures, and those of the questions a move asks and the effects it has."""

    states: dict[str, Text]
    verbs: dict[str, Text]
    explains: dict[str, Text]
    asks: dict[str, Text]
    effects: dict[str, Text]


class Pages(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The whole of words.yaml."""

    shared: Shared
    procedures: dict[str, Words]


@cache
def pages() -> Pages:
    """The words as written.

    Law: none; names only.
    """
    page = files("nadzor.procedures").joinpath("words.yaml").read_text("utf-8")
    return msgspec.convert(yaml_pages.page(page), Pages)


@cache
def words() -> dict[str, Words]:
    """The words of every procedure, by its name: exactly those of its table.

    Law: none; names only.
    """
    return {name: _words(name) for name in PROCEDURES}


def asks() -> dict[str, Text]:
    """What a person is asked to add to a move, by its key.

    Law: none; names only.
    """
    return pages().shared.asks


def effects() -> dict[str, Text]:
    """What a move does to the register, by its key.

    Law: none; names only.
    """
    return pages().shared.effects


def _words(name: str) -> Words:
    table, own, shared = PROCEDURES[name], pages().procedures[name], pages().shared
    return Words(
        title=own.title,
        states={state: own.states.get(state) or shared.states[state] for state in table.states},
        verbs={verb: own.verbs.get(verb) or shared.verbs[verb] for verb in table.verbs},
        explains={verb: own.explains.get(verb) or shared.explains[verb] for verb in table.verbs},
    )
