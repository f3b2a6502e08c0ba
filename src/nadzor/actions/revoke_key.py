# SPDX-License-Identifier: Apache-2.0
"""Revoke an installation's key; the gateway refuses it from the directory published here."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from nadzor.actions.publish_directory import publish_directory
from nadzor.base.home import Home
from nadzor.base.problems import Refusal
from nadzor.people.permissions import must_revoke_key
from nadzor.people.queries import Person
from nadzor.records import audit
from nadzor.register.models import InstallationKey


def revoke_key(
    home: Home, *, keyid: str, by: Person | None, now: datetime, because: str = "asked for"
) -> int:
    """Revoke a key, once and for good. Returns the serial of the directory that says so.

    Raises: Refusal enrol.key-unknown, people.not-yours.
    """
    _revoke(keyid, by, now, because)
    return publish_directory(home, now=now).serial


@transaction.atomic
def _revoke(keyid: str, by: Person | None, now: datetime, because: str) -> None:
    keys = InstallationKey.objects.select_for_update().select_related("installation__device__maker")
    key = keys.filter(keyid=keyid).first()
    if key is None:
        raise Refusal("enrol.key-unknown")
    must_revoke_key(by, maker=key.installation.device.maker.code)
    if key.revoked_at is not None:
        return
    key.revoked_at = now
    key.save(update_fields=["revoked_at"])
    doer = by.username if by else ""
    audit.record("register.key.revoke", key.installation_id, by=doer, because=because, now=now, keyid=keyid)
