# SPDX-License-Identifier: Apache-2.0
"""The text of a rotation, byte by byte, as docs/protocol.md prints it."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from msgspec import structs

from nadzor_wire.base64text import b64
from nadzor_wire.enrolment import Credential
from nadzor_wire.keys import Ed25519PrivateKey, key_id
from nadzor_wire.rotation import NewKey, proved_by_new, rotation_text, sign_rotation, signed_by_present
from nadzor_wire.suites import DEFAULT

PAGE = (Path(__file__).resolve().parents[3] / "docs/protocol.md").read_text("utf-8")
PRESENT = bytes.fromhex(
    "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60"
)  # RFC 8032, TEST 1
NEXT = bytes.fromhex("4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb")  # TEST 2
PORTAL = "https://portal.example"
PUBLIC = Ed25519PrivateKey.from_private_bytes(PRESENT).public_key().public_bytes_raw()
CREDENTIAL = Credential(
    installation="i-00000000abcd",
    device="ai-001",
    keyid=key_id(PUBLIC),
    private=b64(PRESENT),
    gateway="https://intake.example",
    log_vkey="x",
    portal=PORTAL,
    enrolled_at=datetime(2026, 11, 3, tzinfo=UTC),
)
ASK = sign_rotation(CREDENTIAL, NewKey(b64(NEXT), DEFAULT), created=1_793_698_200)


def asks(ask, *, portal=PORTAL):
    """Whether the present key asks."""
    return signed_by_present(ask, portal=portal, public=PUBLIC, suite_name=DEFAULT)


def test_the_page_prints_the_example():
    """Its text and both signatures; whoever follows the page comes to the same bytes."""
    text = rotation_text(ASK, portal=PORTAL)
    assert f"```\n{text.decode()}\n```" in PAGE
    assert f"signature   {ASK.signature}\nproof       {ASK.proof}\n" in PAGE
    assert text.count(b"\n") == 6


def test_the_example_holds():
    """Under both keys; a slash at the end of the address changes nothing."""
    assert asks(ASK) and proved_by_new(ASK, portal=PORTAL) and asks(ASK, portal=PORTAL + "/")


@pytest.mark.parametrize(
    "change",
    [
        {"installation": "i-00000000abce"},
        {"keyid": "0" * 16},
        {"suite": "ed25519+sha256 "},
        {"public_key": b64(PUBLIC)},
        {"created": 1_793_698_201},
        {"signature": ASK.proof, "proof": ASK.signature},
        {"signature": "not base64", "proof": ""},
        {"public_key": "\ud800"},
    ],
    ids=" ".join,
)
def test_any_change_breaks_both_signatures(change):
    """Nothing of the request is outside them, and rubbish is just false."""
    changed = structs.replace(ASK, **change)
    assert not asks(changed) and not proved_by_new(changed, portal=PORTAL)


def test_neither_line_can_be_moved_into_another():
    """A field with a line end inside does not make the same text."""
    shifted = structs.replace(ASK, installation=f"{ASK.installation}\n{ASK.keyid}", keyid=ASK.suite)
    assert rotation_text(shifted, portal=PORTAL) != rotation_text(ASK, portal=PORTAL)
