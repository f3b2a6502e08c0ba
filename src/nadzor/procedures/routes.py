# SPDX-License-Identifier: Apache-2.0
"""The ways to registration the decree has, and which of them software may take.

The standard route is shown because the decree has it, and shown as not for software (R-041; the seed names
two routes for software, the decree a section more: conflict X10).
"""

from __future__ import annotations

from typing import Final

import msgspec

from nadzor.base.problems import Text


class Route(msgspec.Struct, frozen=True, kw_only=True):
    """One way to registration: its procedure here, if software may take it, and the norms that say so."""

    key: str
    title: Text
    procedure: str
    norms: tuple[str, ...]
    conflicts: tuple[str, ...] = ()

    @property
    def for_software(self) -> bool:
        """Whether software may take this way.

        Law: Decree 1684 as told by the seed (R-041).
        """
        return bool(self.procedure)


STANDARD: Final = Route(
    key="standard",
    title=Text(ru="Обычный порядок: программное обеспечение по нему не регистрируется",
               en="Standard route: software is not registered by it"),
    procedure="",
    norms=("route.kinds", "route.software"),
    conflicts=("X10",),
)  # fmt: skip
SIMPLIFIED: Final = Route(
    key="simplified",
    title=Text(ru="Упрощённый порядок", en="Simplified route"),
    procedure="registration_simplified",
    norms=("route.software", "route.simplified", "registration.simplified_limit"),
    conflicts=("X8",),
)
ACCELERATED: Final = Route(
    key="accelerated",
    title=Text(ru="Ускоренный порядок: ПО с ИИ для изображений лучевых исследований",
               en="Accelerated route: AI software for images from radiological studies"),
    procedure="registration_accelerated",
    norms=("route.software", "route.accelerated_scope", "route.accelerated_filing",
           "route.accelerated_terms"),
    conflicts=("X12",),
)  # fmt: skip
ROUTES: Final = (SIMPLIFIED, ACCELERATED, STANDARD)


def routes(*, ai: bool, radiological: bool) -> tuple[Route, ...]:
    """The ways open to a piece of software: simplified always, accelerated for AI on radiological images.

    Law: Decree 1684 as told by the seed (R-041, R-044).
    """
    return (SIMPLIFIED, ACCELERATED) if ai and radiological else (SIMPLIFIED,)
