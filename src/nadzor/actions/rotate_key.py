# SPDX-License-Identifier: Apache-2.0
"""Rotate an installation's key: the present key asks, the new one counts at once, the two overlap."""

from __future__ import annotations

import base64
from datetime import datetime
from typing import Final

from django.db import transaction
from django.db.models import Q
from msgspec import Struct

from nadzor.actions.issue_credential import Enrolment, credential_of, offered_suite, public_key_of
from nadzor.actions.publish_directory import publish_directory
from nadzor.actions.tell_of_key import tell_of_key
from nadzor.base.home import Home
from nadzor.base.problems import Refusal
from nadzor.records import audit
from nadzor.register.keys import OVERLAP
from nadzor.register.models import InstallationKey
from nadzor_wire.limits import SIGNATURE_WINDOW_S
from nadzor_wire.rotation import RotationAsk, proved_by_new, signed_by_present
from nadzor_wire.suites import DEFAULT

KEY_OWNERS: Final = "installation__device__maker__represented_by"
LIVING_MAX: Final = 2  # the present key and the next; a third would be one that nobody knows of


class Rotation(Struct, frozen=True):
    """The identity under the new key, and until when the old one counts."""

    credential: Enrolment
    former: str
    former_until: datetime


def rotate_key(home: Home, ask: RotationAsk, *, now: datetime) -> Rotation:
    """Enter the new key of an installation; the same request again gets the same answer.

    Raises: Refusal rotate.time, rotate.signature, rotate.proof, rotate.overlap, key.revoked, key.out-of-time,
    enrol.suite, enrol.key, enrol.key-taken.
    """
    portal = home.settings.portal_url
    if abs(now.timestamp() - ask.created) > SIGNATURE_WINDOW_S:
        raise Refusal("rotate.time", "$.created", limit=SIGNATURE_WINDOW_S, server_time=_moment(now))
    present, new = _rotate(ask, portal, now)
    serial = publish_directory(home, now=now).serial
    until = present.not_after
    assert until is not None
    return Rotation(credential_of(home, new.installation, new, serial=serial), present.keyid, until)


@transaction.atomic
def _rotate(ask: RotationAsk, portal: str, now: datetime) -> tuple[InstallationKey, InstallationKey]:
    present = _asking(ask, portal, now)
    used = offered_suite(ask.suite)
    public = public_key_of(ask.public_key, used)
    if not proved_by_new(ask, portal=portal):
        raise Refusal("rotate.proof", "$.proof")
    keyid = used.keyid_of(public)
    if (there := InstallationKey.objects.filter(keyid=keyid).first()) is not None:
        return present, _again(there, present)
    _must_leave_room(present, now)
    new = InstallationKey.objects.create(
        installation=present.installation,
        keyid=keyid,
        public=base64.b64encode(public).decode(),
        not_before=now,
        suite=used.name,
        replaces=present.keyid,
    )
    present.not_after = min(now + OVERLAP, present.not_after or now + OVERLAP)
    present.save(update_fields=["not_after"])
    _write_down(present, new, now)
    return present, new


def _write_down(present: InstallationKey, new: InstallationKey, now: datetime) -> None:
    """The deed in the chain, and a notice.  Why: a thief of a key could ask as well; its owner must hear."""
    until = present.not_after
    audit.record(
        "register.key.rotate", present.installation_id, by="device", because="asked by the present key",
        now=now, keyid=new.keyid, suite=new.suite, former=present.keyid, former_until=until,
    )  # fmt: skip
    tell_of_key(new, "rotated", now=now, former=present.keyid, until=until)


def _asking(ask: RotationAsk, portal: str, now: datetime) -> InstallationKey:
    """The key that asks, once the signature is proved to be by it, and in its time.

    Why: unknown, foreign and falsely signed are one refusal; what became of a key is told to its holder.
    """
    keys = InstallationKey.objects.select_for_update(of=("self",)).select_related(KEY_OWNERS)
    key = keys.filter(keyid=ask.keyid, installation=ask.installation).first()
    public = base64.b64decode(key.public) if key else b""
    named = key.suite if key else DEFAULT
    if key is None or not signed_by_present(ask, portal=portal, public=public, suite_name=named):
        raise Refusal("rotate.signature", "$.signature")
    if key.revoked_at is not None:
        raise Refusal("key.revoked")
    if now < key.not_before or (key.not_after is not None and now >= key.not_after):
        raise Refusal("key.out-of-time")
    return key


def _again(there: InstallationKey, present: InstallationKey) -> InstallationKey:
    """The key that this very request entered before its answer was lost."""
    if there.replaces != present.keyid or there.installation_id != present.installation_id:
        raise Refusal("enrol.key-taken", "$.public_key")
    if there.revoked_at is not None:
        raise Refusal("key.revoked")
    return there


def _must_leave_room(present: InstallationKey, now: datetime) -> None:
    alive = Q(revoked_at=None) & (Q(not_after=None) | Q(not_after__gt=now))
    living = InstallationKey.objects.filter(alive, installation=present.installation_id)
    if living.count() >= LIVING_MAX:
        ends = (
            living.exclude(not_after=None).order_by("not_after").values_list("not_after", flat=True).first()
        )
        raise Refusal("rotate.overlap", until=_moment(ends or now + OVERLAP))


def _moment(at: datetime) -> str:
    return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")
