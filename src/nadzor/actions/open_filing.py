# SPDX-License-Identifier: Apache-2.0
"""Open an affair: a maker's draft, or a case of the regulator.  Nothing is filed by this."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from django.db import transaction
from msgspec import Struct

from nadzor.base.clock import moscow_date
from nadzor.base.problems import Refusal, Text
from nadzor.people.models import Organisation
from nadzor.people.queries import Person
from nadzor.procedures.catalogue import PROCEDURES
from nadzor.records import audit
from nadzor.register import authority
from nadzor.register.filing_flags import newest_revision
from nadzor.register.filing_form import FORMS, patched
from nadzor.register.filing_permissions import APPLICANTS, SIDE, may_open, may_see_filing
from nadzor.register.filing_rows import HOUSE, whose
from nadzor.register.filing_words import called
from nadzor.register.models import Device, Filing

NEW_ENTRY: Final = frozenset({"registration_simplified", "registration_accelerated"})
TITLE_MAX: Final = 300


class External(Struct, frozen=True):
    """The number and the time under which another door received the filing."""

    number: str
    at: datetime


@transaction.atomic
def open_filing(
    procedure: str, *, by: Person | None, now: datetime, device: str | None = None, maker: str | None = None,
    title: Text | None = None, form: Mapping[str, Any] | None = None, channel: str = "portal",
    external: External | None = None,
) -> str:  # fmt: skip
    """Open an affair in its procedure's first state and return its number.

    Raises: Refusal filing.procedure-unknown, filing.device-needed, filing.maker-needed, filing.not-yours,
    filing.interest, filing.field-unknown, filing.field-malformed.
    """
    if procedure not in FORMS:
        raise Refusal("filing.procedure-unknown", "$.procedure")
    if external and (known := Filing.objects.filter(external_number=external.number).first()):
        return _same(known, by)
    about = _device(procedure, device)
    of = about.maker if about else _maker(by, maker)
    if by is None or not may_open(by, PROCEDURES[procedure], maker=of.code):
        raise Refusal("filing.not-yours")
    if by.role not in SIDE and authority.interested(by.username, {of.code}):
        raise Refusal("filing.interest")
    row = Filing(
        number=next_number(now), procedure=procedure, state=PROCEDURES[procedure].first,
        device=about, maker=of, applicant=_applicant(by),
        form=patched(procedure, {}, form or {}), channel=channel if by.role in APPLICANTS else HOUSE,
        external_number=external.number if external else "", external_at=external.at if external else None,
        opened_by=by.username, opened_at=now, changed_at=now,
    )  # fmt: skip
    row.title_ru, row.title_en = titled(row, title)
    row.base_revision = newest_revision(row)
    row.save()
    audit.record(
        "register.filing.open", f"filing {row.number}", by=by.username, now=now,
        because=called(procedure).en, procedure=procedure, maker=of.code,
    )  # fmt: skip
    return row.number


def next_number(now: datetime) -> str:
    """The next number of the year; the writer's lock of the transaction keeps two from taking one."""
    year = f"{moscow_date(now).year}-"
    last = Filing.objects.filter(number__startswith=year).order_by("-number").first()
    return f"{year}{int(last.number.removeprefix(year)) + 1 if last else 1:06d}"


def titled(row: Filing, title: Text | None = None) -> tuple[str, str]:
    """What the affair is called: as told, as its form names the product, or as its device."""
    name = row.form.get("name") or {}
    plain = called(row.procedure)
    named = Text(row.device.name_ru, row.device.name_en) if row.device else plain
    told = title or Text(
        ru=name.get("ru") or name.get("en") or named.ru, en=name.get("en") or name.get("ru") or named.en
    )
    return told.ru[:TITLE_MAX], told.en[:TITLE_MAX]


def _same(row: Filing, by: Person | None) -> str:
    """The filing that an external number already has; nobody learns of a foreign one."""
    if not may_see_filing(by, whose(row)):
        raise Refusal("filing.unknown")
    return str(row.number)


def _device(procedure: str, code: str | None) -> Device | None:
    if procedure in NEW_ENTRY:
        return None
    row = Device.objects.select_related("maker").filter(code=code or "").first()
    if row is None:
        raise Refusal("filing.device-needed", "$.device")
    return row


def _maker(by: Person | None, code: str | None) -> Organisation:
    """The maker named, or the only one this person speaks for."""
    if by is None:
        raise Refusal("filing.not-yours")
    own = sorted(by.represents) if by.represents else [by.organisation or ""]
    wanted = code or (own[0] if len(own) == 1 else "")
    row = Organisation.objects.filter(code=wanted, kind="manufacturer").first()
    if row is None:
        raise Refusal("filing.maker-needed", "$.maker")
    return row


def _applicant(by: Person) -> Organisation | None:
    """Whoever files: the maker itself or its representative; nobody in a case of the regulator."""
    if by.role not in APPLICANTS:
        return None
    return Organisation.objects.filter(code=by.organisation or "").first()
