# SPDX-License-Identifier: Apache-2.0
"""Give one installation a bearer token for OpenTelemetry logs; shown once, kept nowhere."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta
from typing import Final

from django.db import transaction
from django.db.models import Q
from msgspec import Struct

from nadzor.actions.issue_token import BENCH, clinic_of, token_digest
from nadzor.actions.publish_directory import publish_directory
from nadzor.base.home import Home
from nadzor.base.problems import Refusal
from nadzor.people.permissions import must_issue_token
from nadzor.people.queries import Person
from nadzor.records import audit, vault
from nadzor.register.models import Device, ForwarderToken, Installation

VALID: Final = timedelta(hours=24 * 365)  # a year: a bearer token can be copied, so it ends
LIVING_MAX: Final = 2  # the present token and the next, so that a Collector can be given a new one at leisure


class ForwarderRight(Struct, frozen=True):
    """What a Collector is given: the token is shown here and kept nowhere; `name` is what a leaf will say."""

    token: str
    name: str
    installation: str
    device: str
    endpoint: str
    expires_at: datetime


def issue_forwarder_token(
    home: Home,
    *,
    device: str,
    clinic_oid: str | None,
    installation: str | None = None,
    by: Person | None,
    now: datetime,
) -> ForwarderRight:
    """A token for a new installation of a device in a clinic, or a further one for a forwarding installation.

    Why: what only a token vouches for has assurance level B; an installation that signs never forwards, so
    that nobody who copied a token can speak for it.
    Raises: Refusal register.device-unknown, people.not-yours, vault.oid, enrol.device-cancelled,
    forwarder.installation, forwarder.signs, forwarder.too-many.
    """
    token = "no-" + secrets.token_urlsafe(32)
    row = _issue(home, device, clinic_oid, _Asked(installation, token_digest(token), by, now))
    publish_directory(home, now=now)
    log = home.sandbox() if row.installation.sandbox else home.log
    expires = row.expires_at
    assert expires is not None
    return ForwarderRight(
        token=token,
        name=token_name(row.digest),
        installation=row.installation_id,
        device=row.installation.device.code,
        endpoint=f"{log.address.rstrip('/')}/v1/logs",
        expires_at=expires,
    )


def token_name(digest: str) -> str:
    """What stands in the directory and in a leaf for a token."""
    return f"t-{digest[:16]}"


class _Asked(Struct, frozen=True):
    installation: str | None
    digest: str
    by: Person | None
    now: datetime


@transaction.atomic
def _issue(home: Home, device: str, clinic_oid: str | None, asked: _Asked) -> ForwarderToken:
    row = Device.objects.select_related("maker").filter(code=device).first()
    if row is None:
        raise Refusal("register.device-unknown")
    must_issue_token(asked.by, maker=row.maker.code)
    if row.status == "cancelled":
        raise Refusal("enrol.device-cancelled")
    if asked.installation is None:
        place = _new_installation(home, row, clinic_oid, asked.now)
    else:
        place = _forwarding(row, asked.installation, asked.now)
    expires = asked.now + VALID
    made = ForwarderToken.objects.create(
        installation=place, digest=asked.digest, issued_at=asked.now, expires_at=expires
    )
    doer = asked.by.username if asked.by else ""
    told = {"device": row.code, "token": token_name(asked.digest), "until": expires.isoformat()}
    audit.record("register.forwarder.issue", place.id, by=doer, because="forwarder", now=asked.now, **told)
    return made


def _new_installation(home: Home, device: Device, clinic_oid: str | None, now: datetime) -> Installation:
    """An installation without a key; on a bench, or of a draft device, one of the sandbox."""
    site = vault.seal(clinic_of(clinic_oid), home=home, now=now) if clinic_oid is not None else BENCH
    return Installation.objects.create(
        id=f"i-{secrets.token_hex(6)}",
        device=device,
        site=site,
        sandbox=clinic_oid is None or device.status == "draft",
        created=now,
    )


def _forwarding(device: Device, installation: str, now: datetime) -> Installation:
    """An installation of this device that has no key of its own and room for a token."""
    place = Installation.objects.select_for_update().filter(id=installation, device=device).first()
    if place is None:
        raise Refusal("forwarder.installation")
    if place.keys.exists():
        raise Refusal("forwarder.signs")
    living = Q(revoked_at=None) & (Q(expires_at=None) | Q(expires_at__gt=now))
    if place.tokens.filter(living).count() >= LIVING_MAX:
        raise Refusal("forwarder.too-many", most=LIVING_MAX)
    return place
