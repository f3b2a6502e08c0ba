# SPDX-License-Identifier: Apache-2.0
"""Merkle proofs as bare figures, JSON in: an expert checks one without a log, a note or a leaf of ours.

The fields are those of the public proof cases of transparency-dev/merkle; hashes are base64.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any, Final

import msgspec
from msgspec import Meta, Struct

from nadzor.base.problems import Refusal
from nadzor_wire.merkle import EMPTY_ROOT, ProofError, verify_consistency, verify_inclusion

Size = Annotated[int, Meta(ge=0)]


class Inclusion(Struct, frozen=True, kw_only=True, rename="camel"):
    """That the leaf stands at this index of the tree of so many leaves."""

    leaf_idx: Size
    tree_size: Size
    root: bytes
    leaf_hash: bytes
    proof: tuple[bytes, ...] | None = None


class Consistency(Struct, frozen=True, kw_only=True):
    """That the second tree only appends to the first."""

    size1: Size
    size2: Size
    root1: bytes
    root2: bytes
    proof: tuple[bytes, ...] | None = None


class Held(Struct, frozen=True):
    """Whether the proof holds."""

    ok: bool


class Proof(Struct, frozen=True):
    """A kind of proof that can be asked for by name."""

    name: str
    what: str
    figures: type[Struct]
    holds: Callable[[Any], bool]


def check_case(name: str, raw: bytes) -> Held:
    """Whether the proof written as JSON holds; a proof of anything else does not.

    Raises: Refusal `calc.malformed` for figures that are no proof at all.
    """
    proof = PROOFS[name]
    try:
        case = msgspec.json.decode(raw, type=proof.figures)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise Refusal("calc.malformed", at=name, reason=str(error)) from error
    try:
        return Held(proof.holds(case))
    except ProofError:
        return Held(False)


def case_schema(name: str) -> dict[str, Any]:
    """The JSON Schema of a proof's figures."""
    return msgspec.json.schema(PROOFS[name].figures)


def answer_case_schema() -> dict[str, Any]:
    """The JSON Schema of what is said of a proof."""
    return msgspec.json.schema(Held)


def _inclusion(case: Inclusion) -> bool:
    return verify_inclusion(case.leaf_hash, case.leaf_idx, case.tree_size, case.proof or (), case.root)


def _consistency(case: Consistency) -> bool:
    """Method: RFC 9162 section 2.1.4.2; two empty trees are one tree, though no log proves it."""
    if case.size1 == case.size2 == 0:
        return not case.proof and case.root1 == case.root2 == EMPTY_ROOT
    return verify_consistency(case.size1, case.size2, case.proof or (), case.root1, case.root2)


PROOFS: Final = {
    proof.name: proof
    for proof in (
        Proof("merkle-inclusion", "Proof that a leaf is in a tree (RFC 9162)", Inclusion, _inclusion),
        Proof("merkle-consistency", "Proof that a tree only grew (RFC 9162)", Consistency, _consistency),
    )
}
"""What `nadzor calc` can check besides statistics."""
