# SPDX-License-Identifier: Apache-2.0
"""Write the pack of an inquiry, in the inquiry's own transaction: the maker is asked with all of it."""

from __future__ import annotations

from datetime import datetime

from nadzor.actions.filing_deed import Deed
from nadzor.records import audit
from nadzor.register.models import Filing
from nadzor.vigilance.case_facts import digest_of
from nadzor.vigilance.case_grounds import grounds
from nadzor.vigilance.models import CasePack
from nadzor.vigilance.packs import pack_body

INQUIRE = "inquire"


def write_pack(deed: Deed) -> None:
    """The pack of an inquiry that has just been made; nothing for any other move."""
    if deed.row.procedure == "case" and deed.move.verb == INQUIRE:
        make_pack(
            deed.row.number, question=str(deed.facts.get("question", "")), by=deed.by.username, now=deed.now
        )


def make_pack(number: str, *, question: str, by: str, now: datetime) -> str:
    """Write what the maker is given of a case as it stands, and return its digest."""
    row = Filing.objects.select_related("device").get(number=number)
    body = pack_body(
        number, device=row.device.code if row.device else "", question=question, grounds=grounds(number)
    )
    digest = digest_of(body)
    CasePack.objects.create(filing=number, at=now, body=body, digest=digest)
    audit.record(
        "vigilance.case.pack", f"filing {number}", by=by, now=now, because="given with the inquiry",
        digest=digest, grounds=len(body["grounds"]),
    )  # fmt: skip
    return digest
