# SPDX-License-Identifier: Apache-2.0
"""Mark a key as lost since a moment of the past: it is revoked, and what came since then is believed less.

Nothing that was received is deleted or altered: the batches in between are listed for people to look at.
"""

from __future__ import annotations

from datetime import datetime
from typing import Final

from django.db import transaction
from msgspec import Struct

from nadzor.actions.publish_directory import publish_directory
from nadzor.actions.tell_of_key import subject_of, tell_of_key
from nadzor.base.home import Home
from nadzor.base.problems import Refusal
from nadzor.people.permissions import must_revoke_key
from nadzor.people.queries import Person
from nadzor.people.roles import Role
from nadzor.records import audit, notices
from nadzor.register.models import InstallationKey

BECAUSE_MAX: Final = 500


class Loss(Struct, frozen=True):
    """Which key was lost, the earliest moment from which a stranger may have had it, and what happened."""

    keyid: str
    since: datetime
    because: str


def mark_compromised(home: Home, loss: Loss, *, by: Person | None, now: datetime) -> tuple[str, ...]:
    """Names of the keys that were marked: this one, and every key it has asked for since then.

    Why: whoever had the key may have asked for its successor, too. The moment may be moved back later on,
    when more is known, and never forward.
    Raises: Refusal enrol.key-unknown, people.not-yours, key.since, key.because.
    """
    if not loss.because.strip() or len(loss.because) > BECAUSE_MAX:
        raise Refusal("key.because", "$.because", limit=BECAUSE_MAX)
    marked = _mark(loss, by, now)
    publish_directory(home, now=now)
    return marked


@transaction.atomic
def _mark(loss: Loss, by: Person | None, now: datetime) -> tuple[str, ...]:
    keys = InstallationKey.objects.select_for_update(of=("self",)).select_related(
        "installation__device__maker__represented_by"
    )
    key = keys.filter(keyid=loss.keyid).first()
    if key is None:
        raise Refusal("enrol.key-unknown")
    must_revoke_key(by, maker=key.installation.device.maker.code)
    since, known = loss.since, key.compromised_since
    if since.tzinfo is None or since > now or (known is not None and since >= known):
        raise Refusal("key.since", "$.since")
    lost = [key, *_descendants(key, list(keys.filter(installation=key.installation_id)), since)]
    for one in lost:
        _write_down(one, loss, by.username if by else "", now)
    return tuple(one.keyid for one in lost)


def _descendants(
    key: InstallationKey, rooms: list[InstallationKey], since: datetime
) -> list[InstallationKey]:
    """The keys that this one asked for since the moment, and those that they asked for."""
    asked = [one for one in rooms if one.replaces == key.keyid and one.not_before >= since]
    return [found for one in asked for found in (one, *_descendants(one, rooms, since))]


def _write_down(key: InstallationKey, loss: Loss, doer: str, now: datetime) -> None:
    key.compromised_since, because = max(loss.since, key.not_before), loss.because.strip()
    key.revoked_at = key.revoked_at or now
    key.save(update_fields=["compromised_since", "revoked_at"])
    audit.record(
        "register.key.compromise", key.installation_id, by=doer, because=because, now=now,
        keyid=key.keyid, since=key.compromised_since, revoked_at=key.revoked_at,
    )  # fmt: skip
    text = tell_of_key(key, "lost", now=now, since=key.compromised_since, because=because)
    notices.to_role(Role.INSPECTOR.value, subject=subject_of(key), text=text, now=now)
