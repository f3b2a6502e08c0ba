# SPDX-License-Identifier: Apache-2.0
"""A second suite, known to tests alone: other key and signature sizes and another digest than the first."""

from __future__ import annotations

from hashlib import sha512

from cryptography.hazmat.primitives.asymmetric.ed448 import Ed448PrivateKey, Ed448PublicKey

from nadzor_wire.suites import Suite

NAME = "ed448+sha512"
ED448 = Suite(
    name=NAME,
    digest="sha-512",
    hashed=lambda body: sha512(body).digest(),
    signature_size=114,
    fresh=lambda: Ed448PrivateKey.generate().private_bytes_raw(),
    signing=Ed448PrivateKey.from_private_bytes,
    public_of=lambda private: Ed448PrivateKey.from_private_bytes(private).public_key().public_bytes_raw(),
    verifying=Ed448PublicKey.from_public_bytes,
)
