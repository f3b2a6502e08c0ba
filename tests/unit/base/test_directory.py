# SPDX-License-Identifier: Apache-2.0
"""The signed key directory: sealed by the register, believed by the gateway while fresh."""

from __future__ import annotations

import base64
from datetime import UTC, datetime, timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from nadzor.base.directory import (
    VALID_S,
    Entry,
    KeyEntry,
    fresh,
    holders,
    issue,
    key_in_time,
    open_directory,
    seal_directory,
)
from nadzor.base.problems import Refusal

PRIVATE = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
PUBLIC = base64.b64encode(PRIVATE.public_key().public_bytes_raw()).decode()
NOW = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
KEY = KeyEntry(public=PUBLIC, not_before=NOW)
DIRECTORY = issue(
    7, {"i-00000000abcd": Entry(device="ai-001", site="s-1", findings=("nodule",), keys={"k1": KEY})}, now=NOW
)


def test_what_was_sealed_is_opened():
    """Every field comes back, and two seals of one directory are the same bytes."""
    sealed = seal_directory(DIRECTORY, PRIVATE)
    assert open_directory(sealed, PUBLIC) == DIRECTORY
    assert seal_directory(DIRECTORY, PRIVATE) == sealed


@pytest.mark.parametrize(
    "spoil",
    [
        lambda sealed: sealed.replace(b"ai-001", b"ai-002"),
        lambda sealed: sealed[:-4],
        lambda sealed: b"",
        lambda sealed: b"\xff\xfe",
        lambda sealed: sealed.replace(b'"signature":"', b'"signature":"AAAA'),
        lambda sealed: sealed.replace(b'"v":1', b'"v":1,"more":2'),
    ],
    ids=["changed", "cut", "empty", "not text", "other signature", "unknown field"],
)
def test_anything_the_key_did_not_sign_is_refused(spoil):
    """A changed, cut or foreign file is not a directory."""
    with pytest.raises(Refusal) as refused:
        open_directory(spoil(seal_directory(DIRECTORY, PRIVATE)), PUBLIC)
    assert refused.value.code == "directory.invalid"


def test_another_key_is_refused():
    """A directory sealed by a stranger is not ours."""
    stranger = Ed25519PrivateKey.from_private_bytes(bytes(32))
    with pytest.raises(Refusal):
        open_directory(seal_directory(DIRECTORY, stranger), PUBLIC)


def test_a_directory_is_fresh_for_a_minute():
    """It is believed from its issue up to, not including, the end of its validity; never from the future."""
    assert fresh(DIRECTORY, NOW)
    assert fresh(DIRECTORY, NOW + timedelta(seconds=VALID_S, microseconds=-1))
    assert not fresh(DIRECTORY, NOW + timedelta(seconds=VALID_S))
    assert not fresh(DIRECTORY, NOW - timedelta(hours=1))


def test_a_key_leads_to_its_holder():
    """A keyid names the installation, the entry and the key."""
    found = holders(DIRECTORY)["k1"]
    assert (found.installation, found.entry.device, found.key) == ("i-00000000abcd", "ai-001", KEY)


def test_a_key_signs_only_in_its_time():
    """Not before it begins, not at or after its end, not at or after its revocation."""
    later = NOW + timedelta(days=1)
    assert key_in_time(KEY, NOW)
    assert not key_in_time(KEY, NOW - timedelta(seconds=1))
    assert not key_in_time(KeyEntry(public=PUBLIC, not_before=NOW, not_after=later), later)
    assert not key_in_time(KeyEntry(public=PUBLIC, not_before=NOW, revoked_at=later), later)
    assert key_in_time(KeyEntry(public=PUBLIC, not_before=NOW, revoked_at=later), NOW)
