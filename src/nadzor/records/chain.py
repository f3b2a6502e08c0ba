# SPDX-License-Identifier: Apache-2.0
"""The audit chain's arithmetic: each entry is bound to the one before it.  Pure."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any, Final

import msgspec
from msgspec import Struct

GENESIS: Final = "0" * 64


class Link(Struct, frozen=True):
    """One deed with its place in the chain."""

    seq: int
    at: datetime
    verb: str
    object: str
    by: str
    because: str
    facts: dict[str, Any]
    prev: str


class Break(Struct, frozen=True):
    """Where a chain does not hold, and how."""

    seq: int
    what: str  # "gap", "prev" or "entry"


def entry_hash(link: Link) -> str:
    """SHA-256 of a deed and of the hash before it.

    Why: a changed, inserted or removed deed changes every later hash; a stored last hash shows a cut tail.
    """
    return hashlib.sha256(entry_text(link)).hexdigest()


def entry_text(link: Link) -> bytes:
    """The one spelling of a deed, whose SHA-256 is its hash."""
    told = msgspec.structs.replace(link, at=link.at.astimezone(UTC))
    return msgspec.json.encode(told, order="deterministic")


def breaks(entries: Iterable[tuple[Link, str]]) -> list[Break]:
    """Every place where a chain of (deed, stored hash) fails."""
    found: list[Break] = []
    seq, prev = 0, GENESIS
    for link, stored in entries:
        if link.seq != seq + 1:
            found.append(Break(link.seq, "gap"))
        if link.prev != prev:
            found.append(Break(link.seq, "prev"))
        if entry_hash(link) != stored:
            found.append(Break(link.seq, "entry"))
        seq, prev = link.seq, stored
    return found
