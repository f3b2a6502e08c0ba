# SPDX-License-Identifier: Apache-2.0
"""One device in public statistics: each measure through its periods, and what was recalled of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from msgspec import Struct

from nadzor.actions.open_shelf.held import stand
from nadzor.disclosure.series import grid
from nadzor.disclosure.tables import PublicTable
from nadzor.portal.frame import house
from nadzor.portal.identity import device_state
from nadzor.portal.notice_list import marks_of
from nadzor.portal.sheets import Crumb
from nadzor.portal.statistics_cells import Shape, period_label, place_label, shapes
from nadzor.portal.statistics_recalls import recalls
from nadzor.portal.words import language, said
from nadzor.records.releases import public_table, published
from nadzor.register import queries as register

PERIODS: Final = 12  # of each series; all of them are in the files


class Course(Struct, frozen=True, kw_only=True):
    """One measure of a device through its periods, the newest first; `part` where the series has parts."""

    label: str
    part: str
    caveat: str
    lines: Sequence[tuple[str, Shape]]


class Chapter(Struct, frozen=True):
    """One series of a device."""

    title: str
    href: str
    courses: Sequence[Course]


def page(request: HttpRequest, code: str) -> HttpResponse:
    """One device."""
    card = register.device(code)
    names = [name for name, one in grid().series.items() if "device" in one.dimensions]
    shown = {
        "card": card,
        "title": card.name(language()),
        "state": device_state(card.status),
        "crumbs": [Crumb(_("Statistics"), reverse("statistics")), Crumb(card.name(language()))],
        "chapters": [_chapter(name, code) for name in names],
        "recalls": recalls(stand(house(), "suspensions"), code),
        "safety": marks_of(code),
    }
    return render(request, "portal/statistics_device.html", shown)


def _chapter(name: str, code: str) -> Chapter:
    tables = [public_table(house(), name, one.period) for one in published(name)[:PERIODS]]
    told = grid().series[name]
    places = dict.fromkeys(row for table in tables for row in table.rows if code in row)
    courses = [_course(measure, place, tables) for measure in told.measures for place in places]
    return Chapter(said(told.what), reverse("statistics-series", args=[name]), courses)


def _course(measure: str, place: tuple[str, ...], tables: Sequence[PublicTable]) -> Course:
    there = [(table.period, table.figure(place, measure)) for table in tables]
    known = [(period, figure) for period, figure in there if figure is not None]
    drawn = shapes((figure for _period, figure in known), measure)
    told = grid().measures[measure]
    parts = [
        place_label(dimension, value)
        for dimension, value in zip(tables[0].dimensions, place, strict=True)
        if dimension != "device"
    ]
    lines = [(period_label(period), one) for (period, _figure), one in zip(known, drawn, strict=True)]
    return Course(label=said(told.what), part=" · ".join(parts), caveat=said(told.caveat), lines=lines)
