# SPDX-License-Identifier: Apache-2.0
"""Addresses of the desk of a case; whoever is signed in may ask, and a case answers only those who see it."""

from __future__ import annotations

from django.urls import path
from django.views.decorators.http import require_POST, require_safe

from nadzor.portal import case_deeds, case_pack
from nadzor.portal.door import signed_in

ONE = "filings/<str:number>/"

urlpatterns = [
    path(ONE + "grounds/", require_POST(signed_in(case_deeds.ground)), name="case-ground"),
    path(ONE + "recompute/", require_POST(signed_in(case_deeds.recompute)), name="case-recompute"),
    path(ONE + "packs/<int:id>/", require_safe(signed_in(case_pack.page)), name="case-pack"),
    path(ONE + "packs/<int:id>.json", require_safe(signed_in(case_pack.json)), name="case-pack-json"),
    path(
        ONE + "packs/<int:id>/signal-<int:ref>.json",
        require_safe(signed_in(case_pack.inputs)),
        name="case-pack-inputs",
    ),
    path(ONE + "bundle.json", require_safe(signed_in(case_pack.bundle)), name="case-bundle"),
    path(ONE + "packs/<int:id>.pdf", require_safe(signed_in(case_pack.pdf)), name="case-pack-pdf"),
]
