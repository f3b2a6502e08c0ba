# SPDX-License-Identifier: Apache-2.0
"""A portal of the state in small: statements, envelopes, keys, a certification authority of its own."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.x509.oid import NameOID, ObjectIdentifier

from nadzor.actions.seams.signer import sign_ed25519
from nadzor_wire.base64text import b64
from tests.filing_samples import FORM, PDF
from tests.register_samples import NOW

KEY = Ed25519PrivateKey.from_private_bytes(b"\x07" * 32)
OTHER_KEY = Ed25519PrivateKey.from_private_bytes(b"\x08" * 32)
PUBLIC = b64(KEY.public_key().public_bytes_raw())
RECEIVED = "2026-11-20T23:59:59+03:00"
INN_LE = ObjectIdentifier("1.2.643.100.4")


def statement(**changes: Any) -> dict[str, Any]:
    """A registration as the portal received it."""
    return {
        "v": 1,
        "external_number": "EPGU-630782-0001",
        "received_at": RECEIVED,
        "service": "630782",
        "procedure": "registration_simplified",
        "applicant": {"inn": "7707083893", "ogrn": "1027700132195"},
        "form": FORM,
        "attachments": [
            {
                "kind": "application",
                "name": "application.pdf",
                "media_type": "application/pdf",
                "sha256": hashlib.sha256(PDF).hexdigest(),
            }
        ],
    } | changes


def envelope(told: dict[str, Any] | bytes, *, key: Any = KEY, files: Any = None, sign: Any = None) -> bytes:
    """The statement's bytes, signed, with the files it names."""
    content = told if isinstance(told, bytes) else msgspec.json.encode(told)
    signature = sign(content) if sign else sign_ed25519(key, content)
    beside = [{"sha256": hashlib.sha256(PDF).hexdigest(), "content": b64(PDF)}] if files is None else files
    return msgspec.json.encode({"v": 1, "statement": b64(content), "signature": signature, "files": beside})


class Authority:
    """A certification authority that lives as long as a test."""

    def __init__(self, name: str = "Test root") -> None:
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.certificate = issue(name, self.key.public_key(), issuer=None, key=self.key, ca=True)

    def signer(self, name: str = "Signer", *, kind: str = "ec", **options: Any) -> tuple[Any, Any]:
        """A key and its certificate under this root."""
        key: Any = (
            ec.generate_private_key(ec.SECP256R1())
            if kind == "ec"
            else rsa.generate_private_key(public_exponent=65537, key_size=2048)
        )
        certificate = issue(name, key.public_key(), issuer=self.certificate, key=self.key, **options)
        return key, certificate


def issue(
    name: str, public: Any, *, issuer: Any, key: Any, ca: bool = False, inn: str = "",
    since: datetime = NOW - timedelta(days=100), days: int = 365, signing: bool = True,
) -> x509.Certificate:  # fmt: skip
    """A certificate; without an issuer its own."""
    names = [x509.NameAttribute(NameOID.COMMON_NAME, name)]
    if inn:
        names.append(x509.NameAttribute(INN_LE, inn))
    subject = x509.Name(names)
    usage = x509.KeyUsage(
        digital_signature=signing, content_commitment=signing, key_encipherment=not signing,
        data_encipherment=False, key_agreement=False, key_cert_sign=ca, crl_sign=ca,
        encipher_only=False, decipher_only=False,
    )  # fmt: skip
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer.subject if issuer else subject)
        .public_key(public)
        .serial_number(x509.random_serial_number())
        .not_valid_before(since.astimezone(UTC))
        .not_valid_after((since + timedelta(days=days)).astimezone(UTC))
        .add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
        .add_extension(usage, critical=True)
        .sign(key, hashes.SHA256())
    )
