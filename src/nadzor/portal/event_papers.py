# SPDX-License-Identifier: Apache-2.0
"""Documents that somebody may send about an event, as ways on from its card."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from django.urls import reverse
from django.utils.translation import gettext as _
from msgspec import Struct

from nadzor.people.queries import Person
from nadzor.vigilance.event_cards import EventCard
from nadzor.vigilance.event_permissions import SIDE

#: The verb by which a document is sent, and the kind of document.
KINDS: Final = {
    "file_report": "report",
    "answer": "answer",
    "follow_up": "follow_up",
    "correct": "corrective_action",
    "issue_notice": "safety_notice",
}


class Way(Struct, frozen=True):
    """One document that may be sent now."""

    label: str
    href: str
    is_first: bool


def labels() -> dict[str, str]:
    """What a button says, by the kind of document."""
    return {
        "report": _("File the report"),
        "follow_up": _("Add a follow-up"),
        "corrective_action": _("Report corrective actions"),
        "safety_notice": _("Issue a safety notice"),
        "answer": _("Answer the question"),
    }


def papers_of(card: EventCard, who: Person | None) -> Sequence[Way]:
    """The documents open to somebody, what has a clock first."""
    verbs = {move.verb for move in card.moves}
    kinds = [kind for verb, kind in KINDS.items() if verb in verbs and may_send(who, kind)]
    names = labels()
    return [
        Way(names[kind], reverse("event-document", args=[card.row.number, kind]), is_first=not at)
        for at, kind in enumerate(kinds)
    ]


def may_send(who: Person | None, kind: str) -> bool:
    """The maker's side sends all of them, the desk a follow-up that reached it by letter."""
    return who is not None and (who.role in SIDE or kind == "follow_up")
