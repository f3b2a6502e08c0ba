# SPDX-License-Identifier: Apache-2.0
"""Credentials and base64."""

from __future__ import annotations

import pytest
from msgspec import structs

from nadzor_wire.base64text import b64, unb64
from nadzor_wire.enrolment import CredentialError, new_key, parse_credential
from nadzor_wire.keys import key_id
from tests.stub_gateway import make_credential

CREDENTIAL = make_credential("https://intake.example", "x")


def test_a_credential_survives_its_file():
    """Writing and reading a credential gives the same credential."""
    assert parse_credential(CREDENTIAL.encode()) == CREDENTIAL


def test_the_key_name_belongs_to_the_key():
    """A fresh key's name is derived from its public half."""
    private, public, keyid = new_key()
    assert keyid == key_id(public) and len(unb64(private, size=32)) == 32


def test_a_credential_never_shows_its_key():
    """The private key is not in the text of the object."""
    assert CREDENTIAL.private not in repr(CREDENTIAL)


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"{}",
        b"\xff",
        structs.replace(CREDENTIAL, keyid="0" * 16).encode(),
        structs.replace(CREDENTIAL, private="AAAA").encode(),
        CREDENTIAL.encode().replace(b'"device"', b'"devise"'),
    ],
)
def test_a_spoilt_credential_is_refused(text):
    """A file that is not a credential, or whose key is another's, is refused."""
    with pytest.raises(CredentialError):
        parse_credential(text)


@pytest.mark.parametrize("text", ["A", "AA=", "AA", "AB==", "AA==\n", " AA==", "A-==", "\u0410A=="])
def test_base64_has_one_spelling(text):
    """Missing padding, stray bits, white space and foreign letters are refused."""
    with pytest.raises(ValueError, match="base64"):
        unb64(text)


def test_base64_of_another_size_is_refused():
    """A fixed size is checked."""
    assert unb64(b64(b"abc"), size=3) == b"abc"
    with pytest.raises(ValueError, match="expected 4 bytes"):
        unb64(b64(b"abc"), size=4)
