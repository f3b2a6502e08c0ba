# SPDX-License-Identifier: Apache-2.0
"""Determinations that were kept: one's own and one's organisation's; the regulator's staff see all."""

from __future__ import annotations

from django.db.models import Q

from nadzor.base.problems import Refusal
from nadzor.people.queries import Person
from nadzor.register.filing_cards import OpinionCard
from nadzor.register.filing_permissions import READERS
from nadzor.register.models import Opinion

PAGE_MAX = 200


def opinions(person: Person | None, *, limit: int = 50) -> tuple[OpinionCard, ...]:
    """The opinions a person may see, newest first."""
    return tuple(_card(row) for row in Opinion.objects.filter(_mine(person))[: min(limit, PAGE_MAX)])


def opinion(person: Person | None, number: str) -> OpinionCard:
    """One opinion.

    Raises: Refusal opinion.unknown for one that is not there or that the person may not see.
    """
    row = Opinion.objects.filter(_mine(person), number=number).first()
    if row is None:
        raise Refusal("opinion.unknown")
    return _card(row)


def _mine(person: Person | None) -> Q:
    if person is None:
        return Q(pk__in=[])
    if person.at_console or person.role in READERS:
        return Q()
    own = Q(author=person.username)
    return own | Q(organisation=person.organisation) if person.organisation else own


def _card(row: Opinion) -> OpinionCard:
    return OpinionCard(
        number=row.number, product=row.product, author=row.author, organisation=row.organisation, at=row.at,
        verdict=row.verdict, answers=row.answers, result=row.result, digest=row.digest,
    )  # fmt: skip
