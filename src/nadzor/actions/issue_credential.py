# SPDX-License-Identifier: Apache-2.0
"""What an installation is told of itself after its key was entered: by enrolment, or by rotation."""

from __future__ import annotations

import base64
import binascii
from datetime import datetime

from msgspec import Struct

from nadzor.base.home import Home
from nadzor.base.problems import Refusal
from nadzor.register.models import Installation, InstallationKey
from nadzor_wire.suites import Suite, UnknownSuite, offered, suite


class Enrolment(Struct, frozen=True):
    """What the installation keeps beside its private key, which never left it."""

    installation: str
    device: str
    keyid: str
    suite: str
    gateway: str
    portal: str
    log_vkey: str
    directory_serial: int
    enrolled_at: datetime


def credential_of(home: Home, row: Installation, key: InstallationKey, *, serial: int) -> Enrolment:
    """The identity of an installation under a key; the same however often it is told."""
    log = home.sandbox() if row.sandbox else home.log
    return Enrolment(
        installation=row.id,
        device=row.device.code,
        keyid=key.keyid,
        suite=key.suite,
        gateway=log.address,
        portal=home.settings.portal_url,
        log_vkey=log.vkey,
        directory_serial=serial,
        enrolled_at=key.not_before,
    )


def offered_suite(name: str) -> Suite:
    """The suite a key is made for.

    Raises: Refusal enrol.suite naming those on offer.
    """
    try:
        return suite(name)
    except UnknownSuite as error:
        raise Refusal("enrol.suite", "$.suite", offered=", ".join(offered())) from error


def public_key_of(text: str, used: Suite) -> bytes:
    """The raw bytes of a public key in base64, standard or URL-safe.

    Raises: Refusal enrol.key for what is no key of this suite.
    """
    try:
        raw = base64.b64decode(text.replace("-", "+").replace("_", "/"), validate=True)
        used.verifying(raw)
    except (binascii.Error, ValueError) as error:
        raise Refusal("enrol.key", "$.public_key", suite=used.name) from error
    return raw
