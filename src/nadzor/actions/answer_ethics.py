# SPDX-License-Identifier: Apache-2.0
"""A maker answers lines of the advisory checklist for its device; older answers are kept."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from django.db import transaction
from msgspec import Struct

from nadzor.base.problems import Refusal
from nadzor.people.permissions import must_answer_signal
from nadzor.people.queries import Person
from nadzor.records import audit
from nadzor.register import queries
from nadzor.vigilance.ethics import ANSWERS, AnswerCard, checklist, standing
from nadzor.vigilance.models import EthicsAnswer
from nadzor.vigilance.plain_text import personal_in

NOTE_MAX: Final = 2000
VERB: Final = "vigilance.ethics.answer"


class Said(Struct, frozen=True):
    """One answer: yes, partly or no, and a note."""

    answer: str
    note: str = ""


@transaction.atomic
def answer_ethics(device: str, said: Mapping[str, Said], *, by: Person | None, now: datetime) -> int:
    """Keep the answers that differ from those that stand; returns how many.

    Raises: Refusal people.not-yours, register.device-unknown, ethics.line-unknown, ethics.answer,
    ethics.note-too-long, ethics.note-personal.
    """
    card = queries.readable_device(by, device)
    must_answer_signal(by, maker=card.maker.code)
    assert by is not None
    for line, one in said.items():
        _must_fit(line, one)
    stands = standing(card.code)
    new = {line: one for line, one in said.items() if _differs(one, stands.get(line))}
    rows = [_row(card.code, line, one, by.username, now) for line, one in new.items()]
    EthicsAnswer.objects.bulk_create(rows)
    if rows:
        because = "self-assessment"
        audit.record(VERB, f"device {card.code}", by=by.username, because=because, now=now, lines=len(rows))
    return len(rows)


def _must_fit(line: str, one: Said) -> None:
    if line not in checklist().lines:
        raise Refusal("ethics.line-unknown")
    if one.answer not in ANSWERS:
        raise Refusal("ethics.answer", at=line)
    if len(one.note) > NOTE_MAX:
        raise Refusal("ethics.note-too-long", at=line, limit=NOTE_MAX)
    if kind := personal_in(one.note):
        raise Refusal("ethics.note-personal", at=line, kind=kind)


def _differs(one: Said, stands: AnswerCard | None) -> bool:
    return stands is None or (stands.answer, stands.note) != (one.answer, one.note.strip())


def _row(device: str, line: str, one: Said, by: str, now: datetime) -> EthicsAnswer:
    return EthicsAnswer(device=device, line=line, answer=one.answer, note=one.note.strip(), at=now, by=by)
