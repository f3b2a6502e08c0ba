# SPDX-License-Identifier: Apache-2.0
"""Count a refused move, after its own transaction was undone: everything refused is counted."""

from __future__ import annotations

from datetime import date
from typing import Final

from django.db import transaction
from django.db.models import F

from nadzor.procedures.catalogue import PROCEDURES
from nadzor.register.models import RefusedMove

OF_DEVICES: Final = frozenset({"enrol", "rotate"})  # what an installation asks for itself


@transaction.atomic
def count_refusal(verb: str, *, role: str, code: str, on: date) -> None:
    """One more refusal of this day; a verb no table has is counted under none: rubbish makes no rows."""
    known = verb in OF_DEVICES or any(verb in procedure.verbs for procedure in PROCEDURES.values())
    row, _ = RefusedMove.objects.get_or_create(on=on, verb=verb if known else "", role=role, code=code)
    RefusedMove.objects.filter(pk=row.pk).update(times=F("times") + 1)
