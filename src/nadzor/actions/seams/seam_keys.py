# SPDX-License-Identifier: Apache-2.0
"""The systems that may hand in filings: each has a name, one key, and no more power than its own filings."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Final

from django.db import transaction
from msgspec import Struct

from nadzor.actions.seams.request import Asked, claim_of, must_be_by
from nadzor.base.problems import Refusal
from nadzor.people.permissions import must_change_register
from nadzor.people.queries import Person
from nadzor.records import audit
from nadzor.register.models import Seam
from nadzor_wire.base64text import b64, unb64
from nadzor_wire.keys import key_id

_NAME: Final = re.compile(r"[a-z][a-z0-9-]{1,38}")


class SeamCard(Struct, frozen=True):
    """One system at the seam."""

    name: str
    keyid: str
    added_at: datetime
    revoked_at: datetime | None


@transaction.atomic
def add_seam(name: str, public: str, *, by: Person | None, now: datetime) -> SeamCard:
    """Let a system hand in filings under its key.

    Raises: Refusal people.registrar-only, seam.key, seam.name.
    """
    must_change_register(by)
    if not _NAME.fullmatch(name) or Seam.objects.filter(name=name).exists():
        raise Refusal("seam.name", at="$.name")
    try:
        key = unb64(public.strip(), size=32)
    except ValueError:
        raise Refusal("seam.key", at="$.public") from None
    if Seam.objects.filter(keyid=key_id(key)).exists():
        raise Refusal("seam.key", at="$.public")
    doer = by.username if by else ""
    row = Seam.objects.create(name=name, keyid=key_id(key), public=b64(key), added_by=doer, added_at=now)
    audit.record(
        "register.seam.add", f"seam {name}", by=doer, because="may hand in filings", now=now, keyid=row.keyid
    )
    return _card(row)


@transaction.atomic
def revoke_seam(name: str, *, by: Person | None, now: datetime) -> SeamCard:
    """Take a system's power away; what it handed in stays.

    Raises: Refusal people.registrar-only, seam.unknown.
    """
    must_change_register(by)
    row = Seam.objects.select_for_update().filter(name=name, revoked_at=None).first()
    if row is None:
        raise Refusal("seam.unknown")
    row.revoked_at = now
    row.save(update_fields=["revoked_at"])
    doer = by.username if by else ""
    audit.record("register.seam.revoke", f"seam {name}", by=doer, because="revoked", now=now)
    return _card(row)


def seams() -> list[SeamCard]:
    """Every system, by name."""
    return [_card(row) for row in Seam.objects.all()]


def known_keys() -> dict[str, tuple[str, bytes]]:
    """Keys that may sign statements: key id to name and public key."""
    return {
        row.keyid: (f"seam {row.name}", unb64(row.public)) for row in Seam.objects.filter(revoked_at=None)
    }


def seam_of(asked: Asked, *, now: datetime) -> str:
    """The name of the system that sent a request.

    Why: an unknown key and a wrong signature are told alike, so that nobody learns which keys exist.
    Raises: Refusal seam.signature.
    """
    claim = claim_of(asked, now_s=now.timestamp())
    row = Seam.objects.filter(keyid=claim.keyid, revoked_at=None).first()
    if row is None:
        raise Refusal("seam.signature", why="Signature")
    must_be_by(claim, asked, public=unb64(row.public))
    return str(row.name)


def _card(row: Seam) -> SeamCard:
    return SeamCard(row.name, row.keyid, row.added_at, row.revoked_at)
