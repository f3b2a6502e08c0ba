# SPDX-License-Identifier: Apache-2.0
"""Published figures as cells: words, a bar beside them, and a look of its own for what is no number."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from django.urls import reverse
from django.utils.translation import gettext as _
from msgspec import Struct

from nadzor.actions.open_shelf.cell_rows import SHARE, unit_of
from nadzor.disclosure.guard import Hidden, Shown
from nadzor.disclosure.series import grid
from nadzor.disclosure.tables import Band, Figure, NotCollected, NotYet, PublicTable, said
from nadzor.portal.event_labels import seriousness_state
from nadzor.portal.labels import stage_label
from nadzor.portal.words import language, month, number
from nadzor.register import queries as register

WHOLE: Final = 10_000  # hundredths of a percent
WIDTH: Final = 100.0  # of a bar
LEAST: Final = 1.0  # of a bar that stands for anything but zero


class Bar(Struct, frozen=True):
    """A bar of a chart: where it begins, how long it is, and whether it is a point or bounds."""

    x: str
    width: str
    kind: str


class Shape(Struct, frozen=True):
    """One figure as a page shows it; `look` is shown, band, hidden, not_collected or not_yet."""

    text: str
    look: str
    bar: Bar | None = None


class Row(Struct, frozen=True):
    """One row of a chart: its name, where it leads, its figure, and that of the other period."""

    label: str
    href: str
    figure: Shape
    beside: Shape | None = None


class Measured(Struct, frozen=True, kw_only=True):
    """One measure of a table: its name, what must be read beside it, its rows."""

    key: str
    label: str
    caveat: str
    rows: Sequence[Row]


def measured(table: PublicTable, beside: PublicTable | None = None) -> list[Measured]:
    """The measures of a table, with those of another period where one is given."""
    return [_measured(name, table, beside) for name in table.measures]


def shapes(figures: Iterable[Figure], measure: str) -> list[Shape]:
    """Figures of one measure, their bars on one scale."""
    found = list(figures)
    full = _full(found, measure)
    return [shape(figure, measure, full) for figure in found]


def shape(figure: Figure, measure: str, full: int) -> Shape:
    """One figure; `full` is the length of the whole bar in the units of the measure."""
    is_share = unit_of(measure) == SHARE
    match figure:
        case Shown(value):
            text = said(figure, language(), share=True) if is_share else number(value)
            return Shape(text, "shown", _bar(0, value, full, "shown"))
        case Band(low, high):
            text = said(figure, language(), share=is_share)
            return Shape(text, "band", _bar(low, full if high is None else high, full, "band"))
        case Hidden():
            return Shape(said(figure, language()), "hidden")
        case NotCollected():
            return Shape(said(figure, language()), "not_collected")
        case NotYet():
            return Shape(said(figure, language()), "not_yet")


def place_label(dimension: str, value: str) -> str:
    """A value of a dimension in words; codes are not translated."""
    match dimension:
        case "device":
            return _names().get(value, value)
        case "stage":
            return stage_label(value)
        case "seriousness":
            return seriousness_state(value).label
        case _:
            return _("The whole nation") if value == "all" else value


def period_label(period: str) -> str:
    """A month by name, a quarter by its number."""
    year, _dash, rest = period.partition("-")
    if rest.startswith("Q"):
        return _("quarter %(n)s of %(year)s") % {"n": rest[1:], "year": year}
    return month(int(year), int(rest))


def _names() -> dict[str, str]:
    lang = language()
    return {card.code: card.name(lang) for card in register.devices()}


def _measured(name: str, table: PublicTable, beside: PublicTable | None) -> Measured:
    told, names = grid().measures[name], _names()
    places = [cell.row for cell in table.cells if cell.measure == name]
    now = [table.figure(place, name) or NotCollected() for place in places]
    then = [(beside.figure(place, name) if beside else None) or NotYet() for place in places]
    full = _full([*now, *(then if beside else [])], name)
    rows = [
        Row(
            label=_label(table.dimensions, place, names),
            href=_href(table.dimensions, place, names),
            figure=shape(figure, name, full),
            beside=shape(other, name, full) if beside else None,
        )
        for place, figure, other in zip(places, now, then, strict=True)
    ]
    return Measured(
        key=name, label=told.what.in_language(language()), caveat=told.caveat.in_language(language()),
        rows=sorted(rows, key=_standing),
    )  # fmt: skip


def _standing(row: Row) -> tuple[bool, str]:
    """Rows with a figure first, then by name."""
    return row.figure.look == "not_collected", row.label.casefold()


def _label(dimensions: tuple[str, ...], place: tuple[str, ...], names: dict[str, str]) -> str:
    told = [
        names.get(value, value) if dimension == "device" else place_label(dimension, value)
        for dimension, value in zip(dimensions, place, strict=True)
    ]
    return " · ".join(told)


def _href(dimensions: tuple[str, ...], place: tuple[str, ...], names: dict[str, str]) -> str:
    code = dict(zip(dimensions, place, strict=True)).get("device", "")
    return reverse("statistics-device", args=[code]) if code in names else ""


def _full(figures: Sequence[Figure], measure: str) -> int:
    if unit_of(measure) == SHARE:
        return WHOLE
    ends = [figure.value for figure in figures if isinstance(figure, Shown)]
    ends += [figure.high or 2 * figure.low for figure in figures if isinstance(figure, Band)]
    return max([1, *ends])


def _bar(low: int, high: int, full: int, kind: str) -> Bar:
    """The bar of a figure; a zero has none, and anything else has one that can be seen."""
    x, end = WIDTH * low / full, WIDTH * min(high, full) / full
    width = max(end - x, LEAST) if high else 0.0
    return Bar(f"{min(x, WIDTH - LEAST):.1f}", f"{width:.1f}", kind)
