# SPDX-License-Identifier: Apache-2.0
"""Write the parts of a yearly report that no data hold: literature, feedback, sales, conclusions."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from django.db import transaction

from nadzor.actions.move_monitoring import locked, subject
from nadzor.base.problems import Refusal
from nadzor.people.queries import Person
from nadzor.procedures.monitoring import DUE, WRITTEN
from nadzor.records import audit
from nadzor.vigilance.monitoring import seen_device
from nadzor.vigilance.monitoring_cards import WRITTEN as PARTS
from nadzor.vigilance.monitoring_permissions import may_write_monitoring
from nadzor.vigilance.plain_text import personal_in

PART_MAX: Final = 20_000


@transaction.atomic
def write_monitoring(
    device: str, year: int, words: Mapping[str, str], *, by: Person | None, now: datetime
) -> tuple[str, ...]:
    """Keep what was written of any parts; returns those that changed.

    Why: what the maker says of its sales stands in the report as its own figure, checked by nobody.
    Raises: Refusal monitoring.unknown, people.not-yours, monitoring.not-open, monitoring.fixed once the
    report is ready to be signed, monitoring.part-unknown, monitoring.part-too-long, monitoring.part-personal.
    """
    card = seen_device(by, device)
    if by is None or not may_write_monitoring(by, maker=card.maker.code):
        raise Refusal("people.not-yours")
    row = locked(device, year)
    if row.state not in WRITTEN or row.state == DUE:
        raise Refusal("monitoring.fixed")
    written = {key: _checked(key, text) for key, text in words.items()}
    changed = tuple(key for key, text in written.items() if row.words.get(key, "") != text)
    if changed:
        row.words = {**row.words, **written}
        row.changed_at = now
        row.save(update_fields=["words", "changed_at"])
        audit.record(
            "vigilance.monitoring.write", subject(row), by=by.username, because="the maker's words", now=now,
            parts=list(changed),
        )  # fmt: skip
    return changed


def _checked(key: str, text: str) -> str:
    """A part as it is kept: its name known, its length bounded, no personal detail in it."""
    if key not in PARTS:
        raise Refusal("monitoring.part-unknown", "$.words", parts=", ".join(PARTS))
    kept = text.replace("\r\n", "\n").strip()
    if len(kept) > PART_MAX:
        raise Refusal("monitoring.part-too-long", f"$.words.{key}", limit=PART_MAX)
    if kind := personal_in(kept):
        raise Refusal("monitoring.part-personal", f"$.words.{key}", kind=kind)
    return kept
