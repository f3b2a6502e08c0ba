# SPDX-License-Identifier: Apache-2.0
"""Enrol an installation: a token and a public key made at the device become the right to report."""

from __future__ import annotations

import base64
import binascii
import secrets
from datetime import datetime

from django.db import transaction
from msgspec import Struct

from nadzor.actions.issue_token import token_digest
from nadzor.actions.publish_directory import publish_directory
from nadzor.base.home import Home
from nadzor.base.problems import Refusal
from nadzor.records import audit
from nadzor.register.models import EnrolmentToken, Installation, InstallationKey
from nadzor_wire.keys import key_id


class Enrolment(Struct, frozen=True):
    """What the installation keeps beside its private key, which never left it."""

    installation: str
    device: str
    keyid: str
    gateway: str
    log_vkey: str
    directory_serial: int
    enrolled_at: datetime


def enrol_installation(home: Home, *, token: str, public_key: str, now: datetime) -> Enrolment:
    """Use up a token; the key counts as soon as the directory published here is read.

    Raises: Refusal enrol.key, enrol.key-taken, enrol.token.
    """
    public = _raw(public_key)
    row = _enrol(token, public, now)
    directory = publish_directory(home, now=now)
    log = home.sandbox() if row.sandbox else home.log
    return Enrolment(
        installation=row.id,
        device=row.device.code,
        keyid=key_id(public),
        gateway=log.address,
        log_vkey=log.vkey,
        directory_serial=directory.serial,
        enrolled_at=now,
    )


@transaction.atomic
def _enrol(token: str, public: bytes, now: datetime) -> Installation:
    right = (
        EnrolmentToken.objects.select_for_update()
        .select_related("device")
        .filter(digest=token_digest(token))
        .first()
    )
    if right is None or right.used_at is not None or now >= right.expires_at:
        raise Refusal("enrol.token")  # one answer for all three: a stranger learns nothing from it
    keyid = key_id(public)
    if InstallationKey.objects.filter(keyid=keyid).exists():
        raise Refusal("enrol.key-taken")
    right.used_at = now
    right.save(update_fields=["used_at"])
    row = Installation.objects.create(
        id=f"i-{secrets.token_hex(6)}",
        device=right.device,
        site=right.site,
        sandbox=right.sandbox,
        created=now,
    )
    text = base64.b64encode(public).decode()
    InstallationKey.objects.create(installation=row, keyid=keyid, public=text, not_before=now)
    told = {"device": right.device.code, "site": right.site, "keyid": keyid, "token": right.digest[:12]}
    audit.record(
        "register.installation.enrol", row.id, by="device", because="enrolment token", now=now, **told
    )
    return row


def _raw(public_key: str) -> bytes:
    """The 32 bytes of an Ed25519 public key in base64, standard or URL-safe."""
    try:
        raw = base64.b64decode(public_key.replace("-", "+").replace("_", "/"), validate=True)
    except (binascii.Error, ValueError) as error:
        raise Refusal("enrol.key") from error
    if len(raw) != 32:
        raise Refusal("enrol.key")
    return raw
