# SPDX-License-Identifier: Apache-2.0
"""Leave a missed month uncounted: a registrar's decision, which the house does not overrule."""

from __future__ import annotations

from datetime import datetime

import msgspec
from django.db import transaction

from nadzor.actions.step_gate import device_row, gate_of, must_be_registrar, step_gate
from nadzor.base.interval import Month
from nadzor.base.problems import Refusal
from nadzor.people.queries import Person
from nadzor.register import gate


@transaction.atomic
def excuse_period(device: str, month: Month, *, by: Person | None, because: str, now: datetime) -> str:
    """Take a month that was noted as missed out of the account, on grounds.

    Raises: Refusal register.device-unknown, people.registrar-only, filing.interest, gate.not-declared,
    gate.period-unknown, move.not-from-here, move.no-grounds, move.grounds-too-long.
    """
    about = device_row(device)
    doer = must_be_registrar(by, about)
    row = gate_of(about)
    step = gate.noted(gate.steps_of(row)).get(str(month))
    if step is None or gate.period_of(step).received != "missed":
        raise Refusal("gate.period-unknown", "$.month")
    excused = msgspec.structs.replace(gate.period_of(step), received="excused")
    facts = {"period": msgspec.to_builtins(excused)}
    return step_gate(row, "excuse_period", doer=doer, now=now, because=because, facts=facts)
