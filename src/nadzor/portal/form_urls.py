# SPDX-License-Identifier: Apache-2.0
"""Addresses of the statutory forms, of a device's claim check, and of disputes about a month's numbers."""

from __future__ import annotations

from django.urls import path

from nadzor.portal import claim_page, dispute_pages, form_event, form_pages, month_sign
from nadzor.portal.door import operation

urlpatterns = [
    path("forms/", operation(form_pages.listing), name="forms"),
    path("forms/<slug:form>/<slug:edition>/", operation(form_pages.page), name="form"),
    path("events/<str:event>/forms/<slug:kind>/", operation(form_event.page), name="event-form"),
    path(
        "events/<str:event>/forms/<slug:kind>.<slug:ending>",
        operation(form_event.file),
        name="event-form-file",
    ),
    path("months/<str:text>/<slug:code>/sign", month_sign.sign, name="month-sign"),
    path("devices/<slug:code>/claims/", operation(claim_page.page), name="claims"),
    path("devices/<slug:code>/declared/<str:text>/dispute/", dispute_pages.of_month, name="dispute-month"),
    path("devices/<slug:code>/declared/<str:text>/dispute/open", dispute_pages.start, name="dispute-open"),
    path("disputes/<int:id>/", dispute_pages.page, name="dispute"),
    path("disputes/<int:id>/settle", dispute_pages.settle, name="dispute-settle"),
    path("disputes/<int:id>.json", dispute_pages.file, name="dispute-file"),
    path("disputes/<int:id>.pdf", dispute_pages.paper, name="dispute-paper"),
]
