# SPDX-License-Identifier: Apache-2.0
"""Routine letters as structs: what the desk wrote to a site, what became of it, and a clinic's own ones."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from msgspec import Struct

from nadzor.base.problems import Refusal, Text
from nadzor.people.permissions import must_hear_clinics
from nadzor.people.queries import Person
from nadzor.vigilance.models import SiteLetter

LETTER_MAX: Final = 2_000
EVENT: Final = "event"
GAP: Final = "gap"
KINDS: Final[dict[str, Text]] = {
    EVENT: Text(ru="Вопрос о нежелательном событии", en="Question about an adverse event"),
    GAP: Text(ru="Вопрос о пропуске в передаче сведений", en="Question about a gap of the feed"),
    "claim": Text(ru="Приглашение ответить на обращение", en="Invitation to answer a claim"),
    "general": Text(ru="Общий вопрос", en="General question"),
}
STATES: Final[dict[str, Text]] = {
    "written": Text(ru="Ждёт передачи", en="Waits to be handed over"),
    "reached": Text(ru="Передано", en="Handed over"),
    "unreached": Text(
        ru="Не передано: за площадкой нет учётной записи", en="Not handed over: the site has no account"
    ),
    "opened": Text(ru="Прочитано", en="Read"),
    "held": Text(ru="Есть ответ, личное ещё не закрыто", en="Answered; held until it is redacted"),
    "answered": Text(ru="Есть ответ", en="Answered"),
}


class LetterCard(Struct, frozen=True, kw_only=True):
    """One letter as the desk sees it, beside the site and never beside a clinic.

    `held`: the answer was given and lies sealed, because it names a person (`held_kind`).
    """

    number: str
    site: str
    kind: str
    about: str
    text: str
    at: datetime
    by: str
    state: str
    told_at: datetime | None
    opened_at: datetime | None
    answer: str
    answered_at: datetime | None
    answered_by: str
    held: bool
    held_kind: str
    released_at: datetime | None


class ClinicLetter(Struct, frozen=True, kw_only=True):
    """One letter as the clinic reads it: no account and no pseudonym.

    `held`: its answer counts as given, and is read when the person it names was taken out of it.
    """

    number: str
    kind: str
    about: str
    text: str
    at: datetime
    opened_at: datetime | None
    answer: str
    answered_at: datetime | None
    held: bool
    released_at: datetime | None


class LetterCounts(Struct, frozen=True, kw_only=True):
    """How letters fared.

    Units: letters; `held` are answers not yet redacted, `waiting` letters that nobody has answered.
    """

    written: int
    reached: int
    unreached: int
    answered: int
    held: int
    waiting: int


def letters(person: Person | None, *, site: str = "", limit: int = 200) -> tuple[LetterCard, ...]:
    """Letters, newest first; of one site if asked.

    Raises: Refusal people.inspector-only.
    """
    must_hear_clinics(person)
    rows = SiteLetter.objects.filter(site=site) if site else SiteLetter.objects.all()
    return tuple(_card(row) for row in rows[:limit])


def letter(person: Person | None, number: str) -> LetterCard:
    """One letter.

    Raises: Refusal people.inspector-only, letter.unknown.
    """
    must_hear_clinics(person)
    return _card(_found(number))


def letter_counts(person: Person | None) -> LetterCounts:
    """Counts over every letter.

    Raises: Refusal people.inspector-only.
    """
    must_hear_clinics(person)
    rows = SiteLetter.objects
    written, answered = rows.count(), rows.exclude(answered_at=None).count()
    return LetterCounts(
        written=written,
        reached=rows.filter(reached=True).count(),
        unreached=rows.filter(reached=False).count(),
        answered=answered,
        held=rows.filter(held=True).count(),
        waiting=written - answered,
    )


def letters_of_site(site: str) -> tuple[ClinicLetter, ...]:
    """The letters to a site, newest first."""
    return tuple(_own(row) for row in SiteLetter.objects.filter(site=site))


def letter_of_site(site: str, number: str) -> ClinicLetter:
    """One letter to a site; another site's letter does not exist for it.

    Raises: Refusal letter.unknown.
    """
    return _own(_found(number, site=site))


def state_of(row: SiteLetter) -> str:
    """How far a letter has come."""
    if row.answered_at:
        return "held" if row.held else "answered"
    if row.opened_at:
        return "opened"
    if row.told_at is None:
        return "written"
    return "reached" if row.reached else "unreached"


def _found(number: str, **more: str) -> SiteLetter:
    row = SiteLetter.objects.filter(number=number, **more).first()
    if row is None:
        raise Refusal("letter.unknown")
    return row


def _card(row: SiteLetter) -> LetterCard:
    return LetterCard(
        number=row.number, site=row.site, kind=row.kind, about=row.about, text=row.text, at=row.at, by=row.by,
        state=state_of(row), told_at=row.told_at, opened_at=row.opened_at, answer=row.answer,
        answered_at=row.answered_at, answered_by=row.answered_by, held=row.held, held_kind=row.held_kind,
        released_at=row.released_at,
    )  # fmt: skip


def _own(row: SiteLetter) -> ClinicLetter:
    return ClinicLetter(
        number=row.number, kind=row.kind, about=row.about, text=row.text, at=row.at, opened_at=row.opened_at,
        answer=row.answer, answered_at=row.answered_at, held=row.held, released_at=row.released_at,
    )  # fmt: skip
