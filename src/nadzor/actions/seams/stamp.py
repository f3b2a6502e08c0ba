# SPDX-License-Identifier: Apache-2.0
"""When it was so: a stamp of the house over a digest and a moment; no RFC 3161 stamp, and it says so."""

from __future__ import annotations

from datetime import datetime
from typing import Final, Protocol

import msgspec
from msgspec import Struct

from nadzor.base.problems import Refusal
from nadzor_wire.base64text import b64, unb64
from nadzor_wire.keys import Ed25519PrivateKey, public_bytes, signed_by

_PREFIX: Final = b"nadzor-stamp/1\n"


class Stamp(Struct, frozen=True):
    """What a stamp says."""

    digest: str
    at: datetime
    authority: str
    kind: str = "local, not RFC 3161, not qualified"


class Stamper(Protocol):
    """Says that a digest was there at a moment.

    Why: a qualified time stamp comes from an authority outside; until one is reached, the house says what it
    saw itself.  A stamp is a text that anybody may keep; making one has no effect that could be lost.
    """

    def stamp(self, digest: str, *, now: datetime) -> str:
        """A stamp over a SHA-256, as text."""

    def check(self, token: str, digest: str) -> Stamp:
        """What a stamp over this digest says.

        Raises: Refusal seal.stamp.
        """


class LocalStamper:
    """The house's own stamp, signed with its seal key.

    Method: RFC 8032 over a prefix and the stamp as JSON.
    """

    def __init__(self, authority: str, key: Ed25519PrivateKey) -> None:
        self._authority, self._key = authority, key

    def stamp(self, digest: str, *, now: datetime) -> str:
        """The stamp and its signature, each as base64, with a dot between."""
        told = msgspec.json.encode(Stamp(digest, now, self._authority))
        return f"{b64(told)}.{b64(self._key.sign(_PREFIX + told))}"

    def check(self, token: str, digest: str) -> Stamp:
        """What the stamp says, once its signature and its digest are found right.

        Raises: Refusal seal.stamp.
        """
        head, _, tail = token.partition(".")
        try:
            told, signature = unb64(head), unb64(tail, size=64)
            stamp = msgspec.json.decode(told, type=Stamp)
        except (ValueError, msgspec.DecodeError):
            raise Refusal("seal.stamp") from None
        if stamp.digest != digest or not signed_by(self._public, signature, _PREFIX + told):
            raise Refusal("seal.stamp")
        return stamp

    @property
    def _public(self) -> bytes:
        return public_bytes(self._key.public_key())
