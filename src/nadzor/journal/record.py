# SPDX-License-Identifier: Apache-2.0
"""A stored batch as its readers see it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

import msgspec
from msgspec import Struct

from nadzor.base.problems import Refusal
from nadzor_wire.coding import BatchError, inflate
from nadzor_wire.receipt import Leaf

from .bodies import BodyKeys, Shelf, open_body
from .sheet import Verdicts, parse_verdicts
from .store import Connection

ReadBody = Callable[[int], bytes]


class BatchRecord(Struct, frozen=True, kw_only=True):
    """One row of the log; the body is read, decrypted and inflated only when asked for."""

    index: int
    stream: bytes
    first: int
    last: int
    body_sha256: bytes
    installation: str
    device: str
    site: str
    keyid: str
    received_at: datetime
    month: str
    coding: str
    directory: int
    cum_events: int  # lines stored before this batch
    accepted: int
    rejected: int
    verdicts: Verdicts
    leaf_text: bytes
    keys: BodyKeys | None
    read_sealed: ReadBody

    @property
    def leaf(self) -> Leaf:
        """The fields the log has signed for."""
        leaf: Leaf = msgspec.json.decode(self.leaf_text)
        return leaf

    def coded(self) -> bytes:
        """The body exactly as it was signed.

        Raises: Shredded when its key is gone; Refusal journal.damaged when it is not what was stored.
        """
        if self.keys is None:
            raise Refusal("journal.no-keys")
        cipher = self.keys.finding(Shelf(self.installation, self.month))
        return open_body(cipher, self.read_sealed(self.index), named=self.body_sha256)

    def body(self) -> bytes:
        """The lines of the batch, one event a line; line k has the number first + k.

        Raises: as `coded`.
        """
        try:
            return inflate(self.coded(), coding=self.coding)
        except BatchError as error:
            raise Refusal("journal.damaged", what="body") from error


def record_of(row: tuple[Any, ...], *, keys: BodyKeys | None, read_sealed: ReadBody) -> BatchRecord:
    """The record in a row of `headings`."""
    return BatchRecord(
        index=row[0],
        stream=row[1],
        first=row[2],
        last=row[3],
        body_sha256=row[4],
        installation=row[5],
        device=row[6],
        site=row[7],
        keyid=row[8],
        received_at=datetime.fromisoformat(row[9]),
        month=row[10],
        coding=row[11],
        directory=row[12],
        cum_events=row[13],
        accepted=row[14],
        rejected=row[15],
        verdicts=parse_verdicts(row[16]),
        leaf_text=row[17].encode(),
        keys=keys,
        read_sealed=read_sealed,
    )


def sealed_reader(connection: Connection, statement: str) -> ReadBody:
    """Reads the sealed body at an index."""

    def read(index: int) -> bytes:
        return bytes(connection.execute(statement, (index,)).fetchone()[0])

    return read
