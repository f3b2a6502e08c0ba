# SPDX-License-Identifier: Apache-2.0
"""How every chart looks: one palette a theme, one type, two widths, both languages."""

from __future__ import annotations

from typing import Any, Literal

from msgspec import Struct

Theme = Literal["light", "dark"]
Width = Literal["wide", "narrow"]

THEMES: tuple[Theme, ...] = ("light", "dark")
WIDTHS: tuple[Width, ...] = ("wide", "narrow")

# The same names as the page's own stack; DejaVu Sans holds Cyrillic on every machine we provision.
FONT = "PT Sans, Segoe UI, Roboto, Noto Sans, Liberation Sans, Arial, DejaVu Sans, sans-serif"


class Palette(Struct, frozen=True):
    """Colours of one theme.  `series` differ in lightness too, so that they survive grey print."""

    ink: str
    ink_soft: str
    rule: str
    main: str
    alarm: str
    warn: str
    good: str
    band: str
    series: tuple[str, ...]


PALETTES: dict[Theme, Palette] = {
    "light": Palette(
        ink="#16232a", ink_soft="#5a686e", rule="#d3d9d3", main="#0d5c63", alarm="#a3290f", warn="#7a5200",
        good="#1d6640", band="#b4d5d2",
        series=("#0d5c63", "#c08a2d", "#5b7fa6", "#7b3f61", "#8fb8a8", "#39464d"),
    ),
    "dark": Palette(
        ink="#e6ecea", ink_soft="#98a7a8", rule="#2a383d", main="#7cc9c2", alarm="#f0957c", warn="#e0b562",
        good="#86cfa0", band="#2b5257",
        series=("#7cc9c2", "#e0b562", "#9db9dc", "#d598bb", "#4f7f72", "#c3cdd0"),
    ),
}  # fmt: skip


class Look(Struct, frozen=True):
    """The reader's language, theme and width."""

    language: str
    theme: Theme
    width: Width

    @property
    def palette(self) -> Palette:
        """The colours of the theme."""
        return PALETTES[self.theme]

    @property
    def is_narrow(self) -> bool:
        """Whether it is drawn for a telephone."""
        return self.width == "narrow"

    @property
    def across(self) -> int:
        """The width of the plot itself.  Units: px."""
        return 265 if self.is_narrow else 860

    @property
    def day_format(self) -> str:
        """How a day stands on an axis."""
        return "%d.%m" if self.language == "ru" else "%-d %b"

    def says(self, ru: str, en: str) -> str:
        """A word on the chart in the reader's language."""
        return en if self.language == "en" else ru

    def configuration(self) -> dict[str, Any]:
        """What all charts share."""
        colours, soft = self.palette, self.palette.ink_soft
        text = {"labelColor": soft, "titleColor": soft, "labelFontSize": 12, "titleFontSize": 12}
        return {
            "font": FONT,
            "background": "transparent",
            "padding": {"left": 2, "right": 8, "top": 6, "bottom": 2},
            "axis": {
                **text, "titleFontWeight": "normal", "gridColor": colours.rule, "domainColor": soft,
                "tickColor": soft,
                "titlePadding": 8, "labelPadding": 4, "domain": False, "ticks": False,
            },
            "axisX": {"grid": False, "domain": True, "ticks": True},
            "legend": {
                **text, "orient": "bottom", "title": None, "symbolType": "square", "offset": 8,
                "labelLimit": 260,
            },
            "view": {"stroke": None},
            "text": {"color": colours.ink, "fontSize": 12},
        }  # fmt: skip
