# SPDX-License-Identifier: Apache-2.0
"""The blind relay: a notice goes to the clinic behind a site, and nobody who sends it learns which it is."""

from __future__ import annotations

from datetime import datetime

from nadzor.base.home import Home
from nadzor.base.identifiers import oid_ok
from nadzor.base.problems import Text
from nadzor.people.queries import OrganisationCard, organisations
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


def clinics() -> list[OrganisationCard]:
    """The clinics that have an OID."""
    return [card for card in organisations(kind="clinic") if oid_ok(card.oid)]
