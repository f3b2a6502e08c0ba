# SPDX-License-Identifier: Apache-2.0
"""Canonical JSON bytes (RFC 8785), restricted to what the wire needs: no floats."""

from __future__ import annotations

from collections.abc import Callable
from json.encoder import encode_basestring

from nadzor_wire.limits import INT_MAX

_quote: Callable[[str], str] = (
    encode_basestring  # escapes exactly as ECMAScript does: RFC 8785 section 3.2.2.2
)


class CanonicalError(ValueError):
    """A value that has no canonical form here."""


def canonical(value: object) -> bytes:
    """Canonical bytes of a JSON value.

    Method: RFC 8785: no white space, keys sorted by UTF-16 code units (section 3.2.3), UTF-8.
    Raises: CanonicalError for floats, integers beyond 2**53-1, non-string keys and lone surrogates.
    """
    try:
        return _text(value).encode("utf-8")
    except UnicodeEncodeError:
        raise CanonicalError("lone surrogate") from None
    except RecursionError:
        raise CanonicalError("nested too deep") from None


def _text(value: object) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return _quote(value)
    if isinstance(value, int):
        return _integer(value)
    if isinstance(value, (list, tuple)):
        return "[" + ",".join([_text(item) for item in value]) + "]"
    if isinstance(value, dict):
        return _members(value)
    raise CanonicalError(f"no canonical form for {type(value).__name__}")


def _integer(value: int) -> str:
    if abs(value) > INT_MAX:
        raise CanonicalError("integer beyond 2**53-1")
    return int.__repr__(value)


def _members(value: dict[object, object]) -> str:
    if not all(isinstance(key, str) for key in value):
        raise CanonicalError("a key is not a string")
    keys = sorted((str(key) for key in value), key=_utf16)
    return "{" + ",".join([_quote(key) + ":" + _text(value[key]) for key in keys]) + "}"


def _utf16(key: str) -> bytes:
    return key.encode("utf-16-be")
