# SPDX-License-Identifier: Apache-2.0
"""A chart on a page: one sentence, the drawing in the reader's theme and width, and its table."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct

from nadzor.portal.sheets import Table

NARROW = "(max-width: 40rem)"
DARK = "(prefers-color-scheme: dark)"


class Drawing(Struct, frozen=True):
    """One alternative drawing and the media query it is for."""

    href: str
    media: str = ""


class Figure(Struct, frozen=True):
    """A chart and its twins."""

    title: str
    sentence: str
    sources: Sequence[Drawing]
    fallback: str
    width: int
    height: int
    table: Table
    anchor: str = ""
    note: str = ""
    is_open: bool = False


def drawings(addresses: dict[tuple[str, str], str], theme: str) -> tuple[list[Drawing], str]:
    """Sources for a `picture`, by (theme, width), and the address to fall back to.

    A chosen theme needs no media query; otherwise the reader's system decides.
    """
    if theme in ("light", "dark"):
        return [Drawing(addresses[theme, "narrow"], NARROW)], addresses[theme, "wide"]
    sources = [
        Drawing(addresses["dark", "narrow"], f"{NARROW} and {DARK}"),
        Drawing(addresses["light", "narrow"], NARROW),
        Drawing(addresses["dark", "wide"], DARK),
    ]
    return sources, addresses["light", "wide"]
