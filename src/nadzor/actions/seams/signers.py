# SPDX-License-Identifier: Apache-2.0
"""The signers that this house offers, from the keys and roots that lie in its data directory.

`keys/trust/*.pem` are roots whose certificates are believed, `keys/trust/qualified/*.pem` those declared
accredited; `keys/seal-cms.pem` (key and certificate) lets the house itself sign by CMS.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from nadzor.actions.seams.cms import CmsSigner, Own, Trust
from nadzor.actions.seams.seam_keys import known_keys
from nadzor.actions.seams.signer import Ed25519Signer, Signature, Signer
from nadzor.actions.seams.stamp import LocalStamper
from nadzor.base.home import Home
from nadzor.base.problems import Refusal

OWN: Final = "seal-cms.pem"


def signers(home: Home) -> Mapping[str, Signer]:
    """Every suite that is offered here, by name."""
    name, key = home.seal_key()
    cms = CmsSigner(Trust(_roots(home.keys / "trust"), _roots(home.keys / "trust" / "qualified")), _own(home))
    return {"ed25519": Ed25519Signer(name, key, known_keys()), "cms": cms}


def signer_of(home: Home, suite: str) -> Signer:
    """The signer of a suite.

    Raises: Refusal seal.suite.
    """
    offered = signers(home)
    if suite not in offered:
        raise Refusal("seal.suite", at="$.signature.suite", suite=suite[:40], offered=", ".join(offered))
    return offered[suite]


def signer_for(home: Home, signature: Signature) -> Signer:
    """The signer that can check this signature.

    Raises: Refusal seal.suite.
    """
    return signer_of(home, signature.suite)


def stamper(home: Home) -> LocalStamper:
    """The house's own time stamp."""
    return LocalStamper(*home.seal_key())


def _roots(folder: Path) -> tuple[x509.Certificate, ...]:
    found: list[x509.Certificate] = []
    for page in sorted(folder.glob("*.pem")):
        try:
            found += x509.load_pem_x509_certificates(page.read_bytes())
        except ValueError as error:
            raise Refusal("home.damaged", file=f"keys/trust/{page.name}") from error
    return tuple(found)


def _own(home: Home) -> Own | None:
    page = home.keys / OWN
    if not page.exists():
        return None
    content = page.read_bytes()
    try:
        key = load_pem_private_key(content, None)
        certificate = x509.load_pem_x509_certificate(content)
    except (ValueError, TypeError) as error:
        raise Refusal("home.damaged", file=f"keys/{OWN}") from error
    if not isinstance(key, rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey):
        raise Refusal("home.damaged", file=f"keys/{OWN}")
    return Own(certificate, key)
