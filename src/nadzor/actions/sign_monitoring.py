# SPDX-License-Identifier: Apache-2.0
"""Fix a yearly report under its hash, and put a signature under that hash.

The signer is a seam (`actions/seams`): the suite that the house is configured with signs, and the seal says
whether it is qualified.  The default one, Ed25519, never is.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import transaction

from nadzor.actions.draft_monitoring import known_at, must_be_over, report_of_year
from nadzor.actions.move_monitoring import begun, finished
from nadzor.actions.seams.signers import signer_of, stamper
from nadzor.base.home import Home
from nadzor.base.problems import Refusal
from nadzor.people.queries import Person
from nadzor.statutory.monitoring_report import body, digest
from nadzor.vigilance.monitoring_cards import WRITTEN


def make_ready(home: Home, device: str, year: int, *, by: Person | None, now: datetime) -> str:
    """Draw the report a last time, fix it with its texts, and return the hash of both.

    Raises: Refusal as `begun`; monitoring.year-not-over; monitoring.not-ready naming parts nobody wrote.
    """
    must_be_over(year, now=now)
    known = known_at(home, now)
    with transaction.atomic():
        deed = begun(device, year, "make_ready", by=by, now=now)
        row = deed.row
        words = {key: row.words.get(key, "") for key in WRITTEN}
        if gaps := [key for key, text in words.items() if not text.strip()]:
            raise Refusal("monitoring.not-ready", "$.words", parts=", ".join(gaps))
        row.body, row.known_by = body(report_of_year(deed.card, year, known=known)), known.by
        row.digest, row.seal = digest(row.body, words), {}
        finished(deed, added={"digest": row.digest}, facts={"digest": row.digest})
    return row.digest


@transaction.atomic
def sign_monitoring(
    home: Home, device: str, year: int, *, by: Person | None, now: datetime, expected: str = ""
) -> dict[str, Any]:
    """Sign the fixed report and return the seal; `expected` is the hash the signer saw, and must be given.

    Raises: Refusal as `begun`; monitoring.other-digest when another hash stands by now; those of the seal.
    """
    deed = begun(device, year, "sign", by=by, now=now)
    row = deed.row
    if expected != row.digest:
        raise Refusal("monitoring.other-digest", "$.digest")
    row.seal = seal_of(home, device, year, row.digest, now=now)
    finished(deed, added={"digest": row.digest, "signer": row.seal["signer"]}, facts={"digest": row.digest})
    return dict(row.seal)


def signed_bytes(device: str, year: int, digest: str) -> bytes:
    """What the signature is over: the device, the year, and the SHA-256 of report and texts, a line each."""
    return f"{device}\nmonitoring {year}\n{digest}\n".encode()


def seal_of(home: Home, device: str, year: int, digest: str, *, now: datetime) -> dict[str, Any]:
    """A seal over a hash, as JSON values.

    Raises: Refusal seal.suite, seal.no-key, seal.invalid, seal.unknown-signer, seal.untrusted.
    """
    content = signed_bytes(device, year, digest)
    signer = signer_of(home, settings.CONFIGURATION.signer)
    signature = signer.sign(content)
    found = signer.verify(content, signature, at=now)
    return {
        "digest": digest, "signer": found.signer, "suite": found.suite, "signature": signature.value,
        "certificate": signature.certificate, "qualified": found.qualified, "at": now.isoformat(),
        "stamp": stamper(home).stamp(digest, now=now),
    }  # fmt: skip
