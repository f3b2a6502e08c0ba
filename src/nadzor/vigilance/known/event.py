# SPDX-License-Identifier: Apache-2.0
"""An adverse event as it was known at a moment."""

from __future__ import annotations

from typing import Final

import msgspec

from nadzor.base.problems import Refusal
from nadzor.people.queries import Person
from nadzor.procedures.adverse_event import ADVERSE_EVENT
from nadzor.procedures.clocks import runs
from nadzor.procedures.steps import Step
from nadzor.vigilance.event_cards import DocumentCard, StepCard
from nadzor.vigilance.events import event
from nadzor.vigilance.known.cards import KnownEvent
from nadzor.vigilance.known.moment import Moment

CLASSED: Final = ("tell_maker_", "become_aware_", "reclassify_")
"""How the verbs begin that set a clock by the gravity they end with."""


def known_event(person: Person | None, number: str, moment: Moment, *, site: str = "") -> KnownEvent:
    """An adverse event as it stood at a moment; `site` is the asker's own, where a clinic asks.

    Why no narrative: one that was held then may have been redacted since, and the other way round.
    Raises: Refusal vigilance.event-unknown, also for one that this person may not see; known.not-yet.
    """
    card = event(person, number, today=moment.day, site=site)
    if card.row.received_at > moment.at:
        raise Refusal("known.not-yet")
    steps = tuple(each for each in card.steps if each.at <= moment.at)
    documents = tuple(_bare(each) for each in card.documents if each.at <= moment.at)
    told = [Step(each.verb, each.start, each.to, each.on, each.role, each.because) for each in steps]  # type: ignore[arg-type]
    return KnownEvent(
        number=card.row.number, device=card.row.device, received_at=card.row.received_at,
        state=steps[-1].to if steps else ADVERSE_EVENT.first, gravity=_gravity(steps),
        documents=documents, steps=steps, runs=runs(ADVERSE_EVENT, told, today=moment.day),
        later=len(card.steps) - len(steps) + len(card.documents) - len(documents),
    )  # fmt: skip


def _gravity(steps: tuple[StepCard, ...]) -> str:
    for step in reversed(steps):
        if begins := next((each for each in CLASSED if step.verb.startswith(each)), ""):
            return step.verb.removeprefix(begins)
    return ""


def _bare(card: DocumentCard) -> DocumentCard:
    return msgspec.structs.replace(card, narrative="", held=False, held_kind="", released_at=None)
