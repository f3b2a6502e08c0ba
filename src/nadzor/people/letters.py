# SPDX-License-Identifier: Apache-2.0
"""What the owner of an account is told of its security; the sentences lie beside, in both languages."""

from __future__ import annotations

from functools import cache
from importlib.resources import files

import msgspec

from nadzor.base import yaml_pages
from nadzor.base.problems import Text


def letter(kind: str) -> Text:
    """The letter of a kind of deed, such as factor.add.

    Raises: KeyError for a kind nobody wrote a letter for.
    """
    return letters()[kind]


@cache
def letters() -> dict[str, Text]:
    """Every letter, by the deed that sends it."""
    page = (files("nadzor.people") / "letters.yaml").read_text("utf-8")
    return msgspec.convert(yaml_pages.page(page), dict[str, Text])
