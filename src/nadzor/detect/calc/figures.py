# SPDX-License-Identifier: Apache-2.0
"""What statistics are asked with: the shape all figures share, and the answers that are one number."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Annotated, Any

from msgspec import Meta, Struct

Count = Annotated[int, Meta(ge=0)]
Whole = Annotated[int, Meta(gt=0)]
Positive = Annotated[float, Meta(gt=0)]
NonNegative = Annotated[float, Meta(ge=0)]
Share = Annotated[float, Meta(ge=0, le=1)]
Level = Annotated[float, Meta(gt=0, lt=1)]
Label = bool | Annotated[int, Meta(ge=0, le=1)]


class Figures(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a statistic is computed from."""


class Answer(Struct, frozen=True):
    """One number; none where no such number exists."""

    value: float | None


class Statistic(Struct, frozen=True, kw_only=True):
    """A statistic that can be asked for by name; `example` figures it answers.

    `method` is its source, `equation` what is computed, `also` other names of a field, by that name.
    """

    name: str
    what: str
    method: str
    figures: type[Figures]
    compute: Callable[[Any], Any]
    equation: str = ""
    example: Mapping[str, Any] = {}
    also: Mapping[str, str] = {}


def paired(**lists: list[Any]) -> None:
    """Refuse lists of unlike length.

    Raises: ValueError naming the lists and how long each is.
    """
    if len({len(one) for one in lists.values()}) > 1:
        told = ", ".join(f"{name} has {len(one)}" for name, one in lists.items())
        raise ValueError(f"these lists must be equally long: {told}")
