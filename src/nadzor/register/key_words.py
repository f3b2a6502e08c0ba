# SPDX-License-Identifier: Apache-2.0
"""The notices about keys, in both languages."""

from __future__ import annotations

from datetime import datetime
from functools import cache
from importlib.resources import files

import msgspec
import yaml

from nadzor.base.problems import Text
from nadzor.register.filing_words import filled


def key_notice(name: str, **facts: object) -> Text:
    """A notice about a key; moments are written to the minute, in UTC."""
    told = {key: _moment(fact) if isinstance(fact, datetime) else fact for key, fact in facts.items()}
    return filled(_words()[name], **told)


@cache
def _words() -> dict[str, Text]:
    page = files("nadzor.register").joinpath("key_words.yaml").read_text("utf-8")
    return msgspec.convert(yaml.safe_load(page), dict[str, Text])


def _moment(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M} UTC"
