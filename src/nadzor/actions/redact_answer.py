# SPDX-License-Identifier: Apache-2.0
"""Open a held answer to a letter and write what may stand in its place; both are deeds and recorded."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from nadzor.actions.write_letter import guarded, parties
from nadzor.base.home import Home
from nadzor.base.problems import Refusal
from nadzor.people.permissions import must_hear_clinics
from nadzor.people.queries import Person
from nadzor.records import audit
from nadzor.register.authority import must_be_disinterested
from nadzor.vigilance.held_answers import answer_opened, release_answer
from nadzor.vigilance.models import SiteLetter


@transaction.atomic
def open_answer(home: Home, number: str, *, by: Person | None, now: datetime) -> str:
    """The text of a held answer; that it was read, and by whom, stays in the chain of deeds.

    Raises: Refusal people.inspector-only, filing.interest, letter.unknown, letter.not-held,
    letter.answer-damaged.
    """
    row = _held(number, by)
    text = answer_opened(home, row)
    _note("read", row, by=by, because="to redact it", now=now)
    return text


@transaction.atomic
def redact_answer(number: str, text: str, *, by: Person | None, now: datetime) -> None:
    """Release an answer with the text a person has written in its place.

    Raises: Refusal people.inspector-only, filing.interest, letter.unknown, letter.not-held, letter.text,
    letter.names-clinic; those of `must_name_nobody`.
    """
    row = _held(number, by)
    words = guarded(text)
    assert by is not None
    release_answer(row, words, by=by.username, now=now)
    _note("release", row, by=by, because="redacted", now=now)


def _held(number: str, by: Person | None) -> SiteLetter:
    must_hear_clinics(by)
    assert by is not None
    row = SiteLetter.objects.select_for_update().filter(number=number).first()
    if row is None:
        raise Refusal("letter.unknown")
    if not row.held:
        raise Refusal("letter.not-held", number=number)
    must_be_disinterested(by, parties(row.kind, row.about))
    return row


def _note(verb: str, row: SiteLetter, *, by: Person | None, because: str, now: datetime) -> None:
    assert by is not None
    audit.record(
        f"vigilance.letter.{verb}", f"letter {row.number}", by=by.username, because=because, now=now,
        site=row.site, kind=row.held_kind,
    )  # fmt: skip
