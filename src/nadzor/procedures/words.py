# SPDX-License-Identifier: Apache-2.0
"""What a procedure's states and verbs are called, in both languages."""

from __future__ import annotations

from functools import cache
from importlib.resources import files

import msgspec
import yaml

from nadzor.base.problems import Text


class Words(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The title, the states and the verbs of one procedure."""

    title: Text
    states: dict[str, Text]
    verbs: dict[str, Text]


@cache
def words() -> dict[str, Words]:
    """The words of every procedure, by its name.

    Law: none; names only.
    """
    page = files("nadzor.procedures").joinpath("words.yaml").read_text("utf-8")
    return msgspec.convert(yaml.safe_load(page), dict[str, Words])
