# SPDX-License-Identifier: Apache-2.0
"""Detached CMS signatures with X.509 certificates: the seam behind which qualified signatures come in.

Revocation is not asked: the house has no way to the lists.  GOST certificates need a certified provider and
are refused by name, not taken for something else.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Sequence
from datetime import datetime
from typing import Final

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.serialization import pkcs7
from msgspec import Struct

from nadzor.actions.seams import der
from nadzor.actions.seams.signer import Signature, Verified
from nadzor.base.problems import Refusal

SUITE: Final = "cms"
RSA_BITS_MIN: Final = 2048
CHAIN_MAX: Final = 5
_CERTIFICATES: Final = 0xA0
_SIGNED: Final = bytes.fromhex("2a864886f70d010702")
_CONTENT_TYPE: Final = bytes.fromhex("2a864886f70d010903")
_DATA: Final = bytes.fromhex("2a864886f70d010701")
_DIGEST: Final = bytes.fromhex("2a864886f70d010904")
_HASHES: Final[dict[bytes, hashes.HashAlgorithm]] = {
    bytes.fromhex("608648016503040201"): hashes.SHA256(),
    bytes.fromhex("608648016503040202"): hashes.SHA384(),
    bytes.fromhex("608648016503040203"): hashes.SHA512(),
}
_SIGNATURES: Final = frozenset(
    bytes.fromhex(oid)
    for oid in (
        "2a864886f70d010101", "2a864886f70d01010b", "2a864886f70d01010c", "2a864886f70d01010d",
        "2a8648ce3d040302", "2a8648ce3d040303", "2a8648ce3d040304",
    )
)  # fmt: skip
# A certificate is read piece by piece, and each piece may turn out to be none.
_MALFORMED: Final = (
    ValueError, LookupError, TypeError, InvalidSignature, UnsupportedAlgorithm,
    x509.InvalidVersion, x509.DuplicateExtension, x509.UnsupportedGeneralNameType,
)  # fmt: skip
_INN: Final = ("1.2.643.100.4", "1.2.643.3.131.1.1")  # of a legal entity, of a person


class Trust(Struct, frozen=True):
    """Roots that the operator trusts; `qualified` are those declared accredited."""

    roots: tuple[x509.Certificate, ...] = ()
    qualified: tuple[x509.Certificate, ...] = ()


class Own(Struct, frozen=True):
    """The house's own certificate and key, if this suite shall sign."""

    certificate: x509.Certificate
    key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey


class CmsSigner:
    """Signatures by certificates that lead to a trusted root.

    Method: RFC 5652 sections 5.4 and 5.6: signed attributes with content type and message digest; one signer.
    """

    suite = SUITE

    def __init__(self, trust: Trust, own: Own | None = None) -> None:
        self._trust, self._own = trust, own

    def sign(self, content: bytes) -> Signature:
        """The house's own signature.

        Raises: Refusal seal.no-key.
        """
        if self._own is None:
            raise Refusal("seal.no-key", suite=self.suite)
        return sign_cms(self._own, content)

    def verify(self, content: bytes, signature: Signature, *, at: datetime) -> Verified:
        """Whose certificate signed.

        Raises: Refusal seal.invalid, seal.untrusted, seal.suite.
        """
        try:
            return self._verified(content, signature, at)
        except _MALFORMED as error:
            raise Refusal("seal.invalid", at="$.signature.value") from error

    def _verified(self, content: bytes, signature: Signature, at: datetime) -> Verified:
        message = _read(der.parse(base64.b64decode(signature.value, validate=True)))
        signer = _checked(message, content)
        root = _root(signer, message.certificates, self._trust, at)
        return Verified(
            signer=signer.subject.rfc4514_string()[:200],
            suite=self.suite,
            qualified=root in self._trust.qualified,
            inn=_inn(signer),
        )


def sign_cms(own: Own, content: bytes) -> Signature:
    """A detached signature by a certificate's key."""
    made = (
        pkcs7.PKCS7SignatureBuilder()
        .set_data(content)
        .add_signer(own.certificate, own.key, hashes.SHA256())
        .sign(
            serialization.Encoding.DER,
            [pkcs7.PKCS7Options.DetachedSignature, pkcs7.PKCS7Options.Binary],
        )
    )
    return Signature(suite=SUITE, value=base64.b64encode(made).decode())


class _Message(Struct, frozen=True):
    """What a signed message says of its one signer."""

    certificates: tuple[x509.Certificate, ...]
    issuer: bytes
    serial: int
    hash: hashes.HashAlgorithm
    attributes: der.Node
    value: bytes


