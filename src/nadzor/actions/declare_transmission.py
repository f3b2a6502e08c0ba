# SPDX-License-Identifier: Apache-2.0
"""Declare that a device transmits its operation data by itself: the maker's first step to the gate."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from nadzor.actions.step_gate import device_row, tell_registrars
from nadzor.base.problems import Refusal
from nadzor.people.queries import Person
from nadzor.procedures.transmission import DECLARED
from nadzor.records import audit
from nadzor.register.filing_permissions import APPLICANTS, stands_for
from nadzor.register.gate_words import gate_notice
from nadzor.register.models import Device, Transmission


@transaction.atomic
def declare_transmission(device: str, *, by: Person | None, now: datetime) -> str:
    """Open the gate of a device in its first state.

    Law: R-063: the application says whether the function is built in; R-157.
    Raises: Refusal register.device-unknown, people.not-yours, enrol.device-cancelled, gate.declared.
    """
    row = device_row(device)
    if not may_declare(by, row):
        raise Refusal("people.not-yours")
    if row.status == "cancelled":
        raise Refusal("enrol.device-cancelled")
    _, fresh = Transmission.objects.get_or_create(device=row, defaults={"state": DECLARED, "changed_at": now})
    if not fresh:
        raise Refusal("gate.declared")
    doer = by.username if by else ""
    audit.record(
        "register.transmission.declare",
        device,
        by=doer,
        now=now,
        because="declared by the maker",
        to=DECLARED,
    )
    tell_registrars(row, gate_notice("declared", device=device), now=now)
    return DECLARED


def may_declare(by: Person | None, device: Device) -> bool:
    """The maker's administrator, its representative, or the console."""
    if by is None:
        return False
    return by.at_console or (by.role in APPLICANTS and stands_for(by, device.maker.code))
