# SPDX-License-Identifier: Apache-2.0
"""Distinguished encoding rules, as much as a signed message needs; anything looser is refused.  Pure."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from msgspec import Struct

INTEGER: Final = 0x02
OCTETS: Final = 0x04
OID: Final = 0x06
SEQUENCE: Final = 0x30
SET: Final = 0x31
_LONG_MAX: Final = 4  # octets of a length: four are four gigabytes


class DerError(ValueError):
    """Bytes that are not DER, or are another structure than expected."""


class Node(Struct, frozen=True):
    """One element: its tag, what is in it, and all of it as it stood."""

    tag: int
    content: bytes
    whole: bytes

    def children(self) -> list[Node]:
        """The elements inside."""
        return list(_walk(self.content))

    def expect(self, tag: int) -> Node:
        """This element, if it has the tag.

        Raises: DerError.
        """
        if self.tag != tag:
            raise DerError(f"tag {self.tag:#x} where {tag:#x} was expected")
        return self


def parse(data: bytes) -> Node:
    """The one element that these bytes are.

    Raises: DerError for bytes after it, indefinite lengths, or a cut.
    """
    found = list(_walk(data))
    if len(found) != 1:
        raise DerError("not one element")
    return found[0]


def _walk(data: bytes) -> Iterator[Node]:
    at = 0
    while at < len(data):
        start, end = _span(data, at)
        yield Node(data[at], data[start:end], data[at:end])
        at = end


def _span(data: bytes, at: int) -> tuple[int, int]:
    """Where the content of the element begins and ends."""
    if data[at] & 0x1F == 0x1F or at + 1 >= len(data):
        raise DerError("a long tag, or a cut")
    first, start = data[at + 1], at + 2
    length = first
    if first >= 0x80:
        octets = first & 0x7F
        if not 0 < octets <= _LONG_MAX or start + octets > len(data):
            raise DerError("an indefinite or absurd length")
        length = int.from_bytes(data[start : start + octets], "big")
        start += octets
    if start + length > len(data):
        raise DerError("a cut")
    return start, start + length
