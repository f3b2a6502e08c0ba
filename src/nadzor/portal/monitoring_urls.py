# SPDX-License-Identifier: Apache-2.0
"""Addresses of clinical monitoring: the list, a plan, a yearly report, its moves and its files."""

from __future__ import annotations

from typing import Final

from django.urls import path
from django.views.decorators.http import require_http_methods, require_POST

from nadzor.portal import (
    monitoring_card,
    monitoring_deeds,
    monitoring_file,
    monitoring_list,
    monitoring_plan,
)
from nadzor.portal.door import operation, signed_in

ONE: Final = "monitoring/<slug:code>/<int:year>/"

urlpatterns = [
    path("monitoring/", operation(monitoring_list.page), name="monitoring"),
    path(
        "monitoring/<slug:code>/plan/",
        require_http_methods(["GET", "HEAD", "POST"])(signed_in(monitoring_plan.page)),
        name="monitoring-plan",
    ),
    path(ONE, operation(monitoring_card.page), name="monitoring-report"),
    path(ONE + "move/", require_POST(signed_in(monitoring_deeds.move)), name="monitoring-move"),
    path(ONE + "words/", require_POST(signed_in(monitoring_deeds.words)), name="monitoring-words"),
    path(ONE + "report.<slug:kind>", operation(monitoring_file.file), name="monitoring-file"),
]
