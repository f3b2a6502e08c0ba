# SPDX-License-Identifier: Apache-2.0
"""Close an opening before its time, and review a broken glass after it."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from nadzor.actions.opening_rows import acts_as_head, grounds, must_be, note, row_of, tell, today_of
from nadzor.base.problems import Refusal, Text
from nadzor.people.queries import Person
from nadzor.people.roles import Role
from nadzor.records.opening_rules import FINDINGS, may_close, may_review
from nadzor.records.openings import parties_of


@transaction.atomic
def close_opening(id: int, *, by: Person | None, now: datetime) -> None:
    """End an opening now: its two people, or the head.

    Raises: Refusal vault.not-yours, vault.opening-unknown, vault.opening-state.
    """
    row = row_of(id)
    if not may_close(by, parties_of(row), is_head=acts_as_head(by, on=today_of(now))):
        raise Refusal("vault.not-yours")
    must_be(row, "open", now=now)
    row.state, row.closed_at = "closed", now
    row.save(update_fields=["state", "closed_at"])
    note("close", id, by=by, because="closed by hand", now=now, looks=row.looks.count())  # type: ignore[attr-defined]


@transaction.atomic
def review_opening(id: int, finding: str, *, because: str, by: Person | None, now: datetime) -> None:
    """Judge a broken glass, once it is closed: justified or not, with grounds.

    Raises: Refusal vault.not-yours, vault.opening-unknown, vault.opening-state, vault.finding, vault.because,
    vault.because-personal.
    """
    row = row_of(id)
    if not may_review(by, parties_of(row)) or by is None:
        raise Refusal("vault.not-yours")
    if row.kind != "break_glass":
        raise Refusal("vault.opening-state", state=row.state)
    must_be(row, "closed", now=now)
    if finding not in FINDINGS:
        raise Refusal("vault.finding", "$.finding")
    words = grounds(because)
    row.state, row.closed_at = "reviewed", row.closed_at or row.expires_at
    row.finding, row.reviewed_by, row.reviewed_at, row.review_because = finding, by.username, now, words
    row.save()
    note("review", id, by=by, because=words, now=now, finding=finding)
    if finding == "unjustified":
        tell(Role.HEAD, Role.AUDITOR, id=id, text=_UNJUSTIFIED, now=now)


_UNJUSTIFIED = Text(
    ru="Открытие хранилища одним лицом признано необоснованным.",
    en="An opening of the vault by one person was found not justified.",
)
