# SPDX-License-Identifier: Apache-2.0
"""What the pages promise, how to read them, and which keys they know."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from nadzor.portal.frame import house
from nadzor.portal.guides import own_guide
from nadzor.portal.sheets import Fact


def page(request: HttpRequest) -> HttpResponse:
    """The help page."""
    home = house()
    keys = [
        Fact("/", _("go to the search field")),
        Fact("j, k", _("next and previous line of a list")),
        Fact("g o, g s, g d, g m", _("overview, signals, devices, monthly reports")),
        Fact("?", _("this page")),
    ]
    log = [
        Fact(_("Origin of the log"), home.log_origin, mono=True),
        Fact(_("Public key of the log"), home.log_vkey, mono=True),
        Fact(_("Checkpoint"), f"{home.settings.public_url}/log/checkpoint", mono=True),
    ]
    return render(request, "portal/help.html", {"keys": keys, "log": log, "guide": own_guide(request)})
