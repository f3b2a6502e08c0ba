# SPDX-License-Identifier: Apache-2.0
"""A clinic says that an AI works there of which nothing is shown; the inspector answers."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from django.db import transaction

from nadzor.actions.clinic_systems import site_of
from nadzor.actions.issue_token import clinic_of
from nadzor.actions.relay_to_site import relay_to_site
from nadzor.base.home import Home
from nadzor.base.problems import Refusal, Text
from nadzor.people.permissions import must_hear_clinics
from nadzor.people.queries import Person, organisation
from nadzor.people.roles import Role
from nadzor.records import audit, notices, vault
from nadzor.register.clinic_words import MissingCard, missing_card
from nadzor.register.models import Device, MissingInstallation
from nadzor.vigilance.plain_text import personal_in

TOLD_MAX: Final = 500
OPEN_MAX: Final = 20  # claims of one site that wait: more would be a list, and belongs into a letter
SUBJECT: Final = "clinic"

_TO_MAKER: Final = Text(
    ru="Одна из медицинских организаций сообщает, что {device} у неё работает, а сведения не поступают: "
    "обращение № {id}. Проверьте подключение ваших установок; организация здесь не называется.",
    en="A clinic says that {device} works there and that nothing is reported: claim No. {id}. Check how your "
    "installations are connected; the clinic is not named here.",
)
_TO_INSPECTORS: Final = Text(
    ru="Медицинская организация {site} сообщает о системе, которой нет среди установок: обращение № {id}.",
    en="The clinic {site} tells of a system that is not among the installations: claim No. {id}.",
)
_TO_CLINIC: Final = Text(
    ru="На ваше обращение о недостающей системе дан ответ: он на странице «Мои системы с ИИ».",
    en="Your claim about a missing system was answered: see the page “My AI systems”.",
)


@transaction.atomic
def report_missing(
    home: Home, told: str, *, device: str = "", by: Person | None, now: datetime
) -> MissingCard:
    """Keep the claim and tell the inspectors, and the maker where the device is known.

    Why: who spoke is kept as a keyed pseudonym, and the clinic is sealed in the vault: a site must not become
    a clinic by way of a claim.  The maker learns the number of the claim and nothing about the clinic.
    Raises: Refusal people.clinic-only, clinic.no-oid, clinic.told, clinic.told-personal, clinic.too-many,
    register.device-unknown.
    """
    site, words = site_of(home, by), checked(told)
    if MissingInstallation.objects.filter(site=site, answered_at=None).count() >= OPEN_MAX:
        raise Refusal("clinic.too-many", limit=OPEN_MAX)
    found = _device(device)
    assert by is not None
    clinic = organisation(by.organisation or "")
    assert clinic is not None
    vault.seal(clinic_of(clinic.oid), home=home, now=now)
    speaker = vault.speaker(by.username, home=home)
    row = MissingInstallation.objects.create(site=site, device=found, told=words, by=speaker, at=now)
    _tell(row, now)
    audit.record(
        "register.missing.report", f"missing {row.pk}", by=speaker, because="the clinic's word", now=now,
        site=site, device=found.code if found else "",
    )  # fmt: skip
    return missing_card(row)


@transaction.atomic
def answer_missing(home: Home, id: int, answer: str, *, by: Person | None, now: datetime) -> MissingCard:
    """Answer a claim once; the clinic reads it on its page and is told that it is there.

    Raises: Refusal people.inspector-only, clinic.told, clinic.told-personal, clinic.claim-unknown,
    clinic.answered.
    """
    must_hear_clinics(by)
    assert by is not None
    words = checked(answer)
    row = MissingInstallation.objects.select_for_update().filter(pk=id).first()
    if row is None:
        raise Refusal("clinic.claim-unknown")
    if row.answered_at is not None:
        raise Refusal("clinic.answered")
    row.answer, row.answered_by, row.answered_at = words, by.username, now
    row.save(update_fields=["answer", "answered_by", "answered_at"])
    relay_to_site(home, row.site, subject=SUBJECT, text=_TO_CLINIC, now=now)
    audit.record(
        "register.missing.answer", f"missing {row.pk}", by=by.username, because="answer to a clinic", now=now
    )
    return missing_card(row)


def checked(text: str) -> str:
    """A free text that holds something, is short, and names no person.

    Raises: Refusal clinic.told, clinic.told-personal with the kind of detail, never the detail.
    """
    words = text.strip()
    if not words or len(words) > TOLD_MAX:
        raise Refusal("clinic.told", limit=TOLD_MAX)
    if kind := personal_in(words):
        raise Refusal("clinic.told-personal", kind=kind)
    return words


def _device(code: str) -> Device | None:
    """The device by its code; none when the clinic did not find it."""
    if not code:
        return None
    row = (
        Device.objects.select_related("maker__represented_by")
        .filter(code=code)
        .exclude(status="draft")
        .first()
    )
    if row is None:
        raise Refusal("register.device-unknown")
    return row


def _tell(row: MissingInstallation, now: datetime) -> None:
    if row.device is not None:
        text = _filled(_TO_MAKER, id=row.pk, device=row.device.code)
        for side in (row.device.maker, row.device.maker.represented_by):
            if side is not None:
                notices.to_organisation(side.code, subject=f"missing {row.pk}", text=text, now=now)
    text = _filled(_TO_INSPECTORS, id=row.pk, site=row.site)
    notices.to_role(Role.INSPECTOR.value, subject=f"missing {row.pk}", text=text, now=now)


def _filled(text: Text, **facts: object) -> Text:
    return Text(ru=text.ru.format(**facts), en=text.en.format(**facts))
