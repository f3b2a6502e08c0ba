# SPDX-License-Identifier: Apache-2.0
"""Addresses of the one-page guides: open to everyone."""

from __future__ import annotations

from django.urls import path
from django.views.decorators.http import require_safe

from nadzor.portal import guides
from nadzor.portal.door import public

urlpatterns = [
    path("guide/", require_safe(public(guides.index)), name="guides"),
    path("guide/<slug:role>/", require_safe(public(guides.page)), name="guide"),
    path("guide/<slug:role>.pdf", require_safe(public(guides.pdf)), name="guide-pdf"),
]
