# SPDX-License-Identifier: Apache-2.0
"""Codes that change with the time, as an authenticator on a telephone shows them.

Method: TOTP of RFC 6238 over HOTP of RFC 4226: HMAC-SHA-1, steps of 30 s, six digits, one step either way.
"""

from __future__ import annotations

import base64
import binascii
import hmac
import secrets
from datetime import datetime
from typing import Final
from urllib.parse import quote, urlencode

STEP_S: Final = 30
DIGITS: Final = 6
DRIFT: Final = 1  # steps a telephone's clock may be off to either side
SECRET_BYTES: Final = 20  # as long as the hash, RFC 4226 section 4


def new_secret() -> str:
    """A secret in base 32, as people type it."""
    return base64.b32encode(secrets.token_bytes(SECRET_BYTES)).decode()


def step_of(now: datetime) -> int:
    """The step a moment falls in."""
    return int(now.timestamp()) // STEP_S


def code_of(secret: str, step: int) -> str:
    """The code of a step.

    >>> code_of("GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ", 1)
    '287082'
    """
    key = base64.b32decode(secret, casefold=True)
    digest = hmac.digest(key, step.to_bytes(8, "big"), "sha1")
    start = digest[-1] & 0x0F
    value = int.from_bytes(digest[start : start + 4], "big") & 0x7FFF_FFFF
    return f"{value % 10**DIGITS:0{DIGITS}}"


def accepted_step(secret: str, typed: str, *, now: datetime, after: int = -1) -> int | None:
    """The step whose code was typed, later than the last one used; None for a wrong or a used code.

    Why: a code somebody saw over a shoulder is worth nothing once it was used, nor is any older one.
    """
    said = "".join(typed.split())
    if not (said.isascii() and said.isdigit()):
        return None
    here = step_of(now)
    found = [
        step
        for step in range(here - DRIFT, here + DRIFT + 1)
        if hmac.compare_digest(code_of(secret, step), said)
    ]
    return next((step for step in found if step > after), None)


def is_secret(text: str) -> bool:
    """Whether a text can be a secret at all."""
    try:
        return len(base64.b32decode(text, casefold=True)) == SECRET_BYTES
    except (binascii.Error, ValueError):
        return False


def address(secret: str, *, account: str, issuer: str) -> str:
    """The address that an authenticator reads from a QR code."""
    label = quote(f"{issuer}:{account}", safe="")
    return f"otpauth://totp/{label}?{urlencode({'secret': secret, 'issuer': issuer}, quote_via=quote)}"


def in_fours(secret: str) -> str:
    """A secret as people copy it: in groups of four."""
    return " ".join(secret[place : place + 4] for place in range(0, len(secret), 4))
