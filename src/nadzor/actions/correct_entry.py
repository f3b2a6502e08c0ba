# SPDX-License-Identifier: Apache-2.0
"""Correct an entry without a filing: a court's word, a mistake of ours, the official number."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, Final, get_args

from django.db import transaction

from nadzor.actions.enter_revision import free_number
from nadzor.actions.write_editions import Deed, enter
from nadzor.base.clock import moscow_date
from nadzor.base.problems import Refusal
from nadzor.people.permissions import must_change_register
from nadzor.people.queries import Person
from nadzor.register import revisions
from nadzor.register.authority import must_be_disinterested, parties_of
from nadzor.register.entry_form import amended
from nadzor.register.models import Device
from nadzor.register.vocabulary import Status

CAUSES: Final = ("correction", "court")


@transaction.atomic
def correct_entry(
    code: str, form: Mapping[str, Any], *, valid_from: date, by: Person | None, now: datetime
) -> int:
    """Correct an entry from a day on; the form says `because`, `cause` (correction or court) and the fields.

    Returns how many editions that took: what was wrong early may stand in later ones as well.
    Raises: Refusal filing.interest, people.registrar-only, register.device-unknown, register.entry-form,
    register.valid-from.
    """
    must_change_register(by)
    must_be_disinterested(by, parties_of(code))
    now_said = revisions.current(code)
    because, cause = _grounds(form)
    held = revisions.as_of(code, valid_on=valid_from) or now_said
    changes = amended(form, held) | _status(form)
    doer = by.username if by else ""
    deed = Deed(cause, doer, now, valid_from, because=because)
    return enter(Device.objects.get(code=code), changes, deed)


@transaction.atomic
def enter_number(code: str, number: str, *, by: Person | None, now: datetime) -> str:
    """Put the official number in the place of our draft one; returns it as it is kept.

    Raises: Refusal filing.interest, people.registrar-only, register.device-unknown, register.number-taken.
    """
    must_change_register(by)
    must_be_disinterested(by, parties_of(code))
    revisions.current(code)
    kept = free_number(number, but=code)
    deed = Deed("number", by.username if by else "", now, moscow_date(now), because=kept)
    enter(Device.objects.get(code=code), {"number": kept}, deed)
    return kept


def _grounds(form: Mapping[str, Any]) -> tuple[str, str]:
    because, cause = str(form.get("because", "")).strip(), str(form.get("cause", ""))
    if not because:
        raise Refusal("register.entry-form", at="$.form.because", detail="because")
    if cause not in CAUSES:
        raise Refusal("register.entry-form", at="$.form.cause", detail=" | ".join(CAUSES))
    return because, cause


def _status(form: Mapping[str, Any]) -> dict[str, str]:
    status = form.get("status")
    if status is None:
        return {}
    if status not in get_args(Status):
        raise Refusal("register.entry-form", at="$.form.status", detail=" | ".join(get_args(Status)))
    return {"status": str(status)}
