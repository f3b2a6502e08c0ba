# SPDX-License-Identifier: Apache-2.0
"""Bytes as base64 text, one text per value: padding bits and foreign characters are refused."""

from __future__ import annotations

from base64 import b64encode as _encode
from binascii import Error, a2b_base64


def b64(data: bytes) -> str:
    """Standard base64 with padding (RFC 4648 section 4)."""
    return _encode(data).decode("ascii")


def unb64(text: str, *, size: int | None = None) -> bytes:
    """Bytes of canonical base64, of exactly `size` bytes if given.

    Raises: ValueError if the text is not the one canonical encoding of its bytes.
    """
    try:
        data = a2b_base64(text.encode("ascii"), strict_mode=True)
    except (Error, UnicodeEncodeError):
        raise ValueError("not base64") from None
    if b64(data) != text:
        raise ValueError("not canonical base64")
    if size is not None and len(data) != size:
        raise ValueError(f"expected {size} bytes")
    return data
