# SPDX-License-Identifier: Apache-2.0
"""Codes offered for a failure of the SDK or a clinic's plain answer; a person confirms every one of them."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from importlib.resources import files
from typing import Final, Literal

import msgspec
from msgspec import Struct

from nadzor.base import yaml_pages
from nadzor.base.problems import Text
from nadzor.vigilance.code_cards import CodeCard, own_cards

PREFIX: Final = 3
Basis = Literal["sheet", "derived"]


class Mapped(Struct, frozen=True, forbid_unknown_fields=True):
    """One kind of failure and the codes it is offered."""

    basis: Basis
    says: Text
    codes: tuple[str, ...]


class Plain(Struct, frozen=True, forbid_unknown_fields=True):
    """One answer to "what went wrong?" and the codes it stands for; other stands for none."""

    says: Text
    codes: tuple[str, ...]


class Mapping(Struct, frozen=True, forbid_unknown_fields=True):
    """The whole of suggestions.yaml."""

    stages: dict[str, Mapped]
    failures: dict[str, Mapped]
    plain: dict[str, Plain]


class Suggestion(Struct, frozen=True):
    """Why some codes are offered: what was read, and whether the reading is our own."""

    says: Text
    basis: Basis
    codes: tuple[CodeCard, ...]


class Choice(Struct, frozen=True):
    """One line of the plain question: its key, its words, and the codes it stands for."""

    key: str
    label: str
    codes: tuple[str, ...]


@cache
def mapping() -> Mapping:
    """The mapping as written."""
    page = files("nadzor.vigilance").joinpath("suggestions.yaml").read_text("utf-8")
    return msgspec.convert(yaml_pages.page(page), Mapping)


def suggest(stage: str, failure_code: str = "") -> tuple[CodeCard, ...]:
    """Codes of annex A for a failure, the likeliest first, each once; none for a stage nobody knows.

    Why: they are of our own list, which every house has; whoever confirms one takes the current edition.
    """
    cards = (card for one in explained(stage, failure_code) for card in one.codes)
    return tuple({card.code: card for card in cards}.values())


def explained(stage: str, failure_code: str = "") -> tuple[Suggestion, ...]:
    """The same with the reason of each: first by the failure code, then by the stage."""
    found: Sequence[Mapped | None] = (
        mapping().failures.get(failure_code[:PREFIX].upper()),
        mapping().stages.get(stage),
    )
    return tuple(Suggestion(one.says, one.basis, _cards(one.codes)) for one in found if one is not None)


def plain_choices(lang: str) -> tuple[Choice, ...]:
    """The answers a clinic chooses among; the last is `other`, which stands for no code."""
    return tuple(
        Choice(key, plain.says.in_language(lang), plain.codes) for key, plain in mapping().plain.items()
    )


def plain_codes(key: str) -> tuple[str, ...]:
    """The codes that a plain answer stands for; none for `other` and for what is no answer."""
    plain = mapping().plain.get(key)
    return plain.codes if plain else ()


def _cards(codes: Sequence[str]) -> tuple[CodeCard, ...]:
    return tuple(own_cards()[code] for code in codes)
