# SPDX-License-Identifier: Apache-2.0
"""Who signed: the seam behind which a signature is made and checked, and the default one, Ed25519."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Final, Protocol

from msgspec import Meta, Struct

from nadzor.base.problems import Refusal
from nadzor_wire.base64text import b64, unb64
from nadzor_wire.keys import Ed25519PrivateKey, key_id, public_bytes, signed_by

_PREFIX: Final = b"nadzor-seal/1\n"  # so that a seal is never taken for another signature of the same key


class Signature(Struct, frozen=True, kw_only=True):
    """A detached signature: its suite, its bytes, and the public key or certificates it is checked with."""

    suite: Annotated[str, Meta(max_length=60, description="ed25519 or cms")]
    value: Annotated[str, Meta(max_length=65_536, description="base64: 64 bytes, or a detached CMS in DER")]
    certificate: Annotated[str, Meta(max_length=200, description="ed25519: the public key, base64")] = ""


class Verified(Struct, frozen=True):
    """Who signed, and whether the law would call it qualified; `inn` when the signer's is known."""

    signer: str
    suite: str
    qualified: bool
    inn: str = ""


class Signer(Protocol):
    """Makes and checks detached signatures of one suite.

    Why: a qualified signature needs a certified provider, which is chosen by whoever runs the house.  Both
    methods are pure but for the keys they hold, may be called from any thread, and are not retried; a suite
    whose provider is absent is not offered at all, rather than half.
    """

    @property
    def suite(self) -> str:
        """The suite's name, as signatures carry it."""

    def sign(self, content: bytes) -> Signature:
        """A signature of the house over these bytes.

        Raises: Refusal seal.no-key when this suite can only check.
        """

    def verify(self, content: bytes, signature: Signature, *, at: datetime) -> Verified:
        """Who signed these bytes.

        Raises: Refusal seal.invalid, seal.unknown-signer, seal.untrusted, seal.suite.
        """


class Ed25519Signer:
    """Keys that the house knows by name; never qualified.

    Method: RFC 8032 over a prefix and the content.
    """

    suite = "ed25519"

    def __init__(self, name: str, key: Ed25519PrivateKey, known: Mapping[str, tuple[str, bytes]]) -> None:
        self._name, self._key = name, key
        public = public_bytes(key.public_key())
        self._known = {**known, key_id(public): (name, public)}

    def sign(self, content: bytes) -> Signature:
        """The house's own signature."""
        return sign_ed25519(self._key, content)

    def verify(self, content: bytes, signature: Signature, *, at: datetime) -> Verified:
        """The known key that signed.

        Raises: Refusal seal.invalid, seal.unknown-signer.
        """
        try:
            value, public = unb64(signature.value, size=64), unb64(signature.certificate, size=32)
        except ValueError:
            raise Refusal("seal.invalid", at="$.signature") from None
        if key_id(public) not in self._known:
            raise Refusal("seal.unknown-signer", at="$.signature.certificate", keyid=key_id(public))
        name, known = self._known[key_id(public)]
        if not signed_by(known, value, _PREFIX + content):
            raise Refusal("seal.invalid", at="$.signature")
        return Verified(name, self.suite, qualified=False)


def sign_ed25519(key: Ed25519PrivateKey, content: bytes) -> Signature:
    """A seal over these bytes by any key: what a portal's own programme makes."""
    public = public_bytes(key.public_key())
    return Signature(suite="ed25519", value=b64(key.sign(_PREFIX + content)), certificate=b64(public))
