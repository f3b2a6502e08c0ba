# SPDX-License-Identifier: Apache-2.0
"""The vault: a clinic becomes a site pseudonym, and the way back is sealed.

Why: telemetry, register and portal know sites only.  The pseudonym needs the vault key, which lies outside
the database: a stolen database can neither be read back nor tested against the public list of clinics.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from datetime import datetime
from typing import Final

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from msgspec import Struct

from nadzor.base.home import Home
from nadzor.base.identifiers import oid_ok
from nadzor.base.problems import Refusal
from nadzor.records.models import VaultEntry

_SITE: Final = b"nadzor vault: site pseudonym v1"
_SEAL: Final = b"nadzor vault: clinic entry v1"
_SPEAKER: Final = b"nadzor vault: who spoke for a site v1"
_PAPER: Final = b"nadzor vault: paper that names clinics v1"
_MARK: Final = b"nadzor vault: mark of such a paper v1"
_NONCE: Final = 12


class Clinic(Struct, frozen=True, forbid_unknown_fields=True):
    """What is sealed: the clinic behind a site."""

    oid: str
    inn: str = ""
    name_ru: str = ""
    name_en: str = ""


def pseudonym(clinic_oid: str, *, home: Home) -> str:
    """The site of a clinic: the same for all devices in it.

    Method: HMAC-SHA-256 of the OID under a key derived from the vault key, 60 bits in base 32.
    Raises: Refusal vault.oid.
    """
    if not oid_ok(clinic_oid):
        raise Refusal("vault.oid")
    digest = hmac.digest(_derived(home, _SITE), clinic_oid.encode(), "sha256")
    return "s-" + base64.b32encode(digest).decode().lower()[:12]


def speaker(username: str, *, home: Home) -> str:
    """What stands for a clinic's account beside its site: the same for all its words.

    Why: the account's own name beside the site would open the vault from the side; whoever holds the vault
    key can still prove which account it was.
    Method: HMAC-SHA-256 of the name under a key derived from the vault key, 60 bits in base 32.
    """
    digest = hmac.digest(_derived(home, _SPEAKER), username.encode(), "sha256")
    return "u-" + base64.b32encode(digest).decode().lower()[:12]


def seal(clinic: Clinic, *, home: Home, now: datetime) -> str:
    """Keep the way back from a site to its clinic, sealed, in place of any former entry; return the site."""
    site = pseudonym(clinic.oid, home=home)
    nonce = secrets.token_bytes(12)
    sealed = AESGCM(_derived(home, _SEAL)).encrypt(nonce, msgspec.json.encode(clinic), site.encode())
    VaultEntry.objects.update_or_create(
        site=site, defaults={"nonce": nonce, "sealed": sealed, "sealed_at": now}
    )
    return site


def unseal(site: str, *, home: Home) -> Clinic:
    """The clinic behind a site.  The caller is an action that has asked two people and records the opening.

    Raises: Refusal vault.unknown for a site never sealed, vault.damaged when the seal does not open.
    """
    entry = VaultEntry.objects.filter(site=site).first()
    if entry is None:
        raise Refusal("vault.unknown")
    try:
        opened = AESGCM(_derived(home, _SEAL)).decrypt(bytes(entry.nonce), bytes(entry.sealed), site.encode())
    except InvalidTag as error:
        raise Refusal("vault.damaged") from error
    return msgspec.json.decode(opened, type=Clinic)


def seal_paper(paper: bytes, *, about: str, home: Home) -> bytes:
    """A paper that names clinics, sealed: nonce and ciphertext, bound to what it is about."""
    nonce = secrets.token_bytes(_NONCE)
    return nonce + AESGCM(_derived(home, _PAPER)).encrypt(nonce, paper, about.encode())


def open_paper(sealed: bytes, *, about: str, home: Home) -> bytes:
    """The paper again.  The caller is an action that has asked two people and records the opening.

    Raises: Refusal vault.damaged when the seal does not open, or is of another paper.
    """
    try:
        key = AESGCM(_derived(home, _PAPER))
        return key.decrypt(sealed[:_NONCE], sealed[_NONCE:], about.encode())
    except (InvalidTag, ValueError) as error:
        raise Refusal("vault.damaged") from error


def mark_of(paper: bytes, *, home: Home) -> str:
    """What may be kept in the open of such a paper: the same for the same bytes, and for this house alone.

    Why: the plain SHA-256 of a few lines could be tried against the public list of clinics.
    """
    return hmac.digest(_derived(home, _MARK), paper, "sha256").hex()


def _derived(home: Home, purpose: bytes) -> bytes:
    return hmac.digest(home.secret("vault"), purpose, hashlib.sha256)
