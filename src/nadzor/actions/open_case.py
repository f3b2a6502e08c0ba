# SPDX-License-Identifier: Apache-2.0
"""Open a case about a device on what it rests on: the filing, its grounds and its first move, or nothing."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from django.db import transaction

from nadzor.actions.add_case_ground import add_case_ground, open_on
from nadzor.actions.move_filing import move_filing
from nadzor.actions.open_filing import open_filing
from nadzor.base.home import Home
from nadzor.base.problems import Refusal
from nadzor.people.queries import Person
from nadzor.procedures.catalogue import PROCEDURES
from nadzor.register.filing_permissions import may_open

CASE: Final = "case"
#: How the evidence of the first move names a ground, in both languages at once.
KINDS: Final = {"signal": "сигнал / signal", "event": "событие / event"}


@transaction.atomic
def open_case(
    device: str, *, grounds: Sequence[tuple[str, str]], by: Person | None, now: datetime, because: str,
    home: Home | None = None,
) -> str:  # fmt: skip
    """Open a case on grounds such as ("signal", "12") or ("event", "AE-2026-000001"); return its number.

    A second press with the same first ground finds the case that is open already.
    Raises: Refusal case.no-grounds, filing.device-needed, filing.not-yours, filing.interest,
    case.ground-unknown, case.ground-unfit, case.ground-elsewhere, move.no-grounds.
    """
    if not grounds:
        raise Refusal("case.no-grounds", "$.grounds")
    if may_open(by, PROCEDURES[CASE], maker="") and (known := open_on(*grounds[0], device=device)):
        return known
    number = open_filing(CASE, by=by, now=now, device=device)
    for kind, ref in grounds:
        add_case_ground(number, kind, ref, by=by, now=now, because=because, home=home)
    told = "; ".join(f"{KINDS.get(kind, kind)} {ref}" for kind, ref in grounds)
    move_filing(number, "open_matter", by=by, because=because, now=now, facts={"evidence": told})
    return number
