# SPDX-License-Identifier: Apache-2.0
"""One of everybody who tells of an event, a clinic with an installation, and a shortest event."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import pytest
from msgspec.structs import replace

from nadzor.actions.event_told import Told
from nadzor.actions.file_event import Filed, file_event
from nadzor.actions.import_register import import_register
from nadzor.base.problems import Refusal
from nadzor.people.models import Organisation
from nadzor.people.queries import CONSOLE, Person
from nadzor.people.roles import Role
from nadzor.records import vault
from nadzor.register.models import Device, Installation
from tests.register_samples import CLINIC_OID, NOW, OTHER_OID, device, register

DEVICE = "ai-901"
INSTALLATION = "i-000000000001"
CLINIC = Person("anna", "Anna", Role.CLINIC, organisation="ward")
STRANGER = Person("olga", "Olga", Role.CLINIC, organisation="room")
INSPECTOR = Person("ivan", "Ivan", Role.INSPECTOR)
HEAD = Person("vera", "Vera", Role.HEAD)
MAKER = Person("petr", "Petr", Role.MANUFACTURER_REPORTER, organisation="luchik")
OTHER_MAKER = Person("osip", "Osip", Role.MANUFACTURER_REPORTER, organisation="farlight")
TODAY = date(2026, 11, 21)
PERSONAL = "Пациент Иванов Пётр, снимок без описания"
TOLD = Told(
    device=DEVICE, version="1.0", event_on=date(2026, 11, 16), aware_on=date(2026, 11, 18),
    event_type="malfunction", problems=("A110201",), narrative="The viewer froze.",
)  # fmt: skip
DEATH = replace(TOLD, event_type="death")


def furnish(home: Any) -> str:
    """The sample register, two clinics, an installation in the first; its site."""
    import_register(register(device()), by=CONSOLE, now=NOW)
    for code, oid in (("ward", CLINIC_OID), ("room", OTHER_OID)):
        Organisation.objects.create(code=code, name_ru=code, name_en=code, kind="clinic", oid=oid)
    site = vault.pseudonym(CLINIC_OID, home=home)
    Installation.objects.create(id=INSTALLATION, device=Device.objects.get(), site=site, created=NOW)
    return site


def told_by(home: Any, by: Person | None, told: Told = TOLD, *, now: datetime = NOW, **how: Any) -> Filed:
    """An event filed by somebody."""
    return file_event(home, told, by=by, now=now, **how)


def code_of(deed: Any, *given: Any, **how: Any) -> str:
    """The code of a refusal."""
    with pytest.raises(Refusal) as refusal:
        deed(*given, **how)
    return refusal.value.code
