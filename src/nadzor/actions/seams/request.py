# SPDX-License-Identifier: Apache-2.0
"""A request that proves whose it is: signed by the seam's own key over method, address and body.

Method: RFC 9421 with Ed25519 and RFC 9530, no choices left to the sender, as at the gateway's door.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from msgspec import Struct

from nadzor.base.problems import Refusal
from nadzor_wire.base64text import b64, unb64
from nadzor_wire.keys import Ed25519PrivateKey, key_id, signed_by
from nadzor_wire.limits import SIGNATURE_WINDOW_S
from nadzor_wire.signature import content_digest, signature_base

TAG: Final = "nadzor-seam"
COMPONENTS: Final = ("@method", "@target-uri", "content-digest")
_NAMES: Final = " ".join(f'"{name}"' for name in COMPONENTS)
_INPUT: Final = re.compile(
    rf'seam=(?P<params>\({re.escape(_NAMES)}\);created=(?P<created>\d{{1,12}});keyid="(?P<keyid>[0-9a-f]{{16}})"'
    rf';tag="{TAG}")'
)
_SIGNATURE: Final = re.compile(r"seam=:(?P<value>[A-Za-z0-9+/=]{86,90}):")


class Asked(Struct, frozen=True):
    """A request as it came; `target` is rebuilt from the configured address of the portal."""

    method: str
    target: str
    headers: Mapping[str, str]
    body: bytes = b""


class Claim(Struct, frozen=True):
    """What a request says of its signature."""

    keyid: str
    created: int
    params: str
    value: bytes


def sign_request(key: Ed25519PrivateKey, asked: Asked, *, created: int) -> dict[str, str]:
    """The headers with which a programme sends a request."""
    digest = content_digest(asked.body)
    params = f'({_NAMES});created={created};keyid="{key_id(key.public_key())}";tag="{TAG}"'
    base = signature_base(_values(asked, digest), params)
    return {
        **asked.headers,
        "Content-Digest": digest,
        "Signature-Input": f"seam={params}",
        "Signature": f"seam=:{b64(key.sign(base))}:",
    }


def claim_of(asked: Asked, *, now_s: float) -> Claim:
    """The claim of a request whose body is whole and whose time is now.

    Raises: Refusal seam.signature.
    """
    told = {name.lower(): value for name, value in asked.headers.items()}
    found = _INPUT.fullmatch(told.get("signature-input", ""))
    value = _SIGNATURE.fullmatch(told.get("signature", ""))
    if found is None or value is None:
        raise Refusal("seam.signature", why="Signature-Input, Signature")
    if told.get("content-digest") != content_digest(asked.body):
        raise Refusal("seam.signature", why="Content-Digest")
    created = int(found["created"])
    if abs(now_s - created) > SIGNATURE_WINDOW_S:
        raise Refusal("seam.signature", why="created")
    try:
        return Claim(found["keyid"], created, found["params"], unb64(value["value"], size=64))
    except ValueError:
        raise Refusal("seam.signature", why="Signature") from None


def must_be_by(claim: Claim, asked: Asked, *, public: bytes) -> None:
    """Raises: Refusal seam.signature unless this key made the signature."""
    base = signature_base(_values(asked, content_digest(asked.body)), claim.params)
    if not signed_by(public, claim.value, base):
        raise Refusal("seam.signature", why="Signature")


def _values(asked: Asked, digest: str) -> dict[str, str]:
    return dict(zip(COMPONENTS, (asked.method, asked.target, digest), strict=True))
