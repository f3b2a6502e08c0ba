# SPDX-License-Identifier: Apache-2.0
"""Proofs of an append-only log, against published cases and against the recursive definition."""

from __future__ import annotations

import json
from base64 import b64decode
from hashlib import sha256

import pytest

from nadzor_wire.merkle import EMPTY_ROOT, ProofError, leaf_hash, verify_consistency, verify_inclusion
from tests.shared import SHARED
from tests.stub_gateway import growth_of, path_of, root_of

MERKLE = SHARED / "truth" / "merkle"


def published(name):
    """Cases of one published file."""
    path = MERKLE / name
    if not path.exists():
        pytest.skip("the published Merkle cases are not here")
    return json.loads(path.read_text())


def accepts(check):
    """Whether a check passes; malformed base64 counts as a refusal."""
    try:
        return check()
    except (ProofError, ValueError):
        return False


def test_published_inclusion_cases():
    """Every published inclusion case is accepted or refused as its author says."""
    cases = published("inclusion.json")
    wrong = [
        case["case"]
        for case in cases
        if case["wantErr"]
        is accepts(
            lambda case=case: verify_inclusion(
                b64decode(case["leafHash"] or ""),
                case["leafIdx"],
                case["treeSize"],
                [b64decode(step) for step in case["proof"] or []],
                b64decode(case["root"] or ""),
            )
        )
    ]
    assert cases and wrong == []


def test_published_consistency_cases():
    """Every published consistency case is accepted or refused as its author says."""
    cases = published("consistency.json")
    wrong = [
        case["case"]
        for case in cases
        if case["wantErr"]
        is accepts(
            lambda case=case: verify_consistency(
                case["size1"],
                case["size2"],
                [b64decode(step) for step in case["proof"] or []],
                b64decode(case["root1"] or ""),
                b64decode(case["root2"] or ""),
            )
        )
    ]
    assert cases and wrong == []


HASHES = [leaf_hash(bytes([number])) for number in range(40)]


@pytest.mark.parametrize("size", range(1, 41))
def test_every_leaf_of_small_trees_is_proved(size):
    """The path of the recursive definition proves each leaf, and no other."""
    hashes, root = HASHES[:size], root_of(HASHES[:size])
    for index in range(size):
        path = path_of(index, hashes)
        assert verify_inclusion(hashes[index], index, size, path, root)
        assert not accepts(lambda i=index, p=path: verify_inclusion(HASHES[(i + 1) % 40], i, size, p, root))


@pytest.mark.parametrize("size", range(1, 41))
def test_every_growth_of_small_trees_is_proved(size):
    """The path of the recursive definition proves growth from every smaller size."""
    hashes, root = HASHES[:size], root_of(HASHES[:size])
    for old in range(1, size + 1):
        path = growth_of(old, hashes)
        assert verify_consistency(old, size, path, root_of(HASHES[:old]), root)
        assert not accepts(lambda o=old, p=path: verify_consistency(o, size, p, EMPTY_ROOT, root))


def test_hashes_of_rfc_9162():
    """The empty tree and the empty leaf hash as the standard defines them."""
    assert EMPTY_ROOT.hex() == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    assert leaf_hash(b"") == sha256(b"\x00").digest()


def test_hashes_of_wrong_length_are_refused():
    """A step that is not 32 bytes cannot be part of a proof."""
    with pytest.raises(ProofError):
        verify_inclusion(HASHES[0], 0, 2, [b"short"], root_of(HASHES[:2]))
