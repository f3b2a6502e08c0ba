# SPDX-License-Identifier: Apache-2.0
"""See which clinic is behind a site, or a month that names clinics: recorded first, shown after.

The record is committed before a seal is touched.  A process killed between the two has recorded a look that
nobody saw; there is never a look that nobody recorded.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

import msgspec
from django.db import transaction
from msgspec import Struct

from nadzor.actions.join_identifiers import open_named
from nadzor.actions.opening_rows import must_be, note, row_of, tell
from nadzor.base.home import Home
from nadzor.base.identifiers import oid_ok
from nadzor.base.problems import Refusal, Text
from nadzor.people.models import Organisation
from nadzor.people.queries import Person
from nadzor.people.roles import Role
from nadzor.records import vault
from nadzor.records.models import VaultLook, VaultOpening
from nadzor.records.opening_rules import may_look
from nadzor.records.openings import parties_of
from nadzor.register.authority import interested


class Revealed(Struct, frozen=True, kw_only=True):
    """The answer to one look, for one pair of eyes: never kept, never cached, never put into a log."""

    opening: int
    site: str
    clinic: vault.Clinic
    by: str
    at: datetime
    until: datetime


def look_behind(home: Home, id: int, site: str, *, by: Person | None, now: datetime) -> Revealed:
    """The clinic behind one site of an open opening; each look is recorded, also the second at one site.

    Must be called outside of any transaction: what surrounds it could take the record back.
    Raises: Refusal vault.not-yours, vault.opening-unknown, vault.opening-state, vault.not-in-request,
    vault.own-interest, vault.unknown, vault.damaged.
    """
    until = _recorded(id, site, by, now)
    clinic = vault.unseal(site, home=home)
    assert by is not None
    _must_have_no_interest(clinic, id, by, now)
    return Revealed(opening=id, site=site, clinic=clinic, by=by.username, at=now, until=until)


def look_at_month(home: Home, id: int, *, by: Person | None, now: datetime) -> bytes:
    """The sealed month of an open opening as canonical JSON; each site named in it counts as looked at.

    Raises: Refusal vault.not-yours, vault.opening-unknown, vault.opening-state, vault.not-in-request,
    vault.no-paper, vault.damaged.
    """
    month = _month_recorded(id, by, now)
    paper = open_named(home, month)
    assert by is not None
    with transaction.atomic():
        row = row_of(id)
        for site in sorted(_sites(msgspec.json.decode(paper), home)):
            _look(row, site, by, now)
    return paper


@transaction.atomic
def _recorded(id: int, site: str, by: Person | None, now: datetime) -> datetime:
    row = _open(id, by, now)
    if site not in row.sites:
        raise Refusal("vault.not-in-request")
    assert by is not None and row.expires_at is not None
    _look(row, site, by, now)
    note("look", id, by=by, because=row.because, now=now, site=site)
    return row.expires_at


@transaction.atomic
def _month_recorded(id: int, by: Person | None, now: datetime) -> str:
    row = _open(id, by, now)
    if not row.about.startswith("month ") or row.sites:
        raise Refusal("vault.not-in-request")
    note("look", id, by=by, because=row.because, now=now, month=row.about)
    return row.about.removeprefix("month ")


def _open(id: int, by: Person | None, now: datetime) -> VaultOpening:
    row = row_of(id)
    if not may_look(by, parties_of(row)):
        raise Refusal("vault.not-yours")
    must_be(row, "open", now=now)
    return row


def _look(row: VaultOpening, site: str, by: Person, now: datetime) -> None:
    VaultLook.objects.create(opening=row, site=site, by=by.username, role=by.role.value, at=now)


def _must_have_no_interest(clinic: vault.Clinic, id: int, by: Person, now: datetime) -> None:
    codes = set(Organisation.objects.filter(oid=clinic.oid).values_list("code", flat=True))
    if not interested(by.username, codes):
        return
    with transaction.atomic():
        note("interest", id, by=by, because="an interest in the clinic behind the site", now=now)
        tell(Role.HEAD, Role.AUDITOR, id=id, text=_INTEREST, now=now)
    raise Refusal("vault.own-interest")


def _sites(paper: Any, home: Home) -> set[str]:
    """The pseudonyms of the clinics that a month names."""
    named = (line.get("organisation") or {} for line in paper["lines"])
    oids = {str(one.get("oid") or "") for one in named}
    return {vault.pseudonym(oid, home=home) for oid in oids if oid_ok(oid)}


_INTEREST = Text(
    ru="Тот, кто открыл хранилище, имеет интерес в организации за площадкой. Ответ ему не показан.",
    en="Whoever opened the vault has an interest in the organisation behind the site. Nothing was shown.",
)
