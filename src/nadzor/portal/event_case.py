# SPDX-License-Identifier: Apache-2.0
"""A case is opened from an event: the event becomes its first ground, and no measure rests on it alone."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from nadzor.actions.open_case import open_case
from nadzor.base import clock
from nadzor.base.problems import Refusal, problem
from nadzor.portal import event_card
from nadzor.portal.desks import asker
from nadzor.portal.filing_deeds import told
from nadzor.vigilance import events

ON_THE_PAGE = frozenset({"move.no-grounds", "move.grounds-too-long", "vigilance.told-personal"})


def from_event(request: HttpRequest, number: str) -> HttpResponse:
    """Open a case on this event, or find the one that is open."""
    who = asker(request)
    card = events.event(who, number, today=clock.today())
    because = request.POST.get("because", "").strip()
    try:
        filing = open_case(
            card.row.device, grounds=[("event", number)], by=who, now=clock.now(), because=because
        )
    except Refusal as refusal:
        if refusal.code not in ON_THE_PAGE:
            raise
        status = problem(refusal.code).status
        return event_card.answer(request, card, wrong=told(refusal), verb="case", status=status)
    messages.success(request, _("The case is open; this event is its first ground."))
    return redirect("filing", number=filing)
