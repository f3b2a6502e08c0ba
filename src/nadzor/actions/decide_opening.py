# SPDX-License-Identifier: Apache-2.0
"""Approve or refuse a request to open the vault: somebody else than who asked, one of the two the head."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction

from nadzor.actions.ask_opening import open_until
from nadzor.actions.opening_rows import (
    acts_as_head,
    grounds,
    must_be,
    must_be_impartial,
    note,
    row_of,
    today_of,
)
from nadzor.base.problems import Refusal
from nadzor.people.queries import Person
from nadzor.records.models import VaultOpening
from nadzor.records.opening_rules import may_ask, may_decide_opening
from nadzor.records.openings import parties_of


@transaction.atomic
def decide_opening(id: int, *, approve: bool, because: str, by: Person | None, now: datetime) -> None:
    """Open for the term of the house, or refuse; of two decisions at once the first one stands.

    Raises: Refusal vault.not-yours, vault.opening-unknown, vault.opening-state, vault.two-people,
    vault.own-interest, vault.because, vault.because-personal.
    """
    if not may_ask(by) or by is None:
        raise Refusal("vault.not-yours")
    row = row_of(id)
    must_be(row, "asked", now=now)
    is_head = acts_as_head(by, on=today_of(now))
    if not may_decide_opening(by, parties_of(row), is_head=is_head):
        raise Refusal("vault.two-people")
    must_be_impartial(by, row.about)
    words = grounds(because)
    told = _decision(approve, now) | {
        "decided_by": by.username, "decided_role": "head" if is_head else by.role.value, "decided_at": now,
        "decided_because": words,
    }  # fmt: skip
    if not VaultOpening.objects.filter(pk=id, state="asked").update(**told):
        raise Refusal("vault.opening-state", state="open")
    note("approve" if approve else "refuse", id, by=by, because=words, now=now, asked_by=row.asked_by)


def _decision(approve: bool, now: datetime) -> dict[str, Any]:
    if not approve:
        return {"state": "refused"}
    return {"state": "open", "opened_at": now, "expires_at": open_until(now)}
