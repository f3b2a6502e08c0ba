# SPDX-License-Identifier: Apache-2.0
"""The one hand that moves the transmission gate: table, step, audit and notice in one transaction."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from django.db import transaction
from msgspec import Struct

from nadzor.base.clock import moscow_date
from nadzor.base.problems import Refusal, Text
from nadzor.people.permissions import must_issue_token
from nadzor.people.queries import Person
from nadzor.people.roles import Role
from nadzor.procedures.moves import allowed
from nadzor.procedures.transmission import TRANSMISSION
from nadzor.records import audit, notices
from nadzor.register import authority
from nadzor.register.models import Device, Transmission, TransmissionStep

GROUNDS_MAX: Final = 4000  # one page, as for filings
AUDIT_MAX: Final = 500
REGISTRAR: Final = Role.REGISTRAR.value


class Doer(Struct, frozen=True):
    """In whose name a step is made: a person in their role, or the house."""

    name: str
    role: str


HOUSE: Final = Doer("house", "house")


def device_row(code: str) -> Device:
    """The device of a gate.

    Raises: Refusal register.device-unknown.
    """
    row = Device.objects.select_related("maker__represented_by").filter(code=code).first()
    if row is None:
        raise Refusal("register.device-unknown")
    return row


def gate_of(device: Device) -> Transmission:
    """The gate's row, locked.

    Raises: Refusal gate.not-declared.
    """
    row = Transmission.objects.select_for_update().filter(device=device).first()
    if row is None:
        raise Refusal("gate.not-declared")
    return row


def must_be_registrar(by: Person | None, device: Device) -> Doer:
    """Who acts for the regulator here, and has no interest in the maker.

    Raises: Refusal people.registrar-only, filing.interest.
    """
    if by is None or not (by.at_console or by.role is Role.REGISTRAR):
        raise Refusal("people.registrar-only")
    keep_apart(by, device)
    return Doer(by.username, REGISTRAR)


def must_work_the_gate(by: Person | None, device: Device) -> Person:
    """The maker's administrator or representative, or a registrar without an interest.

    Raises: Refusal people.not-yours, filing.interest.
    """
    must_issue_token(by, maker=device.maker.code)
    assert by is not None
    keep_apart(by, device)
    return by


def keep_apart(by: Person, device: Device) -> None:
    """Whoever declared an interest in a maker keeps out of its affairs.

    Raises: Refusal filing.interest.
    """
    makers = {device.maker.code}
    if by.role is Role.REGISTRAR and authority.interested(by.username, makers):
        raise Refusal("filing.interest")


@transaction.atomic
def step_gate(
    row: Transmission, verb: str, *, doer: Doer, now: datetime, because: str = "",
    facts: Mapping[str, Any] | None = None,
) -> str:  # fmt: skip
    """Make a move of the table and return the state it leads to; facts are kept with the step.

    Raises: Refusal move.not-from-here, move.not-yours, move.no-grounds, move.grounds-too-long.
    """
    move = allowed(TRANSMISSION, row.state, verb, by=doer.role, because=because)
    if len(because) > GROUNDS_MAX:
        raise Refusal("move.grounds-too-long", "$.because", limit=GROUNDS_MAX)
    TransmissionStep.objects.create(
        transmission=row, at=now, on=moscow_date(now), verb=verb, start=row.state, to=move.to,
        by=doer.name, role=doer.role, because=because.strip(), facts=dict(facts or {}),
    )  # fmt: skip
    audit.record(
        f"register.transmission.{verb}", row.device.code, by=doer.name, now=now,
        because=because.strip()[:AUDIT_MAX] or verb, start=row.state, to=move.to,
    )  # fmt: skip
    row.state, row.changed_at = move.to, now
    row.save(update_fields=["state", "changed_at"])
    return move.to


def tell_maker(device: Device, text: Text, *, now: datetime) -> None:
    """A notice to the maker, and to its representative."""
    codes = [device.maker.code]
    if device.maker.represented_by:
        codes.append(device.maker.represented_by.code)
    for code in codes:
        notices.to_organisation(code, subject=f"transmission {device.code}", text=text, now=now)


def tell_registrars(device: Device, text: Text, *, now: datetime) -> None:
    """A notice to whoever grants access."""
    notices.to_role(REGISTRAR, subject=f"transmission {device.code}", text=text, now=now)
