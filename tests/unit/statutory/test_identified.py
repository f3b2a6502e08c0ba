# SPDX-License-Identifier: Apache-2.0
"""The month with clinics named: only where the vault knows them, and never by a natural person's INN."""

from __future__ import annotations

from nadzor.statutory.body import body, digest
from nadzor.statutory.identified import Identified, Identity, identified
from tests.unit.statutory.months import october

OID = "1.2.643.5.1.13.13.12.2.77.990001"
LEGAL, NATURAL = "7707083893", "500100732259"


def named(**clinics: Identity) -> Identified:
    """October with the clinics of some sites, `s_1` for s-1."""
    report = october()
    known = {site.replace("_", "-"): clinic for site, clinic in clinics.items()}
    return identified(body(report), known, hash=digest(report))


def test_a_known_site_is_its_clinic_and_an_unknown_one_is_said_so() -> None:
    """OID and INN stand in place of the pseudonym; a site that the vault does not know is not known."""
    found = named(s_1=Identity(OID, LEGAL))
    told = [line["organisation"] for line in found.body["lines"]]
    assert told == [{"known": True, "oid": OID, "inn": LEGAL}, {"known": False}]
    assert (found.known, found.unknown, found.inn_refused) == (1, 1, 0)
    assert found.body["pseudonymous_hash"] == digest(october())


def test_an_inn_of_a_natural_person_is_left_out() -> None:
    """Twelve digits are personal data, ten wrong ones are no INN: the OID stands alone, and it is counted."""
    for inn in (NATURAL, "7707083890"):
        found = named(s_1=Identity(OID, inn))
        assert found.body["lines"][0]["organisation"] == {"known": True, "oid": OID}
        assert (found.known, found.inn_refused) == (1, 1)


def test_nothing_but_the_organisation_changes() -> None:
    """Every other member of the body is as it was, and no pseudonym is left."""
    before, after = body(october()), named(s_1=Identity(OID)).body
    assert "s-1" not in str(after)
    for was, now in zip(before["lines"], after["lines"], strict=True):
        assert {key: was[key] for key in was if key != "organisation"} == {
            key: now[key] for key in now if key != "organisation"
        }
