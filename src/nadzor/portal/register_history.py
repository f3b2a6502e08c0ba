# SPDX-License-Identifier: Apache-2.0
"""The memory of one register entry: every edition, and what held on a day as known at a moment."""

from __future__ import annotations

from datetime import date, datetime

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from msgspec import Struct

from nadzor.base import clock
from nadzor.base.clock import MOSCOW
from nadzor.base.problems import Refusal
from nadzor.portal.identity import claim_table, device_state, entry_facts, version_table
from nadzor.portal.public import entry_tabs
from nadzor.portal.register_words import banner, difference_table, edition
from nadzor.portal.sheets import Crumb, Fact, State, Table
from nadzor.portal.words import day, moment, said
from nadzor.register import revisions
from nadzor.register.revision_cards import Entry


class Asked(Struct, frozen=True):
    """What the form asks: a day, and the moment of knowledge (None: as known now)."""

    valid_on: date
    known_at: datetime | None


class Stood(Struct, frozen=True):
    """An entry as it stood."""

    title: str
    state: State
    facts: list[Fact]
    versions: Table
    claims: Table
    differs: Table


def page(request: HttpRequest, code: str) -> HttpResponse:
    """Editions of an entry, newest knowledge first; above them, when asked, the entry as it stood."""
    entry, history = revisions.current(code), revisions.history(code)
    asked = _asked(request)
    found = revisions.as_of(code, valid_on=asked.valid_on, known_at=asked.known_at) if asked else None
    page = {
        "title": said(entry.name),
        "state": device_state(entry.status),
        "banner": banner(entry, history),
        "editions": [edition(card) for card in reversed(history)],
        "asked": asked,
        "question": _question(asked) if asked else "",
        "stood": _stood(found, entry) if found else None,
        "valid_on": request.GET.get("valid_on", "") or clock.today().isoformat(),
        "known_at": request.GET.get("known_at", ""),
        "crumbs": [
            Crumb(_("Register"), reverse("register")),
            Crumb(entry.number, reverse("register-card", args=[code])),
            Crumb(_("History")),
        ],
        "tabs": entry_tabs(request, entry),
    }
    return render(request, "portal/register_history.html", page)


def _asked(request: HttpRequest) -> Asked | None:
    """The two times of the address.

    Raises: Refusal register.day for what is no day or moment.
    """
    valid_on, known_at = request.GET.get("valid_on", ""), request.GET.get("known_at", "")
    if not valid_on and not known_at:
        return None
    try:
        on = date.fromisoformat(valid_on) if valid_on else clock.today()
        known = datetime.fromisoformat(known_at) if known_at else None
    except ValueError:
        raise Refusal("register.day", detail="YYYY-MM-DD, YYYY-MM-DDThh:mm") from None
    return Asked(on, known.replace(tzinfo=MOSCOW) if known and known.tzinfo is None else known)


def _question(asked: Asked) -> str:
    told = {"day": day(asked.valid_on), "moment": moment(asked.known_at)}
    if asked.known_at is None:
        return _("As it stood on %(day)s, as known now") % told
    return _("As it stood on %(day)s, as known %(moment)s") % told


def _stood(found: Entry, now: Entry) -> Stood:
    return Stood(
        title=said(found.name),
        state=device_state(found.status),
        facts=entry_facts(found),
        versions=version_table(found.versions),
        claims=claim_table(found.claims),
        differs=difference_table(
            _("Then and today"), revisions.differences(found, now), _("then"), _("today")
        ),
    )
