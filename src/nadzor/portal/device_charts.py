# SPDX-License-Identifier: Apache-2.0
"""A device in pictures: its calendar, its place among others, its scores week by week."""

from __future__ import annotations

from datetime import date, timedelta

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from nadzor.base import clock
from nadzor.portal.calendar_chart import calendar_figure
from nadzor.portal.counts import Counts
from nadzor.portal.device_frame import device_tabs, device_top
from nadzor.portal.figures import Figure
from nadzor.portal.fleet_chart import Sight, fleet_figure
from nadzor.portal.frame import house, person_of, theme_of
from nadzor.portal.ridge_chart import Scores, ridge_figure
from nadzor.portal.scope import Scope, scope_of
from nadzor.register import queries as register
from nadzor.vigilance.measured import MEASURED

COMPARED = ("failed", "agreement", "positives", "declined")


def page(request: HttpRequest, code: str) -> HttpResponse:
    """Every picture that the device's data allow."""
    card = register.readable_device(person_of(request), code)
    counts = Counts(house())
    shown = device_top(card) | {
        "tabs": device_tabs(code, "device-charts"),
        "figures": _figures(code, counts, scope_of(request), theme=theme_of(request)),
    }
    return render(request, "portal/device_charts.html", shown)


def _figures(code: str, counts: Counts, scope: Scope, *, theme: str) -> list[Figure]:
    if counts.manifest is None:
        return []
    last = counts.last_day(clock.today())
    found = [calendar_figure(code, counts, last, theme=theme)]
    found += [
        fleet_figure(code, what, counts, Sight(scope, last, theme))
        for what in MEASURED
        if what.key in COMPARED
    ]
    found += _ridges(code, counts, scope, last, theme=theme)
    return [each for each in found if each is not None]


def _ridges(code: str, counts: Counts, scope: Scope, last: date, *, theme: str) -> list[Figure | None]:
    labels, after = scope.labels(code), last + timedelta(days=1)
    findings = sorted(finding for device, finding in register.bins() if device == code)
    asked = [
        Scores(device=code, finding=finding, label=labels.get(finding, finding), until=after)
        for finding in findings
    ]
    return [ridge_figure(counts, each, theme=theme) for each in asked]
