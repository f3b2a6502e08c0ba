# SPDX-License-Identifier: Apache-2.0
"""A clinic says once a quarter whether the number of studies shown for an installation is roughly right."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from django.db import transaction
from msgspec import Struct

from nadzor.actions.clinic_systems import site_of, studies_of
from nadzor.base.clock import moscow_date
from nadzor.base.home import Home
from nadzor.base.problems import Refusal, Text
from nadzor.base.quarter import Quarter
from nadzor.people.permissions import must_speak_for_clinic
from nadzor.people.queries import Person
from nadzor.people.roles import Role
from nadzor.records import audit, notices, vault
from nadzor.register.clinic_words import VolumeCard, volume_card
from nadzor.register.models import VOLUME_ANSWERS, Installation, VolumeStatement

_CONTRADICTED: Final = Text(
    ru="Медицинская организация {site} не согласна с числом исследований за {quarter}: {installation}, "
    "показано {counted}.",
    en="The clinic {site} does not agree with the number of studies of {quarter}: {installation}, "
    "{counted} shown.",
)


class Word(Struct, frozen=True):
    """What a clinic says: of which installation, of which quarter, and one of `VOLUME_ANSWERS`."""

    installation: str
    quarter: str
    answer: str


@transaction.atomic
def state_volume(home: Home, word: Word, *, by: Person | None, now: datetime) -> VolumeCard:
    """Keep a clinic's word about the last quarter that is over, with the number that was shown.

    Why: the word names the quarter that was asked about; a form left open over New Year must not confirm
    another one.
    Raises: Refusal people.clinic-only, clinic.no-oid, clinic.installation-unknown (another clinic's too),
    clinic.answer, clinic.quarter, clinic.volume-stated.
    """
    must_speak_for_clinic(by)
    assert by is not None
    site, asked = site_of(home, by), Quarter.over(moscow_date(now))
    row = Installation.objects.filter(pk=word.installation, site=site, sandbox=False).first()
    if row is None:
        raise Refusal("clinic.installation-unknown")
    if word.answer not in VOLUME_ANSWERS:
        raise Refusal("clinic.answer")
    if word.quarter != str(asked):
        raise Refusal("clinic.quarter", quarter=str(asked))
    if VolumeStatement.objects.filter(installation=row, quarter=word.quarter).exists():
        raise Refusal("clinic.volume-stated", quarter=word.quarter)
    speaker = vault.speaker(by.username, home=home)
    made = VolumeStatement.objects.create(
        installation=row, quarter=word.quarter, counted=studies_of(home, row.pk, asked), answer=word.answer,
        by=speaker, at=now,
    )  # fmt: skip
    card = volume_card(made)
    _tell(card, now)
    audit.record(
        "register.volume.state", f"{row.pk} {word.quarter}", by=speaker, because="the clinic's word", now=now,
        counted=card.counted, answer=word.answer,
    )  # fmt: skip
    return card


def _tell(card: VolumeCard, now: datetime) -> None:
    if not card.contradicts:
        return
    facts = {"site": card.site, "quarter": card.quarter, "installation": card.installation}
    text = Text(
        ru=_CONTRADICTED.ru.format(counted=card.counted, **facts),
        en=_CONTRADICTED.en.format(counted=card.counted, **facts),
    )
    notices.to_role(Role.INSPECTOR.value, subject=f"volume {card.installation}", text=text, now=now)
