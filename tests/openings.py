# SPDX-License-Identifier: Apache-2.0
"""Two sites behind a vault, and the people who may open it."""

from __future__ import annotations

from nadzor.actions.ask_opening import Asked, ask_opening
from nadzor.actions.decide_opening import decide_opening
from nadzor.people.queries import Person
from nadzor.people.roles import Role
from nadzor.records import vault
from tests.register_samples import CLINIC_OID, NOW, OTHER_OID

INSPECTOR = Person("inspector", "inspector", Role.INSPECTOR)
SECOND = Person("second", "second", Role.INSPECTOR)
HEAD = Person("head", "head", Role.HEAD)
AUDITOR = Person("auditor", "auditor", Role.AUDITOR)
CLINIC = vault.Clinic(CLINIC_OID, "7707083893", "Больница Тихая", "Quiet Hospital")
OTHER = vault.Clinic(OTHER_OID, "7707083894", "Больница Шумная", "Loud Hospital")


def sites(home):
    """Both sites, sealed."""
    return vault.seal(CLINIC, home=home, now=NOW), vault.seal(OTHER, home=home, now=NOW)


def wanted(*of, purpose="court", because="court's order 12", **more):
    """A request for some sites."""
    return Asked(purpose=purpose, because=because, sites=of, **more)


def opened(home, *of, asker=INSPECTOR, approver=HEAD, now=NOW, **more):
    """An opening that two people have made."""
    id = ask_opening(home, wanted(*of, **more), by=asker, now=now)
    decide_opening(id, approve=True, because="I have read the order", by=approver, now=now)
    return id
