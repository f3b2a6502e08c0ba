# SPDX-License-Identifier: Apache-2.0
"""What a conformance test found, as a signed note (C2SP) that anybody checks offline."""

from __future__ import annotations

from datetime import datetime
from typing import Final

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from msgspec import Struct

from nadzor.base.problems import Refusal
from nadzor_wire.canonical import canonical
from nadzor_wire.note import NoteError, open_note, sign_note

TITLE: Final = "nadzor certificate of transmission v1"


class TransmissionCertificate(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One test: of which device and version, in which test log, what each check came to.

    `digest` is that of the conformance result, which names the batches that were judged.
    """

    number: str
    device: str
    version: str
    installation: str
    at: datetime
    passed: bool
    checks: dict[str, str]
    digest: str
    log: str
    size: int


def seal_certificate(told: TransmissionCertificate, *, name: str, key: Ed25519PrivateKey) -> str:
    """The certificate as a signed note: a title line and one line of canonical JSON (RFC 8785)."""
    return sign_note(f"{TITLE}\n{canonical(msgspec.to_builtins(told)).decode()}\n", name, key)


def open_certificate(note: str, vkey: str) -> TransmissionCertificate:
    """The certificate in a note, checked under the house's key.

    Raises: Refusal certificate.invalid for anything that key did not sign as a certificate.
    """
    try:
        title, told, rest = open_note(note, vkey).split("\n")
        found = msgspec.json.decode(told, type=TransmissionCertificate)
    except (NoteError, ValueError) as error:
        raise Refusal("certificate.invalid") from error
    if title != TITLE or rest:
        raise Refusal("certificate.invalid")
    return found
