# SPDX-License-Identifier: Apache-2.0
"""Give the head's power to decide to a registrar or an inspector for some days, by an order; take it back."""

from __future__ import annotations

from datetime import date, datetime
from typing import Final

from django.db import transaction
from msgspec import Struct

from nadzor.base.clock import moscow_date
from nadzor.base.problems import Refusal
from nadzor.people.models import User
from nadzor.people.permissions import must_decide
from nadzor.people.queries import Person
from nadzor.records import audit
from nadzor.register.authority import MATTERS
from nadzor.register.filing_form import FORMS
from nadzor.register.filing_permissions import DELEGATES
from nadzor.register.models import Delegation

YEARS_MAX: Final = 1  # longer than this is an office, not a delegation


class Power(Struct, frozen=True, kw_only=True):
    """To whom, by which order, from which day until which (exclusive), in which procedures or matters.

    None named: in all but those that no delegation covers unnamed.
    """

    to: str
    order: str
    valid_from: date
    valid_until: date
    procedures: tuple[str, ...] = ()


@transaction.atomic
def delegate(power: Power, *, by: Person | None, now: datetime) -> int:
    """Write a delegation and return its id.

    Raises: Refusal people.head-only, authority.delegate-unfit, authority.days, authority.order-missing,
    filing.procedure-unknown.
    """
    must_decide(by)
    _must_be_sound(power, on=moscow_date(now))
    row = Delegation.objects.create(
        to=power.to, procedures=sorted(power.procedures), valid_from=power.valid_from,
        valid_until=power.valid_until, order=power.order.strip()[:200], given_by=by.username if by else "",
        given_at=now,
    )  # fmt: skip
    audit.record(
        "register.authority.delegate", f"delegation {row.pk}", by=row.given_by, now=now, because=row.order,
        to=power.to, valid_from=power.valid_from, valid_until=power.valid_until, procedures=row.procedures,
    )  # fmt: skip
    return int(row.pk)


@transaction.atomic
def end_delegation(id: int, *, by: Person | None, now: datetime) -> None:
    """Take a delegation back from this moment; one that has ended stays ended.

    Raises: Refusal people.head-only, authority.unknown.
    """
    must_decide(by)
    if not Delegation.objects.filter(pk=id).exists():
        raise Refusal("authority.unknown")
    if Delegation.objects.filter(pk=id, ended_at=None).update(ended_at=now):
        audit.record(
            "register.authority.end", f"delegation {id}", by=by.username if by else "", now=now,
            because="the head took it back",
        )  # fmt: skip


def _must_be_sound(power: Power, *, on: date) -> None:
    fit = User.objects.filter(username=power.to, is_active=True, role__in=[role.value for role in DELEGATES])
    if not fit.exists():
        raise Refusal("authority.delegate-unfit", "$.to")
    latest = power.valid_from.replace(
        year=power.valid_from.year + YEARS_MAX, day=min(power.valid_from.day, 28)
    )
    if not power.valid_from < power.valid_until <= latest or power.valid_until <= on:
        raise Refusal("authority.days", "$.valid_until")
    if not power.order.strip():
        raise Refusal("authority.order-missing", "$.order")
    if strange := set(power.procedures) - {*FORMS, *MATTERS}:
        raise Refusal("filing.procedure-unknown", "$.procedures", procedures=", ".join(sorted(strange)))
