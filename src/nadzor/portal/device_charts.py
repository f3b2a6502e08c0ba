# SPDX-License-Identifier: Apache-2.0
"""A device in pictures: its calendar, its place among others, its scores, what it is measured against."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from nadzor.base import clock
from nadzor.portal.baselines import baseline_sheet, set_baseline
from nadzor.portal.budget import device_account, device_sentence
from nadzor.portal.calendar_chart import calendar_figure
from nadzor.portal.counts import Counts
from nadzor.portal.device_frame import device_tabs, device_top
from nadzor.portal.door import public
from nadzor.portal.figures import Figure
from nadzor.portal.fleet_chart import Sight, fleet_figure
from nadzor.portal.frame import house, person_of, theme_of
from nadzor.portal.ridge_chart import Scores, ridge_figure
from nadzor.portal.scope import Scope, scope_of
from nadzor.register import queries as register
from nadzor.vigilance.measured import MEASURED

COMPARED = ("failed", "agreement", "positives", "declined")


def page(request: HttpRequest, code: str) -> HttpResponse:
    """Every picture that the device's data allow, its error budget and what it is measured against."""
    return render(request, "portal/device_charts.html", _page(request, code))


@require_POST
@public
def baseline(request: HttpRequest, code: str) -> HttpResponse:
    """Set another baseline and show the page again; what is wrong stands beside its field."""
    register.readable_device(person_of(request), code)
    given = request.POST
    if wrong := set_baseline(code, given, by=person_of(request)):
        page = _page(request, code, typed=given, wrong=wrong)
        return render(request, "portal/device_charts.html", page, status=422)
    messages.success(request, _("Registered. The detectors go by it from their next run on."))
    return redirect(reverse("device-charts", args=[code]) + "#baseline")


def _page(request: HttpRequest, code: str, **form: Mapping[str, str]) -> dict[str, Any]:
    who = person_of(request)
    card = register.readable_device(who, code)
    counts = Counts(house())
    return device_top(card) | {
        "tabs": device_tabs(code, "device-charts"),
        "figures": _figures(code, counts, scope_of(request), theme=theme_of(request)),
        "baseline": baseline_sheet(code, counts, who, **form),
        "account": device_account(code),
        "account_sentence": device_sentence(code),
    }


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
