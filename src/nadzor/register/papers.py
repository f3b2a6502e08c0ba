# SPDX-License-Identifier: Apache-2.0
"""Kinds of papers a filing may hold: their words and the types of file each may be."""

from __future__ import annotations

from functools import cache
from importlib.resources import files

import msgspec
import yaml

from nadzor.base.problems import Refusal, Text


class PaperKind(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One kind of paper."""

    title: Text
    types: tuple[str, ...]


@cache
def kinds() -> dict[str, PaperKind]:
    """Every kind, as papers.yaml keeps them."""
    page = files("nadzor.register").joinpath("papers.yaml").read_text("utf-8")
    return msgspec.convert(yaml.safe_load(page), dict[str, PaperKind])


def kind_of(key: str) -> PaperKind:
    """One kind.

    Raises: Refusal filing.paper-kind.
    """
    found = kinds().get(key)
    if found is None:
        raise Refusal("filing.paper-kind", "$.kind", kind=key[:60], kinds=", ".join(kinds()))
    return found
