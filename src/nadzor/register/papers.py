# SPDX-License-Identifier: Apache-2.0
"""Kinds of papers a filing may hold: the checklist's and a few besides, each with its types of file."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import Final

import msgspec
import yaml

from nadzor.base.problems import Refusal, Text
from nadzor.procedures.rules.checklist import checklist

IMAGES: Final = ("png", "jpeg", "webp", "tiff")
UPLOADS: Final = ("pdf",)


class PaperKind(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One kind of paper."""

    title: Text
    types: tuple[str, ...]


@cache
def kinds() -> dict[str, PaperKind]:
    """Every kind: the checklist's files in its order, then the others."""
    page = files("nadzor.register").joinpath("papers.yaml").read_text("utf-8")
    listed = {
        key: PaperKind(item.label, IMAGES if item.input == "images" else UPLOADS)
        for key, item in checklist().items.items()
        if item.kind == "file"
    }
    return listed | msgspec.convert(yaml.safe_load(page), dict[str, PaperKind])


def kind_of(key: str) -> PaperKind:
    """One kind.

    Raises: Refusal filing.paper-kind.
    """
    found = kinds().get(key)
    if found is None:
        raise Refusal("filing.paper-kind", "$.kind", kind=key[:60], kinds=", ".join(kinds()))
    return found
