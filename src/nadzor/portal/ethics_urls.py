# SPDX-License-Identifier: Apache-2.0
"""Addresses of the self-assessment by the Code of Ethics."""

from __future__ import annotations

from django.urls import path
from django.views.decorators.http import require_POST

from nadzor.portal import ethics
from nadzor.portal.door import operation, signed_in

urlpatterns = [
    path("devices/<slug:code>/ethics/", operation(ethics.page), name="ethics"),
    path("devices/<slug:code>/ethics/answer/", require_POST(signed_in(ethics.answer)), name="ethics-answer"),
    path("devices/<slug:code>/ethics.pdf", operation(ethics.pdf), name="ethics-pdf"),
]
