# SPDX-License-Identifier: Apache-2.0
"""What a person said in the interview: one product, or a complex part by part."""

from __future__ import annotations

from typing import Annotated, Final, Literal, get_args

import msgspec

Route = Literal["national", "eaeu"]
PartKind = Literal["sensing", "software", "channel", "receiver"]
Purpose = Literal[
    "prevention", "diagnosis", "treatment", "rehabilitation",
    "monitoring", "research", "anatomy", "pregnancy",
]  # fmt: skip
Function = Literal[
    "interpretation",
    "formulas", "units", "statistics", "display", "deviations", "forms",
    "editing", "limits_alerts", "admitted_sources",
]  # fmt: skip
Mode = Literal["automatic", "set_by_clinician", "neither"]
Nature = Literal[
    "administration", "wellness", "information_system", "pacs", "device_control",
    "not_for_care", "exchange", "maintenance", "reference",
]  # fmt: skip

#: Longer than any description in the letter, short enough to print.
Words = Annotated[str, msgspec.Meta(max_length=2000)]

PARTS: Final[tuple[PartKind, ...]] = get_args(PartKind)
PURPOSES: Final[tuple[str, ...]] = get_args(Purpose)
FUNCTIONS: Final[tuple[str, ...]] = get_args(Function)
NATURES: Final[tuple[str, ...]] = get_args(Nature)


class Said(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """Answers; a question without an answer is absent, and an empty list says "none of these"."""


class Part(Said, frozen=True, kw_only=True):
    """What was said of one part.  The last five are the description that every opinion must hold."""

    program: bool | None = None
    integral_part: bool | None = None
    purposes: tuple[Purpose, ...] | None = None
    health_care: bool | None = None
    functions: tuple[Function, ...] | None = None
    mode: Mode | None = None
    decisions: bool | None = None
    natures: tuple[Nature, ...] | None = None
    interpretation: Words | None = None
    source: Words | None = None
    use: Words | None = None
    platform: Words | None = None
    access: Words | None = None


class Answers(Said, frozen=True, kw_only=True):
    """Everything said: the route first, then the product, then each of its parts."""

    route: Route | None = None
    product: Words | None = None
    complex: bool | None = None
    parts: tuple[PartKind, ...] | None = None
    components: dict[PartKind, Part] = {}

    def part(self, kind: PartKind) -> Part:
        """What was said of a part; of a part nobody spoke of, nothing.

        Law: none; what the person said.
        """
        return self.components.get(kind, Part())
