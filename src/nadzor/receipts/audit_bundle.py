# SPDX-License-Identifier: Apache-2.0
"""Deeds and readings handed over with their proofs: one file that is checked with the audit's key alone.

It proves that every row in it was sealed as it stands, and where; it cannot prove that no row was left out
of what somebody asked for.  Its bytes are canonical JSON (RFC 8785) and one line end.
"""

from __future__ import annotations

from collections import Counter
from typing import Any, Final

import msgspec
from msgspec import Struct

from nadzor_wire.base64text import unb64
from nadzor_wire.canonical import CanonicalError, canonical
from nadzor_wire.cosignature import cosignatures
from nadzor_wire.merkle import ProofError, verify_inclusion
from nadzor_wire.note import Checkpoint, NoteError, open_note

from .audit_leaf import AuditLeaf, hash_of
from .bundle import BundleError

TITLE: Final = "nadzor audit bundle v1"
_STEP: Final = 32  # bytes of one step of a proof


class ProvedRow(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One row: its place in the tree, its leaf, the way up to the root (base64)."""

    index: int
    leaf: AuditLeaf
    proof: tuple[str, ...]


class AuditBundle(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The file.  `asked`: the search it answers; `waiting`: rows that fit and were not sealed yet."""

    title: str = TITLE
    made_at: str
    asked: dict[str, str]
    checkpoint: str
    rows: tuple[ProvedRow, ...]
    waiting: int


class AuditBundleReport(Struct, frozen=True, kw_only=True):
    """What a checked file proves."""

    origin: str
    size: int
    deeds: int
    reads: int
    waiting: int
    witnesses: tuple[str, ...]


def write_audit_bundle(bundle: AuditBundle) -> bytes:
    """The bytes of the file."""
    return canonical(msgspec.to_builtins(bundle)) + b"\n"


def verify_audit_bundle(raw: bytes, vkey: str, *, witnesses: tuple[str, ...] = ()) -> AuditBundleReport:
    """Check signature, every leaf and every proof; `witnesses` must all have cosigned.

    Raises: BundleError naming the field that does not hold.
    """
    bundle = _decoded(raw)
    shown = _checkpoint(bundle.checkpoint, vkey)
    signed = {one.name for one in cosignatures(bundle.checkpoint, witnesses)}
    if len(signed) < len(set(witnesses)):
        raise BundleError("checkpoint", "a witness has not signed it")
    for place, row in enumerate(bundle.rows):
        _check(row, shown, where=f"rows[{place}]")
    kinds = Counter(row.leaf.kind for row in bundle.rows)
    return AuditBundleReport(
        origin=shown.origin, size=shown.size, deeds=kinds["deed"], reads=kinds["read"],
        waiting=bundle.waiting, witnesses=tuple(sorted(signed)),
    )  # fmt: skip


def _decoded(raw: bytes) -> AuditBundle:
    try:
        told: Any = msgspec.json.decode(raw)
        if not isinstance(told, dict) or canonical(told) + b"\n" != raw:
            raise BundleError("file", "is not canonical JSON")
        bundle = msgspec.convert(told, AuditBundle)
    except msgspec.ValidationError as bad:
        raise BundleError("file", str(bad)) from None
    except (msgspec.DecodeError, CanonicalError, UnicodeDecodeError, RecursionError):
        raise BundleError("file", "is not canonical JSON") from None
    if bundle.title != TITLE:
        raise BundleError("title", "is no audit bundle")
    return bundle


def _checkpoint(note: str, vkey: str) -> Checkpoint:
    try:
        return Checkpoint.parse(open_note(note, vkey))
    except NoteError as bad:
        raise BundleError("checkpoint", str(bad)) from None


def _check(row: ProvedRow, shown: Checkpoint, *, where: str) -> None:
    """The leaf is in the tree, at that place."""
    try:
        steps = [unb64(step, size=_STEP) for step in row.proof]
        verify_inclusion(hash_of(row.leaf), row.index, shown.size, steps, shown.root)
    except (ProofError, CanonicalError, ValueError) as bad:
        raise BundleError(where, str(bad)) from None
