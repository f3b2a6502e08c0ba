# SPDX-License-Identifier: Apache-2.0
"""What the journal is given, and what it answers."""

from __future__ import annotations

import os
from datetime import datetime
from typing import Final, TypeAlias

from msgspec import Struct, field

from nadzor_wire.batch import BatchHeader
from nadzor_wire.receipt import Verdict

SALT_BYTES: Final = 16  # so that nobody can guess a leaf from its hash


def new_salt() -> bytes:
    """Fresh random bytes from the operating system."""
    return os.urandom(SALT_BYTES)


class Declared(Struct, frozen=True):
    """A maker's own declaration that numbers of the stream will never arrive."""

    first: int
    last: int
    code: str


class Entry(Struct, frozen=True, kw_only=True):
    """One judged batch: who sent it, what exactly was signed, and the fate of every event in it."""

    installation: str
    device: str
    site: str
    keyid: str
    header: BatchHeader
    coded: bytes  # the body as signed, still in its content coding
    coding: str
    body_sha256: bytes
    base: bytes  # the signature base, as verified
    signature: bytes
    received_at: datetime
    directory: int  # serial of the key directory that judged it
    rejected: tuple[Verdict, ...] = ()
    shapes: tuple[str, ...] = ()  # of the rejected events, in the same order: types, never values
    flagged: tuple[Verdict, ...] = ()
    lost: tuple[Declared, ...] = ()
    salt: bytes = field(default_factory=new_salt)

    @property
    def accepted(self) -> int:
        """Number of events that count."""
        return self.header.count - len(self.rejected)


class RefusalNote(Struct, frozen=True, kw_only=True):
    """A whole batch refused: its digest, why, where; never what it held."""

    at: datetime
    code: str
    digest: str = ""
    seq: int | None = None
    place: str | None = None
    keyid: str | None = None


class Stored(Struct, frozen=True, kw_only=True):
    """The batch is durable and in the tree: everything a receipt and an answer need."""

    index: int
    leaf: bytes  # canonical JSON
    body_sha256: bytes
    checkpoint: str
    proof: list[str]
    expected_seq: int
    accepted: int
    rejected: tuple[Verdict, ...]
    flagged: tuple[Verdict, ...]


class Repeated(Stored, frozen=True, kw_only=True):
    """The batch was stored before: the leaf and index of then, a proof of now."""


class Conflict(Struct, frozen=True):
    """Some of its numbers are taken by other bytes."""

    expected_seq: int


class Foreign(Struct, frozen=True):
    """The stream belongs to another installation."""


Outcome: TypeAlias = Stored | Repeated | Conflict | Foreign
