# SPDX-License-Identifier: Apache-2.0
"""What others hold against the log as it is now: their receipts and the checkpoints they were once shown.

Why: whoever has the log's key can write a history that is whole in itself; only what left the house earlier
shows that it is another one.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import closing

import msgspec

from nadzor.base.problems import Refusal
from nadzor.receipts.tree import Frontier, append
from nadzor_wire.note import Checkpoint, NoteError, open_note, parse_vkey
from nadzor_wire.receipt import Receipt, ReceiptError, decode_receipt, leaf_bytes, verify_receipt

from .fault import Fault
from .reader import STEP, Reader
from .where import Where


class Held(msgspec.Struct, frozen=True):
    """A checkpoint that the log has signed, and the receipt it came with, if any."""

    checkpoint: Checkpoint
    receipt: Receipt | None = None


def parse_held(content: bytes, vkey: str) -> Held:
    """A kept checkpoint (a note) or receipt (JSON), if the log's key signed it.

    Raises: Refusal receipt.not-signed for anything else: it proves nothing against the log.
    """
    try:
        if content.lstrip()[:1] == b"{":
            receipt = decode_receipt(content)
            return Held(verify_receipt(receipt, vkey), receipt)
        checkpoint = Checkpoint.parse(open_note(content.decode(), vkey))
    except (NoteError, ReceiptError, UnicodeDecodeError) as error:
        raise Refusal("receipt.not-signed") from error
    if checkpoint.origin != parse_vkey(vkey).name:
        raise Refusal("receipt.not-signed")
    return Held(checkpoint)


def find_contradictions(place: Where, held: Sequence[Held]) -> list[Fault]:
    """Everything held that the log as it is now contradicts, with the entry where it can be told.

    Method: the tree is made anew from the stored leaves; its stored nodes are believed in nothing.
    Raises: Refusal journal.missing when there is no journal.
    """
    with closing(Reader(place)) as reader, reader.steady():
        return list(_contradictions(reader, held))


def _contradictions(reader: Reader, held: Sequence[Held]) -> Iterator[Fault]:
    size = reader.size()
    roots = _roots(reader, {one.checkpoint.size for one in held if one.checkpoint.size <= size})
    for one in held:
        if one.checkpoint.size > size:
            yield Fault("rolled back", one.checkpoint.size, f"the log has only {size} batches now")
        elif roots[one.checkpoint.size] != one.checkpoint.root:
            yield Fault("other history", one.checkpoint.size, "the log had another root at this size")
        if one.receipt is not None:
            yield from _entry(reader, one.receipt, size)


def _entry(reader: Reader, receipt: Receipt, size: int) -> Iterator[Fault]:
    if receipt.index >= size:
        yield Fault("entry", receipt.index, "is gone")
        return
    try:
        stored = reader.batch(receipt.index).leaf_text
    except Refusal:
        yield Fault("entry", receipt.index, "is gone")
        return
    if stored != leaf_bytes(receipt.leaf):
        names = _differing(stored, receipt)
        yield Fault("entry", receipt.index, f"differs from the receipt: {', '.join(names)}")


def _differing(stored: bytes, receipt: Receipt) -> list[str]:
    """The fields of the leaf that are others now, or the word for a leaf that is none."""
    try:
        leaf = msgspec.json.decode(stored)
        return sorted(name for name in receipt.leaf if leaf.get(name) != receipt.leaf[name]) or ["spelling"]
    except (msgspec.DecodeError, AttributeError):
        return ["everything"]


def _roots(reader: Reader, sizes: set[int]) -> dict[int, bytes]:
    """The root of the tree at each of these sizes."""
    frontier, roots = Frontier(), dict[int, bytes]()
    for size in sorted(sizes):
        while frontier.size < size:
            low, high = frontier.size, min(frontier.size + STEP, size)
            hashes = reader.leaf_hashes(low, high)
            if len(hashes) != high - low:  # a row is missing: no root here is what it was
                return roots | {later: b"" for later in sizes if later >= size}
            frontier = append(frontier, hashes)[0]
        roots[size] = frontier.root
    return roots
