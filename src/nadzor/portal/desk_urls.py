# SPDX-License-Identifier: Apache-2.0
"""Addresses of the regulator's desks and of the procedures, which everybody may read."""

from __future__ import annotations

from django.urls import path
from django.views.decorators.http import require_safe

from nadzor.portal import procedure_pages
from nadzor.portal.door import public

urlpatterns = [
    path("procedures/", require_safe(public(procedure_pages.index)), name="procedures"),
    path("procedures/<slug:name>/", require_safe(public(procedure_pages.page)), name="procedure"),
]
