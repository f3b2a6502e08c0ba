# SPDX-License-Identifier: Apache-2.0
"""The words of the forms, and which counts make up which kind of error, read from their files."""

from __future__ import annotations

from collections import Counter
from functools import cache
from importlib.resources import files
from typing import TypeVar

import msgspec
import yaml

from nadzor.base.problems import Text
from nadzor.measures.catalogue import catalogue

T = TypeVar("T")


class ErrorKind(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A kind of error: the stages of failed studies and of faults outside a study that count towards it."""

    label: Text
    failed: tuple[str, ...]
    faults: tuple[str, ...]


def error_faults(kinds: dict[str, ErrorKind]) -> list[str]:
    """What is wrong with a mapping: a stage that no kind or two kinds count."""
    found = []
    for measure in ("failed", "faults"):
        used = Counter(stage for kind in kinds.values() for stage in getattr(kind, measure))
        for stage in catalogue().dimensions["stage"].strata.keys() | used.keys():
            if used[stage] != 1:
                found.append(f"{measure} at stage {stage} is counted {used[stage]} times")
    return sorted(found)


def parse_error_kinds(text: str) -> dict[str, ErrorKind]:
    """Read the mapping and refuse it unless every stage is counted once.

    Raises: ValueError naming the stages.
    """
    kinds = msgspec.convert(yaml.safe_load(text), dict[str, ErrorKind])
    if wrong := error_faults(kinds):
        raise ValueError("; ".join(wrong))
    return kinds


@cache
def error_kinds() -> dict[str, ErrorKind]:
    """Every kind of error, in the order of its file."""
    return parse_error_kinds(files("nadzor.statutory").joinpath("errors.yaml").read_text("utf-8"))


@cache
def words() -> dict[str, Text]:
    """The words of columns, marks and sheets."""
    page = files("nadzor.statutory").joinpath("words.yaml").read_text("utf-8")
    return msgspec.convert(yaml.safe_load(page), dict[str, Text])
