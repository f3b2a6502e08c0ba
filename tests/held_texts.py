# SPDX-License-Identifier: Apache-2.0
"""Texts that name a person, held: a narrative of an event, and an answer to a letter."""

from __future__ import annotations

from nadzor.vigilance.held_answers import answer_opened, put_answer
from nadzor.vigilance.models import AdverseEvent, EventDocument, Narrative, SiteLetter
from nadzor.vigilance.narratives import keep_narrative, opened
from tests.register_samples import NOW

TELEPHONE = "+7 999 123-45-67"
NARRATIVE = f"The patient's wife called from {TELEPHONE}."
ANSWER = f"Ask our physicist: {TELEPHONE}."


def hold(home):
    """One of each; the numbers of document and letter."""
    event = AdverseEvent.objects.create(
        number="AE-2026-000001", way="portal", state="reported", reporter_role="clinic", received_at=NOW,
        changed_at=NOW, device="k-1", seriousness="other",
    )  # fmt: skip
    document = EventDocument.objects.create(
        event=event, kind="message", at=NOW, on=NOW.date(), by="u-x", role="clinic", digest="0" * 64
    )
    assert keep_narrative(home, document, NARRATIVE)
    row = SiteLetter(
        number="L-2026-000001", site="s-x", kind="general", text="Which?", at=NOW, by="inspector"
    )
    put_answer(home, row, ANSWER, kind="phone")
    row.answered_at = NOW
    row.save()
    return document.pk, row.number


def as_held(home):
    """Both texts, opened."""
    return opened(home, Narrative.objects.get()), answer_opened(home, SiteLetter.objects.get())
