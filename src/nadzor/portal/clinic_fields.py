# SPDX-License-Identifier: Apache-2.0
"""What exactly is reported about a clinic: the same list that makers see, read from the schema itself."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from nadzor.portal.leaving import leaving
from nadzor.portal.sheets import Crumb


def page(request: HttpRequest) -> HttpResponse:
    """Every field of every kind of event."""
    crumbs = [Crumb(_("My AI systems"), reverse("clinic")), Crumb(_("What is reported about you"))]
    return render(request, "portal/clinic_fields.html", {"kinds": leaving(), "crumbs": crumbs})
