# SPDX-License-Identifier: Apache-2.0
"""Pairs of events that may be one, side by side: a person says, with grounds, and nothing is deleted."""

from __future__ import annotations

from typing import Final

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from msgspec import Struct

from nadzor.actions.judge_duplicate import judge_duplicate
from nadzor.base import clock
from nadzor.base.problems import Refusal, problem
from nadzor.portal.desks import asker
from nadzor.portal.event_card_words import reporter_words
from nadzor.portal.event_device import device_called
from nadzor.portal.event_labels import event_state, type_label, way_label
from nadzor.portal.filing_deeds import told
from nadzor.portal.frame import house
from nadzor.portal.refused_deeds import note_refused
from nadzor.portal.sheets import Cell, Crumb, Line, Table, columns
from nadzor.portal.sheets import line as row
from nadzor.portal.words import NOTHING, day, number, share
from nadzor.vigilance.duplicates import LikelyCard, Side, likely_pairs

SHOWN: Final = 20
SURE: Final = 0.99  # above it a reckoning is not surer than what it reckons with
ON_THE_PAGE: Final = frozenset({"duplicate.no-grounds", "duplicate.verdict", "vigilance.told-personal"})


class Pair(Struct, frozen=True, kw_only=True):
    """One pair as it is judged."""

    id: int
    first: str
    second: str
    likely: str
    table: Table


def page(request: HttpRequest) -> HttpResponse:
    """The pairs that wait for a person, the likeliest first."""
    return _page(request)


def judge(request: HttpRequest) -> HttpResponse:
    """Keep what a person says of a pair."""
    given = request.POST
    first, second = given.get("first", "")[:20], given.get("second", "")[:20]
    verdict, because = given.get("verdict", "")[:20], given.get("because", "")
    try:
        judge_duplicate(
            house(), first, second, verdict=verdict, because=because, by=asker(request), now=clock.now()
        )
    except Refusal as refusal:
        note_refused(request, refusal, verb="mark_duplicate")
        if refusal.code not in ON_THE_PAGE:
            raise
        status = problem(refusal.code).status
        return _page(request, wrong=told(refusal), at=f"{first}-{second}", status=status)
    messages.success(request, _("Kept. Nothing was deleted; it can be split again."))
    return redirect("event-pairs")


def _page(request: HttpRequest, *, wrong: str = "", at: str = "", status: int = 200) -> HttpResponse:
    found = likely_pairs(asker(request), limit=SHOWN)
    shown = {
        "pairs": [_pair(card) for card in found],
        "wrong": wrong,
        "at": at,
        "because": request.POST.get("because", "")[:4000],
        "crumbs": [Crumb(_("Adverse events"), reverse("events")), Crumb(_("Likely duplicates"))],
    }
    return render(request, "portal/duplicates.html", shown, status=status)


def _pair(card: LikelyCard) -> Pair:
    head = columns(_("What"), card.first.number, card.second.number, _("Compared"))
    return Pair(
        id=card.id,
        first=card.first.number,
        second=card.second.number,
        likely=_likely(card),
        table=Table(_("Side by side"), head, _lines(card)),
    )


def _likely(card: LikelyCard) -> str:
    chance = f"> {share(SURE, 0)}" if card.probability > SURE else share(card.probability, 0)
    facts = {"share": chance, "bits": number(card.weight, 1)}
    return _("%(share)s by the evidence of what agrees, %(bits)s bits") % facts


def _lines(card: LikelyCard) -> list[Line]:
    sides = zip(_told(card.first), _told(card.second), strict=True)
    return [
        row(label, Cell(first, wraps=True), Cell(second, wraps=True), _said(card.compared.get(key, "")))
        for (key, label, first), (_key, _label, second) in sides
    ]


def _told(side: Side) -> list[tuple[str, str, str]]:
    """What is compared: the name of the field, its label, what this side says."""
    return [
        ("device", _("Device"), device_called(side.device) if side.device else side.device_told or NOTHING),
        ("version", _("Version"), side.version or NOTHING),
        ("event_on", _("It happened on"), day(side.event_on)),
        ("aware_on", _("Learned on"), day(side.aware_on)),
        ("received_on", _("Received on"), day(side.received_on)),
        ("event_type", _("Kind of event"), type_label(side.event_type) or NOTHING),
        ("problems", _("Device problem"), " ".join(side.problems) or NOTHING),
        ("effects", _("Effect"), " ".join(side.effects) or NOTHING),
        ("reporter_role", _("Reported by"), reporter_words(side.reporter_role)),
        ("way", _("Way"), way_label(side.way)),
        ("state", _("State"), event_state(side.state).label),
    ]


def _said(compared: str) -> Cell:
    """How a field compares, as a word and a shape; nothing for a field that is only shown."""
    names = {
        "agrees": Cell(_("agrees"), state="good"),
        "differs": Cell(_("differs"), state="warn"),
        "unknown": Cell(_("Not known")),
    }
    return names.get(compared, Cell(compared))
