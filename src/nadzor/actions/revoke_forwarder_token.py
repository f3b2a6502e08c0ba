# SPDX-License-Identifier: Apache-2.0
"""Revoke a forwarder's bearer token; the gateway refuses it from the directory published here."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from nadzor.actions.publish_directory import publish_directory
from nadzor.base.home import Home
from nadzor.base.problems import Refusal
from nadzor.people.permissions import must_revoke_key
from nadzor.people.queries import Person
from nadzor.records import audit
from nadzor.register.models import ForwarderToken


def revoke_forwarder_token(
    home: Home, *, name: str, by: Person | None, now: datetime, because: str = "asked for"
) -> int:
    """Revoke a token by its name (`t-...`), once and for good; the serial of the directory that says so.

    Raises: Refusal forwarder.token-unknown, people.not-yours.
    """
    _revoke(name, by, now, because)
    return publish_directory(home, now=now).serial


@transaction.atomic
def _revoke(name: str, by: Person | None, now: datetime, because: str) -> None:
    tokens = ForwarderToken.objects.select_for_update().select_related("installation__device__maker")
    start = name.removeprefix("t-")
    token = tokens.filter(digest__startswith=start).first() if len(start) == 16 else None
    if token is None:
        raise Refusal("forwarder.token-unknown")
    must_revoke_key(by, maker=token.installation.device.maker.code)
    if token.revoked_at is not None:
        return
    token.revoked_at = now
    token.save(update_fields=["revoked_at"])
    doer = by.username if by else ""
    subject = token.installation_id
    audit.record("register.forwarder.revoke", subject, by=doer, because=because, now=now, token=name)
