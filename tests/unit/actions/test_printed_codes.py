# SPDX-License-Identifier: Apache-2.0
"""Printed codes: one an installation, for one's own site alone, revoked for good, and nobody named."""

from __future__ import annotations

import json

import pytest

from nadzor.actions.import_register import import_register
from nadzor.actions.print_code import print_code
from nadzor.actions.revoke_code import revoke_code
from nadzor.base.problems import Refusal
from nadzor.people.models import Organisation
from nadzor.people.queries import CONSOLE, Person
from nadzor.people.roles import Role
from nadzor.records import audit, vault
from nadzor.register.models import Device, Installation
from nadzor.vigilance.models import PrintedCode
from nadzor.vigilance.printed_codes import LENGTH, LETTERS, codes_of_site, in_groups, printed, typed
from tests.register_samples import CLINIC_OID, NOW, OTHER_OID, device, register

pytestmark = pytest.mark.django_db
CLINIC = Person("anna.petrova", "Anna", Role.CLINIC, organisation="ward")


@pytest.fixture
def ground(home):
    """A clinic with one installation, and another clinic's installation."""
    import_register(register(device()), by=CONSOLE, now=NOW)
    Organisation.objects.create(code="ward", name_ru="Палата", name_en="Ward", kind="clinic", oid=CLINIC_OID)
    for name, oid in (("i-000000000001", CLINIC_OID), ("i-000000000002", OTHER_OID)):
        site = vault.pseudonym(oid, home=home)
        Installation.objects.create(id=name, device=Device.objects.get(), site=site, created=NOW)
    return home, CLINIC, "i-000000000001", "i-000000000002"


def test_a_code_is_made_once_and_found_however_it_is_typed(ground):
    """A second press gives the same code; hyphens, spaces and small letters find it."""
    home, clinic, own, _foreign = ground
    card = print_code(home, own, by=clinic, now=NOW)
    assert print_code(home, own, by=clinic, now=NOW) == card
    assert len(card.code) == LENGTH and set(card.code) <= set(LETTERS)
    assert printed(in_groups(card.code).lower()) == card == printed(f" {card.code[:3]} {card.code[3:]} ")


def test_a_revoked_code_is_gone_and_a_new_one_differs(ground):
    """Revoking twice is once; the next code of the installation is another one."""
    home, clinic, own, _foreign = ground
    card = print_code(home, own, by=clinic, now=NOW)
    first = revoke_code(home, card.code, by=clinic, now=NOW)
    assert first == revoke_code(home, card.code, by=clinic, now=NOW) and not first.is_live
    assert printed(card.code) is None
    assert print_code(home, own, by=clinic, now=NOW).code != card.code
    assert len(codes_of_site(card.site)) == 2


def test_another_clinics_installation_and_code_are_unknown(ground):
    """What is not one's own is refused in the words for what is not there."""
    home, clinic, own, foreign = ground
    card = print_code(home, own, by=clinic, now=NOW)
    PrintedCode.objects.create(
        code="ABCDEFGHJK", installation=foreign, device=card.device, site="s-foreign", issued_at=NOW,
        issued_by="u-foreign",
    )  # fmt: skip
    assert refused(print_code, home, foreign, by=clinic, now=NOW) == "clinic.installation-unknown"
    assert refused(revoke_code, home, "ABCDEFGHJK", by=clinic, now=NOW) == "printed.code-unknown"
    assert refused(print_code, home, own, by=None, now=NOW) == "people.clinic-only"
    assert printed("ABCDEFGHJK") is not None


def test_who_printed_is_kept_as_a_pseudonym(ground):
    """Neither the row nor the chain of deeds holds the account's name beside the site."""
    home, clinic, own, _foreign = ground
    card = print_code(home, own, by=clinic, now=NOW)
    revoke_code(home, card.code, by=clinic, now=NOW)
    kept = json.dumps([str(entry) for entry in audit.entries()], default=str)
    row = PrintedCode.objects.get()
    assert row.issued_by.startswith("u-") and clinic.username not in (row.issued_by + kept)
    assert "vigilance.code.print" in kept and "vigilance.code.revoke" in kept


@pytest.mark.parametrize("text", ["", "é", "ABCDE-FGHJK-LMNOP", "0" * 500, "%00", "AB\x00CD"])
def test_rubbish_is_no_code(db, text):
    """What nobody printed is nothing, whatever it holds."""
    assert printed(text) is None
    assert typed(text).upper() == typed(text)


def refused(verb, *args, **more):
    """The code of the refusal that a verb raises."""
    with pytest.raises(Refusal) as caught:
        verb(*args, **more)
    return caught.value.code
