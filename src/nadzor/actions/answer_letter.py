# SPDX-License-Identifier: Apache-2.0
"""A clinic opens a letter and answers it once, under its pseudonym.

Why an answer that names a person is held and not refused: it is an answer, given on its day, and what a
clinic knows must not wait until its text is tidy.  Why one that names the clinic is refused: whoever redacts
it would learn who is behind the site, and the clinic is at the page and can take the name out.
"""

from __future__ import annotations

from datetime import datetime
from typing import Final

from django.db import transaction

from nadzor.actions.clinic_systems import site_of
from nadzor.actions.write_letter import unnamed
from nadzor.base.home import Home
from nadzor.base.problems import Refusal, Text
from nadzor.people.queries import Person
from nadzor.people.roles import Role
from nadzor.records import audit, notices, vault
from nadzor.vigilance.held_answers import answer_opened, put_answer
from nadzor.vigilance.models import SiteLetter
from nadzor.vigilance.plain_text import personal_in

ANSWERED: Final = Text(ru="На письмо {number} пришёл ответ.", en="Letter {number} was answered.")
HELD: Final = Text(
    ru="На письмо {number} пришёл ответ. В нём личные сведения: пока их не закрыли, его никто не читает.",
    en="Letter {number} was answered. The answer names a person: nobody reads it before you redact it.",
)


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
    letter.names-clinic, letter.answer-damaged.
    """
    row = _own(home, number, by)
    words = unnamed(text)
    if row.answered_at is not None:
        if answer_opened(home, row) == words:
            return
        raise Refusal("letter.answered", number=number)
    assert by is not None
    put_answer(home, row, words, kind=personal_in(words))
    row.answered_at, row.opened_at = now, row.opened_at or now
    row.answered_by = vault.speaker(by.username, home=home)
    row.save()
    _note("answer", row, home=home, by=by, now=now, held=row.held_kind)
    _tell_the_desk(row, now)


def _tell_the_desk(row: SiteLetter, now: datetime) -> None:
    told = HELD if row.held else ANSWERED
    text = Text(ru=told.ru.format(number=row.number), en=told.en.format(number=row.number))
    for role in (Role.INSPECTOR, Role.HEAD):
        notices.to_role(role.value, subject=f"letter {row.number}", text=text, now=now)


def _own(home: Home, number: str, by: Person | None) -> SiteLetter:
    """The letter to the asker's own site; somebody else's does not exist for it."""
    row = SiteLetter.objects.select_for_update().filter(site=site_of(home, by), number=number).first()
    if row is None:
        raise Refusal("letter.unknown")
    return row


def _note(
    verb: str, row: SiteLetter, *, home: Home, by: Person | None, now: datetime, **facts: object
) -> None:
    assert by is not None
    audit.record(
        f"vigilance.letter.{verb}", f"letter {row.number}", because="the clinic's word", now=now,
        by=vault.speaker(by.username, home=home), site=row.site, **facts,
    )  # fmt: skip
