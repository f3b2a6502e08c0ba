# SPDX-License-Identifier: Apache-2.0
"""Asking for a new key: one text, signed by the present key and by the new one.

Why a text of its own: what signs here can sign nothing else. A signature base of a batch begins with
`"@method"`, this text with its context; so neither can ever be taken for the other.
"""

from __future__ import annotations

from msgspec import Struct

from nadzor_wire.base64text import b64, unb64
from nadzor_wire.enrolment import Credential
from nadzor_wire.suites import UnknownSuite, suite

CONTEXT = "nadzor-rotate-v1"
PATH = "/api/v1/rotate"


class NewKey(Struct, frozen=True):
    """A key that was made at the device and waits to be known: base64 of its private half, and its suite."""

    private: str
    suite: str

    def public(self) -> bytes:
        """The raw bytes of its public half. Raises: UnknownSuite, or ValueError for what is no key."""
        return suite(self.suite).public_of(unb64(self.private))

    def keyid(self) -> str:
        """Its name."""
        return suite(self.suite).keyid_of(self.public())


class RotationAsk(Struct, frozen=True, forbid_unknown_fields=True):
    """The body of a rotation: who asks, the new public key, and both signatures (base64)."""

    installation: str
    keyid: str  # the present key
    suite: str  # of the new key
    public_key: str  # base64
    created: int  # seconds since 1970
    signature: str  # by the present key
    proof: str  # by the new key: nobody enters a key that is not theirs


def rotation_text(ask: RotationAsk, *, portal: str) -> bytes:
    """The bytes that both keys sign: seven lines joined by LF, none after the last."""
    lines = (
        CONTEXT,
        portal.rstrip("/") + PATH,
        ask.installation,
        ask.keyid,
        ask.suite,
        ask.public_key,
        str(ask.created),
    )
    return "\n".join(lines).encode("utf-8", "surrogatepass")


def sign_rotation(credential: Credential, new: NewKey, *, created: int) -> RotationAsk:
    """The request of an installation for a new key. Raises: UnknownSuite, ValueError."""
    bare = RotationAsk(
        installation=credential.installation,
        keyid=credential.keyid,
        suite=new.suite,
        public_key=b64(new.public()),
        created=created,
        signature="",
        proof="",
    )
    text = rotation_text(bare, portal=credential.portal)
    proof = suite(new.suite).sign(unb64(new.private), text)
    return RotationAsk(
        installation=bare.installation,
        keyid=bare.keyid,
        suite=bare.suite,
        public_key=bare.public_key,
        created=created,
        signature=b64(credential.key().sign(text)),
        proof=b64(proof),
    )


def signed_by_present(ask: RotationAsk, *, portal: str, public: bytes, suite_name: str) -> bool:
    """Whether the present key, of this suite, asks."""
    return _holds(ask.signature, rotation_text(ask, portal=portal), public, suite_name)


def proved_by_new(ask: RotationAsk, *, portal: str) -> bool:
    """Whether whoever asks holds the new key."""
    try:
        public = unb64(ask.public_key)
    except ValueError:
        return False
    return _holds(ask.proof, rotation_text(ask, portal=portal), public, ask.suite)


def _holds(signature: str, text: bytes, public: bytes, suite_name: str) -> bool:
    try:
        return suite(suite_name).verify(public, unb64(signature), text)
    except (UnknownSuite, ValueError):
        return False
