# SPDX-License-Identifier: Apache-2.0
"""Who applies, for whom, about which device: a statement's numbers as what the register knows."""

from __future__ import annotations

from nadzor.actions.seams.envelope import Statement
from nadzor.base.identifiers import inn_ok, normalise_number, ogrn_ok
from nadzor.base.problems import Refusal
from nadzor.people.models import Organisation
from nadzor.people.queries import Person
from nadzor.people.roles import Role
from nadzor.register.models import Device


def applicant_of(statement: Statement, username: str, device: Device | None) -> tuple[Person, str]:
    """The applicant as a person of the house, and the code of the maker it applies for.

    Why: the seam acts for the applicant alone, so that it may do nothing that the applicant may not.
    Raises: Refusal seam.applicant-number, seam.applicant-unknown, seam.maker-unknown.
    """
    party = statement.applicant
    if not inn_ok(party.inn) or (party.ogrn and not ogrn_ok(party.ogrn)):
        raise Refusal("seam.applicant-number", at="$.statement.applicant")
    row = Organisation.objects.filter(inn=party.inn, kind__in=("manufacturer", "representative")).first()
    if row is None:
        raise Refusal("seam.applicant-unknown", at="$.statement.applicant.inn")
    if row.kind == "manufacturer":
        return Person(username, row.name_ru, Role.MANUFACTURER_ADMIN, organisation=row.code), row.code
    makers = frozenset(row.represents.values_list("code", flat=True))
    who = Person(username, row.name_ru, Role.REPRESENTATIVE, organisation=row.code, represents=makers)
    return who, _maker(statement, makers, device)


def device_of(number: str) -> Device | None:
    """The device of a registration number; None when the statement names none.

    Raises: Refusal filing.device-needed.
    """
    if not number:
        return None
    found = Device.objects.select_related("maker").filter(number=normalise_number(number)).first()
    if found is None:
        raise Refusal("filing.device-needed", "$.statement.device")
    return found


def _maker(statement: Statement, makers: frozenset[str], device: Device | None) -> str:
    if device is not None:
        return str(device.maker.code)
    told = statement.maker
    if told is None and len(makers) == 1:
        return next(iter(makers))
    rows = Organisation.objects.filter(kind="manufacturer", code__in=makers)
    named = rows.filter(inn=told.inn) if told and told.inn else rows.filter(code=told.code if told else "")
    row = named.first()
    if row is None:
        raise Refusal("seam.maker-unknown", at="$.statement.maker")
    return str(row.code)
