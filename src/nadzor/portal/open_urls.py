# SPDX-License-Identifier: Apache-2.0
"""Addresses of public statistics and of open data."""

from __future__ import annotations

from django.urls import path
from django.views.decorators.http import require_safe

from nadzor.portal import open_sets, statistics, statistics_device, statistics_status
from nadzor.portal.door import public

urlpatterns = [
    path("statistics/", require_safe(public(statistics.index)), name="statistics"),
    path("statistics/status/", require_safe(public(statistics_status.page)), name="statistics-status"),
    path(
        "statistics/devices/<slug:code>/",
        require_safe(public(statistics_device.page)),
        name="statistics-device",
    ),
    path("statistics/<slug:name>/", require_safe(public(statistics.one)), name="statistics-series"),
    path("open-data/", require_safe(public(open_sets.index)), name="open-sets"),
    path("open-data/<slug:name>/", require_safe(public(open_sets.one)), name="open-set"),
    path(
        "open-data/<slug:name>/latest/<str:file>",
        require_safe(public(open_sets.newest)),
        name="open-newest",
    ),
    path(
        "open-data/<slug:name>/<slug:snapshot>/<str:file>",
        require_safe(public(open_sets.file)),
        name="open-file",
    ),
    path("catalog.jsonld", require_safe(public(open_sets.catalogue)), name="open-catalogue"),
]
