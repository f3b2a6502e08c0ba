# SPDX-License-Identifier: Apache-2.0
"""Tell makers of keys that have served for more than a year: once for each key."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from django.db import transaction

from nadzor.actions.tell_of_key import tell_of_key
from nadzor.records import audit
from nadzor.register.keys import HeldKey, keys_due
from nadzor.register.models import InstallationKey

VERB: Final = "register.key.age"


def warn_old_keys(*, now: datetime) -> tuple[str, ...]:
    """Names of the keys whose makers were told just now.

    Why: the audit chain is the memory of what was told, so a restart tells nothing twice.
    """
    return tuple(held.key.keyid for held in keys_due(now=now) if _warn(held, now))


@transaction.atomic
def _warn(held: HeldKey, now: datetime) -> bool:
    keyid = held.key.keyid
    if audit.entries(object=keyid, verb=VERB, limit=1):
        return False
    key = InstallationKey.objects.select_related("installation__device__maker__represented_by").get(
        keyid=keyid
    )
    tell_of_key(key, "old", now=now)
    audit.record(
        VERB, keyid, by="house", because="older than a year", now=now,
        installation=held.installation, age_days=held.key.age_days(now),
    )  # fmt: skip
    return True
