# SPDX-License-Identifier: Apache-2.0
"""Addresses of filings; whoever is signed in may ask, and each filing answers only those who may see it."""

from __future__ import annotations

from django.urls import path
from django.views.decorators.http import require_safe

from nadzor.portal import clock, filing_card, filing_letters, filing_papers, filings
from nadzor.portal.door import signed_in

urlpatterns = [
    path("filings/", require_safe(signed_in(filings.page)), name="filings"),
    path("filings/<str:number>/", require_safe(signed_in(filing_card.page)), name="filing"),
    path(
        "filings/<str:number>/clocks/next/",
        require_safe(signed_in(filing_card.next_clock)),
        name="filing-next-clock",
    ),
    path(
        "filings/<str:number>/clocks/<int:index>/", require_safe(signed_in(clock.page)), name="filing-clock"
    ),
    path(
        "filings/<str:number>/papers/<str:kind>/<int:edition>/",
        require_safe(signed_in(filing_papers.paper)),
        name="filing-paper",
    ),
    path(
        "filings/<str:number>/letters/<int:id>/",
        require_safe(signed_in(filing_letters.page)),
        name="filing-letter",
    ),
    path(
        "filings/<str:number>/letters/<int:id>.pdf",
        require_safe(signed_in(filing_letters.pdf)),
        name="filing-letter-pdf",
    ),
]
