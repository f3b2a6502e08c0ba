# SPDX-License-Identifier: Apache-2.0
"""The register as the public sees it: a search and one card a device."""

from __future__ import annotations

from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from nadzor.people.permissions import may_read_operation
from nadzor.portal.frame import person_of
from nadzor.portal.identity import claim_table, device_facts, device_state, version_table
from nadzor.portal.sheets import Crumb, Pages, Tab
from nadzor.portal.words import language, number
from nadzor.register import queries
from nadzor.register.cards import DeviceCard

PAGE = 25


def search(request: HttpRequest) -> HttpResponse:
    """Devices that answer a search, a page at a time."""
    text = request.GET.get("q", "").strip()[:200]
    after = request.GET.get("after") or None
    found = queries.search(text, after=after, limit=PAGE + 1)
    shown = found[:PAGE]
    page = {
        "text": text,
        "rows": [(card, device_state(card.status)) for card in shown],
        "pages": _pages(text, after, found),
        "total": queries.count_devices(),
    }
    template = "portal/_register_rows.html" if request.htmx else "portal/register.html"  # type: ignore[attr-defined]
    return render(request, template, page)


def card(request: HttpRequest, code: str) -> HttpResponse:
    """One device's public card."""
    device = queries.device(code)
    page = {
        "device": device,
        "title": device.name(language()),
        "use": device.intended_use(language()),
        "facts": device_facts(device),
        "state": device_state(device.status),
        "versions": version_table(queries.versions(code)),
        "claims": claim_table(queries.claims(code)),
        "crumbs": [Crumb(_("Register"), reverse("register")), Crumb(device.number)],
        "tabs": _tabs(request, device),
    }
    return render(request, "portal/register_card.html", page)


def _tabs(request: HttpRequest, device: DeviceCard) -> list[Tab]:
    if not may_read_operation(person_of(request), maker=device.maker.code):
        return []
    return [
        Tab(_("Register card"), request.path, is_current=True),
        Tab(_("Operation"), reverse("device", args=[device.code])),
    ]


def _pages(text: str, after: str | None, found: list[DeviceCard]) -> Pages:
    shown = found[:PAGE]
    words = ngettext("%(n)s device on this page", "%(n)s devices on this page", len(shown)) % {
        "n": number(len(shown))
    }
    asked = {"q": text} if text else {}
    further = "?" + urlencode(asked | {"after": shown[-1].code}) if len(found) > PAGE else ""
    return Pages(words, next_href=further, first_href="?" + urlencode(asked) if after else "")
