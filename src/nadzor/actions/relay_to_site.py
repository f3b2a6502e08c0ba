# SPDX-License-Identifier: Apache-2.0
"""The blind relay: a notice goes to the clinic behind a site, and nobody who sends it learns which it is."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from nadzor.base.home import Home
from nadzor.base.identifiers import oid_ok
from nadzor.base.problems import Text
from nadzor.people.models import User
from nadzor.people.queries import OrganisationCard, organisations
from nadzor.people.roles import Role
from nadzor.records import notices, vault


def relay_to_site(home: Home, site: str, *, subject: str, text: Text, now: datetime) -> bool:
    """Leave a notice for the clinic of a site; False when none of the known clinics is behind it.

    Method: the pseudonym of every known clinic is made anew and compared; no seal is opened.
    Why: subject and text must name no claim: a notice lies beside its organisation's code.
    """
    for clinic in clinics():
        if vault.pseudonym(clinic.oid, home=home) == site:
            notices.to_organisation(clinic.code, subject=subject, text=text, now=now)
            return True
    return False


def relay_to_sites(
    home: Home, sites: Collection[str], *, subject: str, text: Text, now: datetime
) -> frozenset[str]:
    """Leave a notice for the clinics of many sites; returns the sites behind which somebody has an account.

    Why: notices are written in the order of organisations, never in that of sites: two lists in one order
    would be a way around the vault.  For the same reason the text is one for all of them.
    """
    accounts = set(
        User.objects.filter(is_active=True, role=Role.CLINIC.value).values_list(
            "organisation__code", flat=True
        )
    )
    reached = set()
    for clinic in sorted(clinics(), key=lambda card: card.code):
        site = vault.pseudonym(clinic.oid, home=home)
        if site not in sites:
            continue
        notices.to_organisation(clinic.code, subject=subject, text=text, now=now)
        if clinic.code in accounts:
            reached.add(site)
    return frozenset(reached)


def clinics() -> list[OrganisationCard]:
    """The clinics that have an OID."""
    return [card for card in organisations(kind="clinic") if oid_ok(card.oid)]
