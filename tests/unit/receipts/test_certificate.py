# SPDX-License-Identifier: Apache-2.0
"""A certificate is what the house signed, or it is none."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from nadzor.base.problems import Refusal
from nadzor.receipts.certificate import TransmissionCertificate, open_certificate, seal_certificate
from nadzor_wire.note import sign_note, vkey

NAME, KEY = "test/log-gate", Ed25519PrivateKey.from_private_bytes(bytes(32))
VKEY = vkey(NAME, KEY.public_key())
TOLD = TransmissionCertificate(
    number="2026-000001", device="ai-901", version="1.0", installation="i-1",
    at=datetime(2026, 11, 22, 9, 0, tzinfo=UTC), passed=True, checks={"signed": "passed"},
    digest="ab" * 32, log="test/log-sandbox", size=7,
)  # fmt: skip


def test_what_was_sealed_is_what_is_opened():
    """Under the house's key, and without anything else."""
    assert open_certificate(seal_certificate(TOLD, name=NAME, key=KEY), VKEY) == TOLD


@pytest.mark.parametrize(
    "spoil",
    [
        lambda note: note.replace('"passed":true', '"passed":false'),
        lambda note: note.replace("ai-901", "ai-902"),
        lambda note: note.replace("\n\n", "\n"),
        lambda note: "",
        lambda note: sign_note("test/log\n7\nAAAA\n", NAME, KEY),
        lambda note: sign_note("nadzor certificate of transmission v1\n{}\n", NAME, KEY),
        lambda note: sign_note(note.split("\n\n")[0].replace(" v1", " v2") + "\n", NAME, KEY),
    ],
)
def test_anything_else_is_no_certificate(spoil):
    """A changed word, another kind of note, an empty file: all refused alike."""
    with pytest.raises(Refusal, match=r"certificate\.invalid"):
        open_certificate(spoil(seal_certificate(TOLD, name=NAME, key=KEY)), VKEY)


def test_another_houses_key_opens_nothing():
    """The key is the house's own."""
    other = Ed25519PrivateKey.from_private_bytes(bytes([1] * 32))
    with pytest.raises(Refusal, match=r"certificate\.invalid"):
        open_certificate(seal_certificate(TOLD, name=NAME, key=KEY), vkey(NAME, other.public_key()))
