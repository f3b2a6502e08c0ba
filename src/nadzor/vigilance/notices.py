# SPDX-License-Identifier: Apache-2.0
"""What is told to inspectors and makers about signals, in both languages."""

from __future__ import annotations

from functools import cache
from importlib.resources import files

import msgspec
import yaml

from nadzor.base.problems import Text


@cache
def sentences() -> dict[str, Text]:
    """The sentences with their gaps, as notices.yaml keeps them."""
    page = files("nadzor.vigilance").joinpath("notices.yaml").read_text("utf-8")
    return msgspec.convert(yaml.safe_load(page), dict[str, Text])


def notice(key: str, **facts: object) -> Text:
    """A notice with its gaps filled."""
    sentence = sentences()[key]
    return Text(ru=sentence.ru.format(**facts), en=sentence.en.format(**facts))


def came_back(because: str, *, id: int, device: str) -> Text:
    """That an archived signal waits again, and why: its day, its version, or its evidence."""
    return notice(f"came_back_{because}", id=id, device=device)
