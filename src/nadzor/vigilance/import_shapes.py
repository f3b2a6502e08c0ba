# SPDX-License-Identifier: Apache-2.0
"""Which column of a file says what, and whether the file is one that others publish in a known shape."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files
from typing import Final

import msgspec
from msgspec import Struct

from nadzor.base import yaml_pages
from nadzor.base.problems import Refusal, Text

_BETWEEN: Final = re.compile(r"[\s.\-_/]+")
HEADINGS_SHOWN: Final = 40
HEADING_SHOWN_MAX: Final = 60


class Shape(Struct, frozen=True, forbid_unknown_fields=True):
    """A file that others publish: the headings it is known by, and which of its own columns are kept."""

    what: Text
    needs: tuple[str, ...]
    keeps: tuple[str, ...]


class Vocabulary(Struct, frozen=True, forbid_unknown_fields=True):
    """The whole of import_shapes.yaml."""

    columns: Mapping[str, tuple[str, ...]]
    shapes: Mapping[str, Shape]
    no_reports: tuple[tuple[str, ...], ...]
    event_types: Mapping[str, tuple[str, ...]]


class Layout(Struct, frozen=True):
    """How a file is read: our column by its heading, columns kept beside, and what is ignored or missing."""

    columns: Mapping[str, str]
    kept: tuple[str, ...]
    ignored: tuple[str, ...]
    missing: tuple[str, ...]
    shape: str = ""


def layout(headings: Sequence[str]) -> Layout:
    """The layout of a file by its headings; the first of two headings for one column counts.

    Raises: Refusal ae-file.no-reports for a list of devices, ae-file.no-columns without a report's number.
    """
    folded = {fold(heading): heading for heading in reversed(headings)}
    if any(folded.keys() >= set(known) for known in vocabulary().no_reports):
        raise Refusal("ae-file.no-reports")
    columns = {
        folded[name]: column
        for column, names in vocabulary().columns.items()
        if (name := next((each for each in names if each in folded), None))
    }
    if "report_id" not in columns.values():
        raise Refusal("ae-file.no-columns")
    shape = next((key for key, each in vocabulary().shapes.items() if folded.keys() >= set(each.needs)), "")
    kept = tuple(folded[name] for name in vocabulary().shapes[shape].keeps if name in folded) if shape else ()
    return Layout(
        columns=columns, kept=kept, ignored=_shown(set(headings) - columns.keys() - set(kept), headings),
        missing=tuple(name for name in vocabulary().columns if name not in columns.values()), shape=shape,
    )  # fmt: skip


def event_type(word: str) -> str | None:
    """The kind of event a word stands for; empty for an empty one, None for one that nobody knows."""
    folded = fold(word)
    return _types().get(folded) if folded else ""


def fold(text: str) -> str:
    """A heading or a word as it is compared.

    >>> fold(" Дата  события ")
    'дата_события'
    """
    return _BETWEEN.sub("_", text.strip().lower()).strip("_")


@cache
def vocabulary() -> Vocabulary:
    """The page of words."""
    page = files(__package__).joinpath("import_shapes.yaml").read_text("utf-8")
    return msgspec.convert(yaml_pages.page(page), Vocabulary)


@cache
def _types() -> Mapping[str, str]:
    return {word: kind for kind, words in vocabulary().event_types.items() for word in words}


def _shown(ignored: set[str], headings: Sequence[str]) -> tuple[str, ...]:
    return tuple(one[:HEADING_SHOWN_MAX] for one in headings if one in ignored)[:HEADINGS_SHOWN]
