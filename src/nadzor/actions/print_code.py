# SPDX-License-Identifier: Apache-2.0
"""Give an installation a code to print: whoever stands before it can report a problem without an account."""

from __future__ import annotations

import secrets
from datetime import datetime

from django.db import transaction

from nadzor.actions.clinic_systems import site_of
from nadzor.base.home import Home
from nadzor.base.problems import Refusal
from nadzor.people.queries import Person
from nadzor.records import audit, vault
from nadzor.register import queries as register
from nadzor.register.cards import InstallationCard
from nadzor.vigilance.models import PrintedCode
from nadzor.vigilance.printed_codes import LENGTH, LETTERS, PrintedCard, printed_card


@transaction.atomic
def print_code(home: Home, installation: str, *, by: Person | None, now: datetime) -> PrintedCard:
    """The live code of an installation of the asker's own site; a new one only where none is live.

    Why: a second press must not make a second code, of which one would hang on the wall and not be revoked.
    Raises: Refusal people.clinic-only, clinic.no-oid, clinic.installation-unknown (another clinic's too).
    """
    site = site_of(home, by)
    card = own_installation(site, installation)
    live = PrintedCode.objects.select_for_update().filter(installation=card.id, site=site, revoked_at=None)
    if (row := live.first()) is not None:
        return printed_card(row)
    assert by is not None
    speaker = vault.speaker(by.username, home=home)
    row = PrintedCode.objects.create(
        code="".join(secrets.choice(LETTERS) for _ in range(LENGTH)),
        installation=card.id, device=card.device, site=site, issued_at=now, issued_by=speaker,
    )  # fmt: skip
    audit.record(
        "vigilance.code.print", f"installation {card.id}", by=speaker, because="the clinic's wish", now=now,
        site=site, device=card.device,
    )  # fmt: skip
    return printed_card(row)


def own_installation(site: str, installation: str) -> InstallationCard:
    """An installation at work at a site.

    Raises: Refusal clinic.installation-unknown for an unknown one, another site's and a bench alike.
    """
    card = register.installation(installation)
    if card is None or card.site != site or card.sandbox:
        raise Refusal("clinic.installation-unknown")
    return card
