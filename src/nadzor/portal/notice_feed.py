# SPDX-License-Identifier: Apache-2.0
"""Safety notices as an Atom feed, in the reader's language or the one the address names."""

from __future__ import annotations

from typing import Final
from xml.etree import ElementTree as ET

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from nadzor.base import clock
from nadzor.portal.frame import house
from nadzor.portal.warning_labels import kind_state
from nadzor.portal.words import language, said
from nadzor.vigilance.warning_cards import NoticeCard
from nadzor.vigilance.warnings import NoticeFilter, public_notices

ATOM: Final = "http://www.w3.org/2005/Atom"
MEDIA_TYPE: Final = "application/atom+xml; charset=utf-8"
NEWEST: Final = 50
NEVER: Final = "2026-01-01T00:00:00+00:00"  # the update of a feed that has no entry yet


def feed(request: HttpRequest) -> HttpResponse:
    """The newest notices.

    Method: RFC 4287; an entry is named by its address, and updated when what became of it changes.
    """
    asked = request.GET.get("lang", "")
    with translation.override(asked if asked in ("ru", "en") else language()):
        found = public_notices(NoticeFilter(), now=clock.now(), limit=NEWEST).rows
        page = _feed(found)
    return HttpResponse(ET.tostring(page, encoding="utf-8", xml_declaration=True), content_type=MEDIA_TYPE)


def _feed(found: tuple[NoticeCard, ...]) -> ET.Element:
    ET.register_namespace("", ATOM)
    root = ET.Element(f"{{{ATOM}}}feed", {"{http://www.w3.org/XML/1998/namespace}lang": language()})
    address = _address(reverse("safety-notices"))
    _put(root, "title", _("Safety notices"))
    _put(root, "id", address)
    _put(root, "updated", max((one.changed_at.isoformat() for one in found), default=NEVER))
    _link(root, address)
    _link(root, _address(reverse("safety-feed")), rel="self")
    _put(_put(root, "author"), "name", _("Nadzor"))
    for one in found:
        _entry(root, one)
    return root


def _entry(root: ET.Element, one: NoticeCard) -> None:
    entry, address = _put(root, "entry"), _address(reverse("safety-notice", args=[one.number]))
    ended = " · " + _("a notice of the past") if one.ended_at else ""
    _put(entry, "title", said(one.title) + ended)
    _put(entry, "id", address)
    _put(entry, "published", one.published_at.isoformat())
    _put(entry, "updated", one.changed_at.isoformat())
    _link(entry, address)
    ET.SubElement(entry, f"{{{ATOM}}}category", {"term": one.kind, "label": kind_state(one.kind).label})
    _put(entry, "content", said(one.text)).set("type", "text")


def _put(parent: ET.Element, name: str, text: str = "") -> ET.Element:
    found = ET.SubElement(parent, f"{{{ATOM}}}{name}")
    found.text = text or None
    return found


def _link(parent: ET.Element, href: str, rel: str = "alternate") -> None:
    ET.SubElement(parent, f"{{{ATOM}}}link", {"rel": rel, "href": href})


def _address(path: str) -> str:
    return house().settings.portal_url.rstrip("/") + path
