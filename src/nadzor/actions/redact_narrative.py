# SPDX-License-Identifier: Apache-2.0
"""Open a held narrative and write what may stand in its place; both are a person's deeds and recorded."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from nadzor.base.home import Home
from nadzor.base.problems import Refusal
from nadzor.people.queries import Person
from nadzor.records import audit
from nadzor.register.authority import must_be_disinterested, parties_of
from nadzor.vigilance.event_permissions import may_open_narrative
from nadzor.vigilance.event_rows import subject_of
from nadzor.vigilance.models import Narrative
from nadzor.vigilance.narratives import NARRATIVE_MAX, opened, release
from nadzor.vigilance.plain_text import personal_in, plain


@transaction.atomic
def open_narrative(home: Home, document: int, *, by: Person | None, now: datetime) -> str:
    """The text of a held narrative; that it was read, and by whom, stays in the chain of deeds.

    Raises: Refusal filing.interest, people.inspector-only, vigilance.narrative-unknown,
    vigilance.narrative-damaged.
    """
    row = _held(document, by)
    assert by is not None
    text = opened(home, row)
    audit.record(
        "vigilance.narrative.open", subject_of(row.document.event.number), by=by.username, now=now,
        because="to redact it", document=document, kind=row.kind,
    )  # fmt: skip
    return text


@transaction.atomic
def redact_narrative(document: int, text: str, *, by: Person | None, now: datetime) -> None:
    """Release a narrative with the text a person has written in its place.

    Raises: Refusal filing.interest, people.inspector-only, vigilance.narrative-unknown,
    vigilance.text-too-long,
    vigilance.still-personal with the kind of detail that is still there.
    """
    row = _held(document, by)
    assert by is not None
    words = plain(text).strip()
    if not words or len(words) > NARRATIVE_MAX:
        raise Refusal("vigilance.text-too-long", "$.text", limit=NARRATIVE_MAX)
    if kind := personal_in(words):
        raise Refusal("vigilance.still-personal", "$.text", kind=kind)
    release(row, words, by=by.username, now=now)
    audit.record(
        "vigilance.narrative.release", subject_of(row.document.event.number), by=by.username, now=now,
        because="redacted", document=document, kind=row.kind,
    )  # fmt: skip


def _held(document: int, by: Person | None) -> Narrative:
    if not may_open_narrative(by):
        raise Refusal("people.inspector-only")
    rows = Narrative.objects.select_for_update().select_related("document__event")
    row = rows.filter(document=document, held=True).first()
    if row is None:
        raise Refusal("vigilance.narrative-unknown")
    must_be_disinterested(by, parties_of(row.document.event.device))
    return row
