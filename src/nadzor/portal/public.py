# SPDX-License-Identifier: Apache-2.0
"""The register as the public sees it: a search and one card a device."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from msgspec import Struct

from nadzor.people.permissions import may_read_operation
from nadzor.portal.frame import person_of
from nadzor.portal.identity import claim_table, device_state, entry_facts, version_table
from nadzor.portal.notice_list import marks_of
from nadzor.portal.register_words import banner, edition, mirror_words, reading_words
from nadzor.portal.sheets import Crumb, Fact, Pages, Tab
from nadzor.portal.words import number, said
from nadzor.register import mirror, queries, revisions
from nadzor.register.cards import DeviceCard
from nadzor.register.exports import FORMATS
from nadzor.register.revision_cards import Entry

PAGE = 25


class Downloads(Struct, frozen=True):
    """One thing as files of several formats."""

    label: str
    files: Sequence[Fact]


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
        "downloads": _downloads(),
        "reading": reading_words(mirror.reading()),
    }
    template = "portal/_register_rows.html" if request.htmx else "portal/register.html"  # type: ignore[attr-defined]
    return render(request, template, page)


def card(request: HttpRequest, code: str) -> HttpResponse:
    """One device's public card."""
    entry, history = revisions.current(code), revisions.history(code)
    page = {
        "title": said(entry.name),
        "use": said(entry.intended_use),
        "facts": entry_facts(entry),
        "state": device_state(entry.status),
        "banner": banner(entry, history),
        "safety": marks_of(entry.code),
        "versions": version_table(entry.versions),
        "claims": claim_table(entry.claims),
        "mirror": mirror_words(mirror.beside(entry)),
        "last": edition(history[-1]) if history else None,
        "editions": len(history),
        "history_href": reverse("register-history", args=[code]),
        "crumbs": [Crumb(_("Register"), reverse("register")), Crumb(entry.number)],
        "tabs": entry_tabs(request, entry),
    }
    return render(request, "portal/register_card.html", page)


def entry_tabs(request: HttpRequest, entry: Entry) -> list[Tab]:
    """The pages of one entry; its operation for those who may read it."""
    ways = [
        (_("Register card"), reverse("register-card", args=[entry.code])),
        (_("History"), reverse("register-history", args=[entry.code])),
    ]
    if may_read_operation(person_of(request), maker=entry.maker.code):
        ways.append((_("Operation"), reverse("device", args=[entry.code])))
    return [Tab(label, href, is_current=href == request.path) for label, href in ways]


def _downloads() -> list[Downloads]:
    """The whole register and its changes as files."""
    files = ((_("Register"), "api:export-devices"), (_("All changes"), "api:export-changes"))
    return [
        Downloads(label, [Fact(label, kind.upper(), href=reverse(name, args=[kind])) for kind in FORMATS])
        for label, name in files
    ]


def _pages(text: str, after: str | None, found: list[DeviceCard]) -> Pages:
    shown = found[:PAGE]
    words = ngettext("%(n)s device on this page", "%(n)s devices on this page", len(shown)) % {
        "n": number(len(shown))
    }
    asked = {"q": text} if text else {}
    further = "?" + urlencode(asked | {"after": shown[-1].code}) if len(found) > PAGE else ""
    return Pages(words, next_href=further, first_href="?" + urlencode(asked) if after else "")
