# SPDX-License-Identifier: Apache-2.0
"""A clinic opens a letter and answers it once, under its pseudonym.

Why an answer that names somebody is refused and not held: its writer is at the page and can take the name
out; what nobody ever kept needs neither a seal nor a redaction.
"""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from nadzor.actions.clinic_systems import site_of
from nadzor.actions.write_letter import guarded
from nadzor.base.home import Home
from nadzor.base.problems import Refusal, Text
from nadzor.people.queries import Person
from nadzor.people.roles import Role
from nadzor.records import audit, notices, vault
from nadzor.vigilance.models import SiteLetter


@transaction.atomic
def open_letter(home: Home, number: str, *, by: Person | None, now: datetime) -> bool:
    """Note that a clinic has opened a letter; True the first time.

    Raises: Refusal people.clinic-only, clinic.no-oid, letter.unknown.
    """
    row = _own(home, number, by)
    if row.opened_at is not None:
        return False
    row.opened_at = now
    row.save(update_fields=["opened_at"])
    _note("open", row, home=home, by=by, now=now)
    return True


@transaction.atomic
def answer_letter(home: Home, number: str, text: str, *, by: Person | None, now: datetime) -> None:
    """Keep a clinic's answer and tell the desk; the same answer again changes nothing.

    Raises: Refusal people.clinic-only, clinic.no-oid, letter.unknown, letter.answered, letter.text,
    letter.names-clinic; those of `must_name_nobody`.
    """
    row = _own(home, number, by)
    words = guarded(text)
    if row.answered_at is not None:
        if row.answer == words:
            return
        raise Refusal("letter.answered", number=number)
    assert by is not None
    row.answer, row.answered_at, row.opened_at = words, now, row.opened_at or now
    row.answered_by = vault.speaker(by.username, home=home)
    row.save(update_fields=["answer", "answered_at", "opened_at", "answered_by"])
    _note("answer", row, home=home, by=by, now=now)
    told = Text(ru=f"На письмо {number} пришёл ответ.", en=f"Letter {number} was answered.")
    for role in (Role.INSPECTOR, Role.HEAD):
        notices.to_role(role.value, subject=f"letter {number}", text=told, now=now)


def _own(home: Home, number: str, by: Person | None) -> SiteLetter:
    """The letter to the asker's own site; somebody else's does not exist for it."""
    row = SiteLetter.objects.select_for_update().filter(site=site_of(home, by), number=number).first()
    if row is None:
        raise Refusal("letter.unknown")
    return row


def _note(verb: str, row: SiteLetter, *, home: Home, by: Person | None, now: datetime) -> None:
    assert by is not None
    audit.record(
        f"vigilance.letter.{verb}", f"letter {row.number}", because="the clinic's word", now=now,
        by=vault.speaker(by.username, home=home), site=row.site,
    )  # fmt: skip
