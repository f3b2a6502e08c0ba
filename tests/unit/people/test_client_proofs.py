# SPDX-License-Identifier: Apache-2.0
"""How the house proves itself to a provider: each way, checked with the other side's means."""

from __future__ import annotations

import base64
import subprocess
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import jwt
import pytest
from cryptography import x509
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from nadzor.base.problems import Refusal, Text
from nadzor.people.oidc.client_auth import WAYS, Asked, proof_for_asking, proof_for_token
from nadzor.people.oidc.provider import Provider, Secrets
from tests.identity_provider import EC, RSA

NOW: Final = datetime(2026, 11, 23, 9, tzinfo=UTC)
STATE: Final = "7d1f1c8e-2f0a-4b5e-9d53-0f3a5b6c7d8e"


def asked(way: str, key: Any = RSA) -> Asked:
    """A request that needs a proof."""
    provider = Provider(
        issuer="https://idp.example", client_id="our client", client_auth=way, label=Text("к", "p"),
        token_endpoint="https://idp.example/token", scope="openid fullname",
    )  # fmt: skip
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return Asked(provider, Secrets("a secret: with/marks", pem, certificate(key)), STATE, NOW)


def certificate(key: Any) -> bytes:
    """A certificate of our own for a key."""
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "nadzor")])
    made = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    made = made.serial_number(1).not_valid_before(NOW).not_valid_after(NOW + timedelta(hours=1))
    return made.sign(key, SHA256()).public_bytes(Encoding.PEM)


def test_a_secret_goes_by_form_or_by_header():
    """Both parts of the header are encoded first, so that marks in them do no harm."""
    assert proof_for_token(asked("secret_post")).fields == {"client_secret": "a secret: with/marks"}
    header = proof_for_token(asked("secret_basic")).headers["Authorization"]
    told = base64.b64decode(header.removeprefix("Basic ")).decode()
    assert told == "our%20client:a%20secret%3A%20with%2Fmarks"


@pytest.mark.parametrize(("key", "algorithm"), [(RSA, "RS256"), (EC, "ES256")], ids=["rsa", "ec"])
def test_a_key_signs_an_assertion_for_the_token_endpoint_alone(key, algorithm):
    """The provider checks signature, audience and time; no two assertions are the same."""
    one, other = (proof_for_token(asked("private_key_jwt", key)).fields["client_assertion"] for _ in range(2))
    told = jwt.decode(
        one, key.public_key(), [algorithm], audience="https://idp.example/token",
        options={"verify_exp": False, "verify_iat": False},
    )  # fmt: skip
    assert (told["iss"], told["sub"]) == ("our client", "our client")
    assert told["exp"] - told["iat"] == 120 and one != other


def test_an_esia_secret_is_a_detached_signature(tmp_path):
    """OpenSSL finds the signature good for scope, timestamp, client and state, and for nothing else."""
    proof = proof_for_asking(asked("esia_signed"))
    assert proof.fields["timestamp"] == "2026.11.23 12:00:00 +0300"
    signature = base64.urlsafe_b64decode(proof.fields["client_secret"])
    said = f"openid fullname{proof.fields['timestamp']}our client{STATE}".encode()
    (tmp_path / "signature").write_bytes(signature)
    assert said not in signature
    assert [verified(tmp_path, text) for text in (said, said + b"x")] == [True, False]


def verified(folder: Any, text: bytes) -> bool:
    """Whether OpenSSL takes the detached signature for this text."""
    (folder / "text").write_bytes(text)
    command = [
        "openssl",
        "cms",
        "-verify",
        "-inform",
        "DER",
        "-in",
        "signature",
        "-content",
        "text",
        "-noverify",
        "-binary",
    ]
    return subprocess.run(command, cwd=folder, capture_output=True, check=False).returncode == 0


def test_other_ways_add_nothing_to_the_way_there():
    """What is secret goes from server to server."""
    assert [dict(proof_for_asking(asked(way)).fields) for way in WAYS if way != "esia_signed"] == [{}, {}, {}]


@pytest.mark.parametrize("way", sorted(WAYS))
def test_a_missing_key_is_a_matter_of_settings(way):
    """Nobody sees a trace of the library."""
    bare = Asked(asked(way).provider, Secrets(), STATE, NOW)
    with pytest.raises(Refusal, match=r"people\.foreign-settings"):
        proof_for_token(bare)
