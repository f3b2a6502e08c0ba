# SPDX-License-Identifier: Apache-2.0
"""Invite one installation: a one-time token for a device in a clinic, or on its maker's test bench."""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime, timedelta
from typing import Final

from django.db import transaction

from nadzor.base.home import Home
from nadzor.base.problems import Refusal
from nadzor.people.models import Organisation
from nadzor.people.permissions import must_issue_token
from nadzor.people.queries import Person
from nadzor.records import audit, vault
from nadzor.register.models import Device, EnrolmentToken

BENCH: Final = "s-bench"  # where a device is tested: no clinic's pseudonym looks like it
VALID: Final = timedelta(hours=24)  # long enough to reach the clinic's engineer, short enough to lose little


@transaction.atomic
def issue_token(home: Home, *, device: str, clinic_oid: str | None, by: Person | None, now: datetime) -> str:
    """A token good for one enrolment within a day; only its hash is kept, and the clinic only in the vault.

    Why: a test bench, which is no clinic, and a draft device get a sandbox installation: what it sends goes
    to the log of test streams and never reaches the lake.
    Raises: Refusal register.device-unknown, people.not-yours, vault.oid, enrol.device-cancelled.
    """
    row = Device.objects.select_related("maker").filter(code=device).first()
    if row is None:
        raise Refusal("register.device-unknown")
    must_issue_token(by, maker=row.maker.code)
    if row.status == "cancelled":
        raise Refusal("enrol.device-cancelled")
    site = vault.seal(clinic_of(clinic_oid), home=home, now=now) if clinic_oid is not None else BENCH
    token = "nz-" + secrets.token_urlsafe(32)
    digest = token_digest(token)
    EnrolmentToken.objects.create(
        digest=digest,
        device=row,
        site=site,
        sandbox=clinic_oid is None or row.status == "draft",
        issued_at=now,
        expires_at=now + VALID,
    )
    doer = by.username if by else ""
    audit.record(
        "register.token.issue", device, by=doer, because="enrolment", now=now, site=site, token=digest[:12]
    )
    return token


def token_digest(token: str) -> str:
    """What is kept of a token.  Why: 256 random bits need no slow hash."""
    return hashlib.sha256(token.encode()).hexdigest()


def clinic_of(oid: str) -> vault.Clinic:
    """The clinic as the vault keeps it, with its names where the register has them."""
    known = Organisation.objects.filter(oid=oid).first()
    return vault.Clinic(oid, known.inn, known.name_ru, known.name_en) if known else vault.Clinic(oid)
