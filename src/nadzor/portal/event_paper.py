# SPDX-License-Identifier: Apache-2.0
"""An event on paper: the core, codes, clocks with their arithmetic, documents and steps, as a tagged PDF."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from nadzor.base import clock
from nadzor.portal.event_card import card_page
from nadzor.portal.frame import person_of
from nadzor.portal.printing import pdf_answer, print_pdf
from nadzor.portal.words import language, moment
from nadzor.vigilance import events


def pdf(request: HttpRequest, number: str) -> HttpResponse:
    """What the asker sees of an event, to be filed away; held texts stay held."""
    who, now = person_of(request), clock.now()
    card = events.event(who, number, today=clock.today())
    title = _("Adverse event %(number)s") % {"number": number}
    shown = {
        **card_page(card, who),
        "above_left": title,
        "above_right": moment(now),
        "below_left": _("A printout of this system as of the moment above; not a qualified signature."),
        "made": card.row.changed_at.isoformat(timespec="seconds"),
    }
    shown["heading"] = shown.pop("title")
    paper = print_pdf("portal/event_paper.html", shown, title=title, lang=language())
    return pdf_answer(paper, f"event-{number}")
