# SPDX-License-Identifier: Apache-2.0
"""Which filings a person may see, asked of the tables: the same rule as `may_see_filing`."""

from __future__ import annotations

from django.db.models import Q, QuerySet

from nadzor.base.problems import Refusal
from nadzor.people.queries import Person
from nadzor.people.roles import Role
from nadzor.register.filing_permissions import ACCELERATED, READERS, SIDE, may_see_filing
from nadzor.register.filing_rows import HOUSE, whose
from nadzor.register.models import Filing


def visible(person: Person | None) -> QuerySet[Filing]:
    """The filings a person may see, with everything a list needs; the same rule as `may_see_filing`."""
    rows = Filing.objects.select_related(
        "device", "maker__represented_by", "applicant__represented_by", "expert__represented_by", "previous"
    ).prefetch_related("steps")
    return rows.filter(_mine(person)).order_by("-id")


def _mine(person: Person | None) -> Q:
    if person is None:
        return Q(pk__in=[])
    if person.at_console or person.role is Role.AUDITOR:
        return Q()
    filed, house = Q(filed_on__isnull=False), Q(channel=HOUSE)
    if person.role in SIDE:
        makers = person.represents if person.role is Role.REPRESENTATIVE else {person.organisation}
        return Q(maker__code__in=sorted(filter(None, makers))) & (filed | ~house)
    return (filed | house) & _filed_and_mine(person)


def _filed_and_mine(person: Person) -> Q:
    if person.role is Role.EXPERT:
        return Q(expert__code=person.organisation) if person.organisation else Q(pk__in=[])
    if person.role is Role.MOSCOW_CENTRE:
        return Q(procedure=ACCELERATED)
    return Q() if person.role in READERS else Q(pk__in=[])


def seen(person: Person | None, number: str) -> Filing:
    """The row of a filing for the other files of this room.

    Raises: Refusal filing.unknown for one that is not there or that the person may not see.
    """
    row = visible(person).filter(number=number).first()
    if row is None or not may_see_filing(person, whose(row)):
        raise Refusal("filing.unknown")
    return row
