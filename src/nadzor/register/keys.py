# SPDX-License-Identifier: Apache-2.0
"""Questions about keys and tokens: which there are, which are old, which are believed to be a stranger's."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from django.db.models import Q, QuerySet
from msgspec import Struct

from nadzor.base.problems import Refusal
from nadzor.people import permissions
from nadzor.people.queries import Person
from nadzor.register.cards import KeyCard
from nadzor.register.models import EnrolmentToken, InstallationKey

NAME_DIGITS: Final = 12  # of a token's digest: what the chain of deeds and lists call it

# A house rule, not a norm: no act in `law` says how long a device's signing key may serve.  NIST SP 800-57
# part 1 rev. 5, table 1, gives a private signature key one to three years; the shorter is told, not forced.
ROTATE_AFTER: Final = timedelta(days=365)
OVERLAP: Final = timedelta(days=7)  # of two keys: every process of an installation is restarted within a week


class TokenCard(Struct, frozen=True):
    """An invitation. `state` is one of waiting, used, expired, revoked."""

    name: str
    device: str
    site: str
    sandbox: bool
    issued_at: datetime
    expires_at: datetime
    state: str
    installation: str | None


class HeldKey(Struct, frozen=True):
    """A key with whose it is."""

    installation: str
    device: str
    maker: str
    sandbox: bool
    key: KeyCard


def tokens(person: Person | None, *, now: datetime, device: str | None = None) -> list[TokenCard]:
    """The invitations of every device this person may invite for, newest first."""
    rows = EnrolmentToken.objects.select_related("device__maker")
    if device is not None:
        rows = rows.filter(device__code=device)
    return [
        _token(row, now) for row in rows if permissions.may_issue_token(person, maker=row.device.maker.code)
    ]


def held_keys(person: Person | None, *, device: str | None = None) -> list[HeldKey]:
    """Every key of the devices whose keys this person may revoke, by device, installation and age."""
    rows = _rows().order_by("installation__device__code", "installation", "not_before", "id")
    if device is not None:
        rows = rows.filter(installation__device__code=device)
    return [card for card in map(_held, rows) if permissions.may_revoke_key(person, maker=card.maker)]


def held_key(person: Person | None, keyid: str) -> HeldKey:
    """One key.

    Raises: Refusal enrol.key-unknown, also for a key this person may not see.
    """
    found = _rows().filter(keyid=keyid).first()
    if found is None or not permissions.may_revoke_key(person, maker=found.installation.device.maker.code):
        raise Refusal("enrol.key-unknown")
    return _held(found)


def keys_due(*, now: datetime) -> list[HeldKey]:
    """Living keys of working installations that are older than `ROTATE_AFTER` and have no successor."""
    alive = Q(revoked_at=None) & Q(not_after=None) & Q(installation__sandbox=False)
    rows = _rows().filter(alive, not_before__lte=now - ROTATE_AFTER).order_by("not_before", "id")
    return [_held(row) for row in rows.exclude(installation__device__status="cancelled")]


def key_card(row: InstallationKey) -> KeyCard:
    """A key as others see it."""
    return KeyCard(
        row.keyid,
        row.public,
        row.not_before,
        row.not_after,
        row.revoked_at,
        suite=row.suite,
        replaces=row.replaces or None,
        compromised_since=row.compromised_since,
    )


def _rows() -> QuerySet[InstallationKey]:
    return InstallationKey.objects.select_related("installation__device__maker")


def _held(row: InstallationKey) -> HeldKey:
    room = row.installation
    return HeldKey(room.id, room.device.code, room.device.maker.code, room.sandbox, key_card(row))


def _token(row: EnrolmentToken, now: datetime) -> TokenCard:
    return TokenCard(
        row.digest[:NAME_DIGITS],
        row.device.code,
        row.site,
        row.sandbox,
        row.issued_at,
        row.expires_at,
        _state(row, now),
        row.installation_id,
    )


def _state(row: EnrolmentToken, now: datetime) -> str:
    if row.used_at is not None:
        return "used"
    if row.revoked_at is not None:
        return "revoked"
    return "waiting" if now < row.expires_at else "expired"
