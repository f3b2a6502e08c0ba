# SPDX-License-Identifier: Apache-2.0
"""Open a case about a device on what it rests on: the filing, its grounds and its first move, or nothing."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from django.db import transaction

from nadzor.actions.add_case_ground import add_case_ground
from nadzor.actions.move_filing import move_filing
from nadzor.actions.open_filing import open_filing
from nadzor.base.problems import Refusal
from nadzor.people.queries import Person
from nadzor.procedures.catalogue import PROCEDURES
from nadzor.register.models import Filing
from nadzor.vigilance.case_grounds import cases_on

CASE: Final = "case"
#: How the evidence of the first move names a ground, in both languages at once.
KINDS: Final = {"signal": "сигнал / signal", "event": "событие / event"}


@transaction.atomic
def open_case(
    device: str, *, grounds: Sequence[tuple[str, str]], by: Person | None, now: datetime, because: str
) -> str:
    """Open a case on grounds such as ("signal", "12") or ("event", "AE-2026-000001"); return its number.

    A second press with the same first ground finds the case that is open already.
    Raises: Refusal case.no-grounds, filing.device-needed, filing.not-yours, filing.interest,
    case.ground-unknown, case.ground-unfit, move.no-grounds.
    """
    if not grounds:
        raise Refusal("case.no-grounds", "$.grounds")
    number = open_filing(CASE, by=by, now=now, device=device)
    for kind, ref in grounds:
        add_case_ground(number, kind, ref, by=by, now=now, because=because)
    told = "; ".join(f"{KINDS.get(kind, kind)} {ref}" for kind, ref in grounds)
    move_filing(number, "open_matter", by=by, because=because, now=now, facts={"evidence": told})
    return number


def open_on(kind: str, ref: str, *, device: str) -> str:
    """The number of a case about this device that rests on this ground and is still open, or nothing."""
    rows = Filing.objects.filter(number__in=cases_on(kind, ref), device__code=device)
    waiting = rows.exclude(state__in=PROCEDURES[CASE].closed).order_by("id").first()
    return str(waiting.number) if waiting else ""
