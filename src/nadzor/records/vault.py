# SPDX-License-Identifier: Apache-2.0
"""The vault: a clinic becomes a site pseudonym, and the way back is sealed.

Why: telemetry, register and portal know sites only.  The pseudonym needs the vault key, which lies outside
the database: a stolen database can neither be read back nor tested against the public list of clinics.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from datetime import datetime
from typing import Final

import msgspec
from cryptography.exceptions import InvalidTag
from msgspec import Struct

from nadzor.base.home import Home
from nadzor.base.identifiers import oid_ok
from nadzor.base.problems import Refusal
from nadzor.records import vault_keys
from nadzor.records.models import VaultEntry

_SITE: Final = b"nadzor vault: site pseudonym v1"
_SEAL: Final = b"nadzor vault: clinic entry v1"
_SPEAKER: Final = b"nadzor vault: who spoke for a site v1"
_PAPER: Final = b"nadzor vault: paper that names clinics v1"
_MARK: Final = b"nadzor vault: mark of such a paper v1"


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
    made = vault_keys.seal(home, _SEAL, msgspec.json.encode(clinic), bound=site.encode())
    VaultEntry.objects.update_or_create(
        site=site, defaults={"nonce": made.nonce, "sealed": made.text, "sealed_at": now}
    )
    return site


def unseal(site: str, *, home: Home) -> Clinic:
    """The clinic behind a site.  The caller is an action that has asked two people and records the opening.

    Raises: Refusal vault.unknown for a site never sealed, vault.damaged when the seal does not open.
    """
    entry = VaultEntry.objects.filter(site=site).first()
    if entry is None:
        raise Refusal("vault.unknown")
    return msgspec.json.decode(_opened(entry, home).clear, type=Clinic)


def knows(site: str) -> bool:
    """Whether there is a seal for a site; nothing is opened."""
    return bool(VaultEntry.objects.filter(site=site).exists())


def sealed_sites() -> list[str]:
    """Every site that has a seal."""
    return list(VaultEntry.objects.order_by("site").values_list("site", flat=True))


def version_of(site: str, *, home: Home) -> int:
    """The version of the key that opens a site's seal; nothing of the clinic comes out.

    Raises: Refusal vault.damaged.
    """
    return _opened(VaultEntry.objects.get(site=site), home).version


def reseal(site: str, *, home: Home) -> bool:
    """Seal an entry anew under the newest key; False when it lies under that one, or was sealed meanwhile.

    Raises: Refusal vault.damaged.
    """
    entry = VaultEntry.objects.get(site=site)
    opened = _opened(entry, home)
    if opened.version == vault_keys.versions(home)[0]:
        return False
    made = vault_keys.seal(home, _SEAL, opened.clear, bound=site.encode())
    same = VaultEntry.objects.filter(site=site, nonce=entry.nonce)
    return bool(same.update(nonce=made.nonce, sealed=made.text))


def _opened(entry: VaultEntry, home: Home) -> vault_keys.Opened:
    sealed = vault_keys.Sealed(bytes(entry.nonce), bytes(entry.sealed))
    try:
        return vault_keys.unseal(home, _SEAL, sealed, bound=entry.site.encode())
    except (InvalidTag, ValueError) as error:
        raise Refusal("vault.damaged") from error


def seal_paper(paper: bytes, *, about: str, home: Home) -> bytes:
    """A paper that names clinics, sealed: nonce and ciphertext, bound to what it is about."""
    made = vault_keys.seal(home, _PAPER, paper, bound=about.encode())
    return made.nonce + made.text


def open_paper(sealed: bytes, *, about: str, home: Home) -> bytes:
    """The paper again.  The caller is an action that has asked two people and records the opening.

    Raises: Refusal vault.damaged when the seal does not open, or is of another paper.
    """
    return paper_opened(sealed, about=about, home=home).clear


def paper_opened(sealed: bytes, *, about: str, home: Home) -> vault_keys.Opened:
    """The paper with the version of its key.

    Raises: Refusal vault.damaged.
    """
    split = vault_keys.Sealed(sealed[: vault_keys.NONCE], sealed[vault_keys.NONCE :])
    try:
        return vault_keys.unseal(home, _PAPER, split, bound=about.encode())
    except (InvalidTag, ValueError) as error:
        raise Refusal("vault.damaged") from error


def mark_of(paper: bytes, *, home: Home) -> str:
    """What may be kept in the open of such a paper: the same for the same bytes, and for this house alone.

    Why: the plain SHA-256 of a few lines could be tried against the public list of clinics.
    """
    return hmac.digest(_derived(home, _MARK), paper, "sha256").hex()


def _derived(home: Home, purpose: bytes) -> bytes:
    return hmac.digest(home.secret("vault"), purpose, hashlib.sha256)
