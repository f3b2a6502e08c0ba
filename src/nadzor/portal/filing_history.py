# SPDX-License-Identifier: Apache-2.0
"""A filing's way: the steps made, by whom, on which grounds, with what added; and the plain way ahead."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Final

from django.urls import reverse
from django.utils.translation import gettext as _
from msgspec import Struct

from nadzor.portal.chips import norm_chip
from nadzor.portal.dues import role_label
from nadzor.portal.filing_labels import APPLICATIONS, filing_state, ordinary_moves, verb_label
from nadzor.portal.sheets import Chip, State
from nadzor.portal.words import day, said
from nadzor.procedures.catalogue import PROCEDURES
from nadzor.procedures.words import asks
from nadzor.register.filing_cards import FilingCard, StepCard
from nadzor.register.filing_facts import CANCELLATION, EXPERTISE, ground_words

GROUNDS: Final = {"expertise_ground": EXPERTISE, "cancellation_ground": CANCELLATION}


class Added(Struct, frozen=True):
    """Something a person added to a step: what it is, its lines, the norm it names."""

    label: str
    lines: Sequence[str]
    norm: Chip | None = None
    href: str = ""


class Past(Struct, frozen=True, kw_only=True):
    """One step that was made."""

    on: str
    verb: str
    to: State
    by: str
    because: str
    added: Sequence[Added]


class Ahead(Struct, frozen=True):
    """One step of the plain way still ahead: what, and whose turn it would be."""

    verb: str
    by: str


def past(card: FilingCard) -> list[Past]:
    """The steps that were made, oldest first."""
    return [_past(card.row.procedure, step) for step in card.steps]


def ahead(card: FilingCard) -> list[Ahead]:
    """The shortest way from here to the register; none for cases, closed affairs and where no way leads."""
    procedure = card.row.procedure
    if procedure not in APPLICATIONS or not card.row.open:
        return []
    return [
        Ahead(verb_label(procedure, verb), role_label(by)) for verb, by in _way(procedure, card.row.state)
    ]


def _way(procedure: str, start: str) -> list[tuple[str, str]]:
    """Breadth first, until a move that changes the register."""
    ways: dict[str, list[tuple[str, str]]] = {start: []}
    queue = deque([start])
    while queue:
        state = queue.popleft()
        for move in ordinary_moves(procedure, state):
            way = [*ways[state], (move.verb, move.by[0])]
            if move.effect:
                return way
            if move.to not in ways and move.to in PROCEDURES[procedure].states:
                ways[move.to] = way
                queue.append(move.to)
    return []


def _past(procedure: str, step: StepCard) -> Past:
    return Past(
        on=day(step.on),
        verb=verb_label(procedure, step.verb),
        to=filing_state(procedure, step.to),
        by=role_label(step.role),
        because=step.because,
        added=[*_added(step.facts, step.on)],
    )


def _added(facts: Mapping[str, Any], on: date) -> list[Added]:
    labels = asks()
    found = [_fact(key, said(labels[key]), value, on) for key, value in facts.items() if key in labels]
    if number := facts.get("register_number"):
        found.append(Added(_("Registration number"), [str(number)]))
    if order := facts.get("order"):
        found.append(Added(_("Decided by delegation, order"), [str(order)]))
    return found


def _fact(key: str, label: str, value: Any, on: date) -> Added:
    if key in GROUNDS and isinstance(value, list):
        return Added(label, [said(ground_words(GROUNDS[key], [each], on)) for each in value])
    if key == "norm_cite":
        return Added(label, [], norm=norm_chip(str(value), on) or _bare(str(value)))
    if isinstance(value, dict):
        return Added(label, [", ".join(str(part) for part in value.values())])
    return Added(label, [str(line) for line in value] if isinstance(value, list) else [str(value)])


def _bare(key: str) -> Chip:
    return Chip(key, reverse("norm", args=[key]))
