# SPDX-License-Identifier: Apache-2.0
"""An entry made ready to be written: its leaf, its verdicts as text, its body sealed."""

from __future__ import annotations

from datetime import UTC, datetime

import msgspec
from msgspec import Struct

from nadzor.base.clock import MOSCOW
from nadzor_wire.base64text import b64
from nadzor_wire.canonical import canonical
from nadzor_wire.merkle import leaf_hash
from nadzor_wire.receipt import LEAF_VERSION, Leaf, Verdict, verdicts_digest

from .bodies import BodyKeys, Shelf, seal_body
from .entry import Entry


class Sheet(Struct, frozen=True):
    """One entry, ready."""

    entry: Entry
    received_at: str
    month: str
    verdicts: str
    leaf: bytes
    hash: bytes
    sealed: bytes


class Verdicts(Struct, frozen=True, forbid_unknown_fields=True):
    """What the row keeps of a judgement; their digest is in the leaf."""

    flagged: tuple[Verdict, ...] = ()
    rejected: tuple[Verdict, ...] = ()


_sorted = msgspec.json.Encoder(order="sorted").encode
NO_VERDICTS = canonical({"flagged": [], "rejected": []}).decode()
_read_verdicts = msgspec.json.Decoder(Verdicts)
_NO_DIGEST = verdicts_digest([])


def prepare(entry: Entry, keys: BodyKeys) -> Sheet:
    """The entry with everything that can be made before the write transaction.

    Durability: the body's key is on disk when this returns.
    """
    received_at = moment_text(entry.received_at)
    month = receipt_month(entry.received_at)
    leaf = encode_leaf(leaf_of(entry, received_at))
    cipher = keys.making(Shelf(entry.installation, month))
    sealed = seal_body(cipher, entry.coded, named=entry.body_sha256)
    return Sheet(entry, received_at, month, verdicts_text(entry), leaf, leaf_hash(leaf), sealed)


def leaf_of(entry: Entry, received_at: str) -> Leaf:
    """The fields that the log signs for."""
    return {
        "v": LEAF_VERSION,
        "salt": b64(entry.salt),
        "device": entry.device,
        "installation": entry.installation,
        "site": entry.site,
        "stream": b64(entry.header.stream),
        "first": entry.header.first,
        "last": entry.header.last,
        "prev": b64(entry.header.prev),
        "body": b64(entry.body_sha256),
        "base": b64(entry.base),
        "signature": b64(entry.signature),
        "keyid": entry.keyid,
        "received_at": received_at,
        "verdicts": digest_of(entry.rejected, entry.flagged),
        "directory": entry.directory,
    }


def encode_leaf(leaf: Leaf) -> bytes:
    """The same bytes as `nadzor_wire.receipt.leaf_bytes`, ten times sooner.

    Why: our own leaves have no text that RFC 8785 and msgspec spell differently; a test compares them.
    """
    return _sorted(leaf)


def digest_of(rejected: tuple[Verdict, ...], flagged: tuple[Verdict, ...]) -> str:
    """The digest over all verdicts of a batch; most have none."""
    return verdicts_digest([*rejected, *flagged]) if rejected or flagged else _NO_DIGEST


def verdicts_text(entry: Entry) -> str:
    """The verdicts as the row keeps them."""
    if not entry.rejected and not entry.flagged:
        return NO_VERDICTS
    return canonical(msgspec.to_builtins(Verdicts(entry.flagged, entry.rejected))).decode()


def parse_verdicts(text: str) -> Verdicts:
    """The verdicts in a row.

    Raises: msgspec.DecodeError when the row was damaged.
    """
    return _read_verdicts.decode(text)


def moment_text(moment: datetime) -> str:
    """RFC 3339 in UTC with microseconds: one spelling, so that texts sort as moments do."""
    return moment.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def receipt_month(moment: datetime) -> str:
    """The month of receipt on the legal calendar."""
    there = moment.astimezone(MOSCOW)
    return f"{there.year:04}-{there.month:02}"
