# SPDX-License-Identifier: Apache-2.0
"""Take a printed code back: what hangs on the wall stops working, what was said by it stays."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from nadzor.actions.clinic_systems import site_of
from nadzor.base.home import Home
from nadzor.base.problems import Refusal
from nadzor.people.queries import Person
from nadzor.records import audit, vault
from nadzor.vigilance.models import PrintedCode
from nadzor.vigilance.printed_codes import PrintedCard, printed_card, typed


@transaction.atomic
def revoke_code(home: Home, code: str, *, by: Person | None, now: datetime) -> PrintedCard:
    """Revoke a code of the asker's own site; one that is revoked already stays as it is.

    Raises: Refusal people.clinic-only, clinic.no-oid, printed.code-unknown (another clinic's too).
    """
    site = site_of(home, by)
    row = PrintedCode.objects.select_for_update().filter(code=typed(code)[:16], site=site).first()
    if row is None:
        raise Refusal("printed.code-unknown")
    if row.revoked_at is None:
        row.revoked_at = now
        row.save(update_fields=["revoked_at"])
        assert by is not None
        audit.record(
            "vigilance.code.revoke", f"installation {row.installation}",
            by=vault.speaker(by.username, home=home), because="the clinic's wish", now=now, site=site,
        )  # fmt: skip
    return printed_card(row)