def _read(node: der.Node) -> _Message:
    kind, explicit = node.expect(der.SEQUENCE).children()
    if kind.expect(der.OID).content != _SIGNED:
        raise der.DerError("no signed data")
    (data,) = explicit.expect(0xA0).children()
    parts = data.expect(der.SEQUENCE).children()
    (signer,) = parts[-1].expect(der.SET).children()
    certificates = [one for part in parts if part.tag == _CERTIFICATES for one in part.children()]
    _, sid, digest, attributes, method, value, *_ = signer.expect(der.SEQUENCE).children()
    issuer, serial = sid.expect(der.SEQUENCE).children()
    if method.expect(der.SEQUENCE).children()[0].content not in _SIGNATURES:
        raise der.DerError("a method of signature that is not offered")
    return _Message(
        certificates=tuple(x509.load_der_x509_certificate(one.whole) for one in certificates[:CHAIN_MAX]),
        issuer=issuer.whole,
        serial=int.from_bytes(serial.expect(der.INTEGER).content, "big", signed=True),
        hash=_HASHES[digest.expect(der.SEQUENCE).children()[0].content],
        attributes=attributes.expect(0xA0),
        value=value.expect(der.OCTETS).content,
    )


def _checked(message: _Message, content: bytes) -> x509.Certificate:
    """The signer's certificate, once digest and signature hold."""
    told = dict(_attribute(node) for node in message.attributes.children())
    digest = hashlib.new(message.hash.name, content).digest()
    if told.get(_CONTENT_TYPE) != _DATA or told.get(_DIGEST) != digest:
        raise Refusal("seal.invalid", at="$.signature.value")
    signer = next((one for one in message.certificates if _is(one, message)), None)
    if signer is None:
        raise Refusal("seal.invalid", at="$.signature.value")
    _must_be_by(signer, message, bytes([der.SET]) + message.attributes.whole[1:])
    return signer


def _attribute(node: der.Node) -> tuple[bytes, bytes]:
    kind, values = node.expect(der.SEQUENCE).children()
    first = values.expect(der.SET).children()
    return kind.content, first[0].content if len(first) == 1 else b""


def _is(certificate: x509.Certificate, message: _Message) -> bool:
    return certificate.serial_number == message.serial and certificate.issuer.public_bytes() == message.issuer


def _must_be_by(signer: x509.Certificate, message: _Message, signed: bytes) -> None:
    try:
        key = signer.public_key()
    except UnsupportedAlgorithm:
        raise Refusal("seal.suite", suite="GOST", offered=SUITE) from None
    if isinstance(key, rsa.RSAPublicKey) and key.key_size >= RSA_BITS_MIN:
        key.verify(message.value, signed, padding.PKCS1v15(), message.hash)
    elif isinstance(key, ec.EllipticCurvePublicKey):
        key.verify(message.value, signed, ec.ECDSA(message.hash))
    else:
        raise Refusal("seal.suite", suite=type(key).__name__, offered=SUITE)


def _root(
    signer: x509.Certificate, others: Sequence[x509.Certificate], trust: Trust, at: datetime
) -> x509.Certificate:
    """The trusted root to which the signer's certificate leads, every link valid at the moment.

    Raises: Refusal seal.untrusted.
    """
    _must_sign(signer)
    current = signer
    for _ in range(CHAIN_MAX):
        if not current.not_valid_before_utc <= at <= current.not_valid_after_utc:
            raise Refusal("seal.untrusted", why="expired")
        issuer = next((one for one in (*trust.qualified, *trust.roots) if _issued(current, one)), None)
        if issuer is not None:
            if not issuer.not_valid_before_utc <= at <= issuer.not_valid_after_utc:
                raise Refusal("seal.untrusted", why="expired")
            return issuer
        between = next((one for one in others if one != current and _issued(current, one)), None)
        if between is None:
            break
        current = between
    raise Refusal("seal.untrusted", why="no trusted root")


def _issued(certificate: x509.Certificate, issuer: x509.Certificate) -> bool:
    try:
        certificate.verify_directly_issued_by(issuer)
        return bool(issuer.extensions.get_extension_for_class(x509.BasicConstraints).value.ca)
    except (ValueError, TypeError, InvalidSignature, UnsupportedAlgorithm, x509.ExtensionNotFound):
        return False


def _must_sign(signer: x509.Certificate) -> None:
    """A certificate whose usage is stated must be for signing."""
    try:
        usage = signer.extensions.get_extension_for_class(x509.KeyUsage).value
    except x509.ExtensionNotFound:
        return
    if not (usage.digital_signature or usage.content_commitment):
        raise Refusal("seal.untrusted", why="usage")


def _inn(signer: x509.Certificate) -> str:
    """The INN that the certificate carries, the legal entity's before the person's."""
    told = {item.oid.dotted_string: str(item.value) for item in signer.subject}
    found = next((told[oid] for oid in _INN if oid in told), "")
    return found.removeprefix("00") if len(found) == 12 and found.startswith("00") else found
