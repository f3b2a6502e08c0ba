# SPDX-License-Identifier: Apache-2.0
"""Recovery codes for the day the telephone is lost; each opens once, only their hashes are kept."""

from __future__ import annotations

import base64
import hmac
import secrets
from collections.abc import Sequence
from typing import Final

COUNT: Final = 10
BYTES: Final = 10  # 80 bits: nobody guesses one, and its hash needs no slow function
_PURPOSE: Final = b"recovery code\0"


def new_codes() -> tuple[str, ...]:
    """Fresh codes as they are shown, once."""
    return tuple(_shown(secrets.token_bytes(BYTES)) for _ in range(COUNT))


def kept(code: str, key: bytes) -> str:
    """What is kept of a code: its keyed hash, whatever spaces, dashes and case it was typed in."""
    plain = "".join(letter for letter in code.upper() if letter.isalnum())
    return hmac.new(key, _PURPOSE + plain.encode(), "sha256").hexdigest()


def used_place(typed: str, hashes: Sequence[str], key: bytes) -> int | None:
    """Which of the kept hashes a typed code has; every one is compared, whichever it is."""
    said = kept(typed, key)
    found = [place for place, one in enumerate(hashes) if hmac.compare_digest(one, said)]
    return found[0] if found else None


def _shown(raw: bytes) -> str:
    text = base64.b32encode(raw).decode().lower()
    return "-".join(text[place : place + 4] for place in range(0, len(text), 4))
