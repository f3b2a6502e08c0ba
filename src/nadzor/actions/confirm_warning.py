# SPDX-License-Identifier: Apache-2.0
"""A clinic opens a warning and confirms it with one answer; the copy of its site keeps who spoke, sealed."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from nadzor.actions.clinic_systems import site_of
from nadzor.base.home import Home
from nadzor.base.problems import Refusal
from nadzor.people.queries import Person
from nadzor.records import audit, vault
from nadzor.vigilance.models import WarningCopy
from nadzor.vigilance.warning_letters import answers_of


@transaction.atomic
def open_warning(home: Home, number: str, *, by: Person | None, now: datetime) -> bool:
    """Note that a clinic has opened its copy; True the first time.

    Raises: Refusal people.clinic-only, clinic.no-oid, warning.unknown.
    """
    row = _copy(home, number, by)
    if row.opened_at is not None:
        return False
    row.opened_at = now
    row.save(update_fields=["opened_at"])
    _record("open", row, home=home, by=by, now=now)
    return True


@transaction.atomic
def confirm_warning(home: Home, number: str, answer: str, *, by: Person | None, now: datetime) -> None:
    """Keep a clinic's answer; the same answer again changes nothing.

    Why no organisation: the deed names the site and the speaker's pseudonym alone.
    Raises: Refusal people.clinic-only, clinic.no-oid, warning.unknown, warning.answer, warning.answered.
    """
    row = _copy(home, number, by)
    if answer not in answers_of(row.warning.kind):
        raise Refusal("warning.answer")
    if row.confirmed_at is not None:
        if row.answer == answer:
            return
        raise Refusal("warning.answered", number=number)
    assert by is not None
    row.answer, row.confirmed_at, row.opened_at = answer, now, row.opened_at or now
    row.confirmed_by = vault.speaker(by.username, home=home)
    row.save(update_fields=["answer", "confirmed_at", "opened_at", "confirmed_by"])
    _record("confirm", row, home=home, by=by, now=now)


def _copy(home: Home, number: str, by: Person | None) -> WarningCopy:
    """The copy of the asker's own site; somebody else's warning does not exist for it."""
    site = site_of(home, by)
    rows = WarningCopy.objects.select_for_update(of=("self",)).select_related("warning")
    row = rows.filter(site=site, warning__number=number).first()
    if row is None:
        raise Refusal("warning.unknown")
    return row


def _record(verb: str, row: WarningCopy, *, home: Home, by: Person | None, now: datetime) -> None:
    assert by is not None
    audit.record(
        f"vigilance.warning.{verb}", f"warning {row.warning.number}", because="the clinic's word", now=now,
        by=vault.speaker(by.username, home=home), site=row.site, answer=row.answer,
    )  # fmt: skip
