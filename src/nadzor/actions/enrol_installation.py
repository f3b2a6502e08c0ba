# SPDX-License-Identifier: Apache-2.0
"""Enrol an installation: a token and a public key made at the device become the right to report."""

from __future__ import annotations

import base64
import secrets
from datetime import datetime
from typing import Final

from django.db import transaction

from nadzor.actions.issue_credential import Enrolment, credential_of, offered_suite, public_key_of
from nadzor.actions.issue_token import token_digest
from nadzor.actions.publish_directory import publish_directory
from nadzor.base.home import Home
from nadzor.base.problems import Refusal
from nadzor.records import audit
from nadzor.register.models import EnrolmentToken, Installation, InstallationKey
from nadzor_wire.suites import DEFAULT, Suite

WHY: Final = "enrolment token"


def enrol_installation(
    home: Home, *, token: str, public_key: str, now: datetime, suite: str = DEFAULT
) -> Enrolment:
    """Use up a token; the key counts as soon as the directory published here is read.

    The same token with the same key again, while the token has not expired, gets the same answer: the first
    one may have been lost on its way.
    Raises: Refusal enrol.suite, enrol.key, enrol.key-taken, enrol.token.
    """
    used = offered_suite(suite)
    public = public_key_of(public_key, used)
    key = _enrol(token, public, used, now)
    directory = publish_directory(home, now=now)
    return credential_of(home, key.installation, key, serial=directory.serial)


@transaction.atomic
def _enrol(token: str, public: bytes, used: Suite, now: datetime) -> InstallationKey:
    right = (
        EnrolmentToken.objects.select_for_update(of=("self",))
        .select_related("device")
        .filter(digest=token_digest(token))
        .first()
    )
    if right is None or right.revoked_at is not None or now >= right.expires_at:
        raise Refusal("enrol.token")  # one answer for all: a stranger learns nothing from it
    keyid = used.keyid_of(public)
    if right.used_at is not None:
        return _again(right, keyid)
    if InstallationKey.objects.filter(keyid=keyid).exists():
        raise Refusal("enrol.key-taken")
    return _entered(right, public, used, now)


def _again(right: EnrolmentToken, keyid: str) -> InstallationKey:
    """The key that this token entered, if it is this one and still counts."""
    keys = InstallationKey.objects.select_related("installation__device")
    key = keys.filter(installation=right.installation, keyid=keyid, replaces="", revoked_at=None).first()
    if right.installation is None or key is None:
        raise Refusal("enrol.token")
    return key


def _entered(right: EnrolmentToken, public: bytes, used: Suite, now: datetime) -> InstallationKey:
    row = Installation.objects.create(
        id=f"i-{secrets.token_hex(6)}",
        device=right.device,
        site=right.site,
        sandbox=right.sandbox,
        created=now,
    )
    right.used_at, right.installation = now, row
    right.save(update_fields=["used_at", "installation"])
    key = InstallationKey.objects.create(
        installation=row,
        keyid=used.keyid_of(public),
        public=base64.b64encode(public).decode(),
        not_before=now,
        suite=used.name,
    )
    told = {"device": right.device.code, "site": right.site, "keyid": key.keyid, "token": right.digest[:12]}
    audit.record(
        "register.installation.enrol", row.id, by="device", because=WHY, now=now, suite=used.name, **told
    )
    return key
