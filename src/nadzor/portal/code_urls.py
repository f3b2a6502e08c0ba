# SPDX-License-Identifier: Apache-2.0
"""Addresses of the terminology: open to everyone."""

from __future__ import annotations

from django.urls import path
from django.views.decorators.http import require_safe

from nadzor.portal import code_picker, codes
from nadzor.portal.door import public

urlpatterns = [
    path("codes/", require_safe(public(codes.index)), name="codes"),
    path("codes/pick/<slug:annex>/<slug:name>/", require_safe(public(code_picker.found)), name="codes-pick"),
    path("codes/<slug:code>/", require_safe(public(codes.one)), name="code"),
]
