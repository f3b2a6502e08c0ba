# SPDX-License-Identifier: Apache-2.0
"""Refuse texts that name a person or hide signs: grounds, outcomes and answers are read by many."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from nadzor.base.problems import Refusal
from nadzor.vigilance.plain_text import hides, personal_in


def must_name_nobody(texts: Mapping[str, Any]) -> None:
    """Look through texts by their places; what is nested is looked through, too.

    Raises: Refusal vigilance.told-personal with the kind of detail, never itself; vigilance.text-hides.
    """
    for at, value in texts.items():
        for text in texts_in(value):
            if hides(text):
                raise Refusal("vigilance.text-hides", at)
            if kind := personal_in(text):
                raise Refusal("vigilance.told-personal", at, kind=kind)


def texts_in(value: object) -> Iterator[str]:
    """Every text in a value, numbers as they are written: a number of a person may come as one."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, int) and not isinstance(value, bool):
        yield str(value)
    elif isinstance(value, Mapping):
        for name, each in value.items():
            yield from texts_in(name)
            yield from texts_in(each)
    elif isinstance(value, list | tuple):
        for each in value:
            yield from texts_in(each)
