# SPDX-License-Identifier: Apache-2.0
"""What the sources disagree about, what nobody could read, and who is on the law's lists of bodies."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import Literal, TypeVar

import msgspec

from nadzor.base import yaml_pages
from nadzor.base.problems import Text
from nadzor.law.norm import Status

T = TypeVar("T")
Work = Literal["expertise", "inspection", "accelerated_trial", "technical_trial", "clinical_trial"]


class Conflict(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Where the seed texts and the outside differ: the seed decides, the outside is kept as a note."""

    topic: Text
    seed: Text
    outside: Text
    facts: tuple[str, ...] = ()


class Hole(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What could not be read and must be looked up by a person in an official legal base."""

    text: Text
    facts: tuple[str, ...] = ()


class Body(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """An institution that a cited act lets do some work, or a class of them with the rule for telling."""

    code: str
    name: Text
    may: tuple[Work, ...]
    cite: str
    status: Status
    rule: Text | None = None


@cache
def conflicts() -> dict[str, Conflict]:
    """Every disagreement of the sources, by its key X1, X2 and so on.

    Law: conflicts.yaml.
    """
    return _read("conflicts.yaml", dict[str, Conflict])


@cache
def holes() -> tuple[Hole, ...]:
    """Everything that could not be read.

    Law: holes.yaml.
    """
    return _read("holes.yaml", tuple[Hole, ...])


@cache
def bodies() -> tuple[Body, ...]:
    """Every institution on a cited list.

    Law: bodies.yaml; each body's own citation.
    """
    return _read("bodies.yaml", tuple[Body, ...])


def _read(name: str, shape: type[T]) -> T:
    text = files("nadzor.law").joinpath(name).read_text("utf-8")
    return msgspec.convert(yaml_pages.page(text), shape)
