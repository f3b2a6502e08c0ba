# SPDX-License-Identifier: Apache-2.0
"""Algorithm suites: what signs a batch and what digests its body, as a registry keyed by name.

The suite belongs to the key, from the day of its enrolment; a request never names or chooses one. A suite
whose library is absent is not in the registry, and so is not offered. The log itself (leaf hashes, the
body's hash in a leaf) is SHA-256 whatever signs: there is one tree.
"""

from __future__ import annotations

from collections.abc import Callable
from hashlib import sha256
from typing import Final, Protocol

from cryptography.exceptions import InvalidSignature
from msgspec import Struct

from nadzor_wire.base64text import b64
from nadzor_wire.keys import Ed25519PrivateKey, Ed25519PublicKey

DEFAULT: Final = "ed25519+sha256"
KEYID_DIGITS: Final = 16


class UnknownSuite(ValueError):
    """No such suite is offered here."""


class SigningKey(Protocol):
    """A private key, ready for use."""

    def sign(self, data: bytes, /) -> bytes:
        """The signature over the bytes."""


class VerifyingKey(Protocol):
    """A public key, ready for use."""

    def verify(self, signature: bytes, data: bytes, /) -> None:
        """Raises: cryptography's InvalidSignature unless the signature over the bytes is by this key."""


class Suite(Struct, frozen=True, kw_only=True):
    """One way of signing and digesting. Keys are raw bytes outside, objects of `signing`, `verifying` inside.

    Units: `signature_size` in bytes. Raises: `signing` and `verifying` raise ValueError for what is no key.
    """

    name: str
    digest: str  # what Content-Digest calls it (RFC 9530)
    hashed: Callable[[bytes], bytes]
    signature_size: int
    fresh: Callable[[], bytes]  # a new private key
    signing: Callable[[bytes], SigningKey]
    public_of: Callable[[bytes], bytes]  # private to public
    verifying: Callable[[bytes], VerifyingKey]

    def keyid_of(self, public: bytes) -> str:
        """Name of a key: the first 16 hex digits of SHA-256 over suite name, LF and raw public bytes.

        Why: the keyid in a leaf so fixes the suite as well. Keys of the first suite are named by their bytes
        alone: that was so before there was a second.
        """
        named = public if self.name == DEFAULT else self.name.encode() + b"\n" + public
        return sha256(named).hexdigest()[:KEYID_DIGITS]

    def content_digest(self, body: bytes) -> str:
        """Content-Digest of the coded body (RFC 9530 section 2)."""
        return f"{self.digest}=:{b64(self.hashed(body))}:"

    def sign(self, private: bytes, text: bytes) -> bytes:
        """The signature over the text. Raises: ValueError."""
        return self.signing(private).sign(text)

    def verify(self, public: bytes, signature: bytes, text: bytes) -> bool:
        """Whether the signature over the text is by this key; False as well for what is no key."""
        try:
            self.verifying(public).verify(signature, text)
        except (InvalidSignature, ValueError):
            return False
        return True


def suite(name: str) -> Suite:
    """The suite of this name. Raises: UnknownSuite."""
    found = SUITES.get(name)
    if found is None:
        raise UnknownSuite("no such suite is offered here")
    return found


def offered() -> tuple[str, ...]:
    """Names of all suites that work on this machine, the default first."""
    return tuple(sorted(SUITES, key=lambda name: (name != DEFAULT, name)))


def signature_sizes() -> frozenset[int]:
    """Lengths that a signature of some suite has.  Units: bytes."""
    return frozenset(found.signature_size for found in SUITES.values())


ED25519: Final = Suite(
    name=DEFAULT,
    digest="sha-256",
    hashed=lambda body: sha256(body).digest(),
    signature_size=64,
    fresh=lambda: Ed25519PrivateKey.generate().private_bytes_raw(),
    signing=Ed25519PrivateKey.from_private_bytes,
    public_of=lambda private: Ed25519PrivateKey.from_private_bytes(private).public_key().public_bytes_raw(),
    verifying=Ed25519PublicKey.from_public_bytes,
)

SUITES: Final[dict[str, Suite]] = {ED25519.name: ED25519}
