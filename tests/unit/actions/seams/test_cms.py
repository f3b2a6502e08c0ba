# SPDX-License-Identifier: Apache-2.0
"""Detached signatures by certificates: only what leads to a trusted root is believed."""

from __future__ import annotations

import base64
from datetime import timedelta

import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import pkcs7
from hypothesis import given
from hypothesis import strategies as st

from nadzor.actions.seams import der
from nadzor.actions.seams.cms import CmsSigner, Own, Trust, sign_cms
from nadzor.actions.seams.signer import Signature
from nadzor.base.problems import Refusal
from tests.register_samples import NOW
from tests.seam_samples import Authority, issue

ROOT = Authority()
KEY, CERTIFICATE = ROOT.signer("Luchik", inn="7707083893")
TEXT = b"the statement's very bytes"
SIGNED = sign_cms(Own(CERTIFICATE, KEY), TEXT)


def verify(signature=SIGNED, content=TEXT, *, trust=None, at=NOW):
    """What the house says of a signature."""
    roots = Trust(roots=(ROOT.certificate,)) if trust is None else trust
    return CmsSigner(roots).verify(content, signature, at=at)


@pytest.mark.parametrize("kind", ["ec", "rsa"])
def test_a_certificate_under_a_trusted_root_is_believed(kind):
    """ECDSA and RSA; the signer's name and INN come from the certificate; not called qualified."""
    key, certificate = ROOT.signer("Signer", kind=kind, inn="007707083893")
    found = verify(sign_cms(Own(certificate, key), TEXT))
    assert (found.suite, found.qualified, found.inn) == ("cms", False, "7707083893")
    assert "Signer" in found.signer


def test_only_a_root_declared_accredited_makes_it_qualified():
    """The operator says which; the house claims nothing by itself."""
    assert verify(trust=Trust(qualified=(ROOT.certificate,))).qualified is True


def test_a_chain_may_pass_an_intermediate():
    """That came with the signature and may issue."""
    key, between = ROOT.signer("Between", ca=True)
    end_key, end = _under(between, key)
    made = _with(end, end_key, between)
    assert "End" in verify(made).signer
    not_ca_key, not_ca = ROOT.signer("No authority")
    end_key, end = _under(not_ca, not_ca_key)
    with pytest.raises(Refusal, match=r"seal\.untrusted"):
        verify(_with(end, end_key, not_ca))


def _under(issuer, key):
    """A signer under an intermediate."""
    from cryptography.hazmat.primitives.asymmetric import ec

    own = ec.generate_private_key(ec.SECP256R1())
    return own, issue("End", own.public_key(), issuer=issuer, key=key)


def _with(certificate, key, *others):
    """A signature that brings other certificates along."""
    builder = pkcs7.PKCS7SignatureBuilder().set_data(TEXT).add_signer(certificate, key, hashes.SHA256())
    for other in others:
        builder = builder.add_certificate(other)
    options = [pkcs7.PKCS7Options.DetachedSignature, pkcs7.PKCS7Options.Binary]
    return Signature(
        suite="cms", value=base64.b64encode(builder.sign(serialization.Encoding.DER, options)).decode()
    )


def test_other_words_are_not_what_was_signed():
    """One byte, and the signature does not fit."""
    with pytest.raises(Refusal, match=r"seal\.invalid"):
        verify(content=TEXT + b".")


@pytest.mark.filterwarnings("ignore:Parsed a serial number")
@given(st.integers(0, 10_000), st.integers(1, 255))
def test_no_byte_of_a_signature_can_be_changed_unseen(place, change):
    """Whatever is flipped, nothing else is believed and nothing breaks."""
    raw = bytearray(base64.b64decode(SIGNED.value))
    raw[place % len(raw)] ^= change
    try:
        found = verify(Signature(suite="cms", value=base64.b64encode(bytes(raw)).decode()))
    except Refusal as refusal:
        assert refusal.code.startswith("seal.")
    else:
        assert found == verify()  # a byte that carries no meaning, such as an unsigned attribute's


@given(st.binary(max_size=200))
def test_any_bytes_are_refused_and_none_breaks(junk):
    """What is no signature is told so."""
    with pytest.raises(Refusal, match=r"seal\.invalid"):
        verify(Signature(suite="cms", value=base64.b64encode(junk).decode()))
    with pytest.raises(Refusal, match=r"seal\.invalid"):
        verify(Signature(suite="cms", value=junk.decode("latin-1")))


@pytest.mark.parametrize(
    ("trust", "at", "why"),
    [
        (Trust(), NOW, "no trusted root"),
        (Trust(roots=(Authority().certificate,)), NOW, "no trusted root"),
        (None, NOW + timedelta(days=400), "expired"),
        (None, NOW - timedelta(days=200), "expired"),
    ],
)
def test_a_certificate_without_a_root_or_out_of_its_time_is_not_trusted(trust, at, why):
    """A root of the same name is another root."""
    with pytest.raises(Refusal, match=r"seal\.untrusted") as refused:
        verify(trust=trust, at=at)
    assert refused.value.facts["why"] == why


def test_a_root_that_ended_ends_its_certificates():
    """Even where the certificate itself would run longer."""
    key, certificate = ROOT.signer("Long", days=4000)
    with pytest.raises(Refusal, match=r"seal\.untrusted"):
        verify(sign_cms(Own(certificate, key), TEXT), at=NOW + timedelta(days=400))


def test_a_certificate_for_something_else_does_not_sign():
    """Its key usage says so."""
    key, certificate = ROOT.signer("Cipher", signing=False)
    with pytest.raises(Refusal, match=r"seal\.untrusted"):
        verify(sign_cms(Own(certificate, key), TEXT))


def test_a_short_key_is_not_offered():
    """RSA below 2048 bits."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=1024)
    certificate = issue("Short", key.public_key(), issuer=ROOT.certificate, key=ROOT.key)
    with pytest.raises(Refusal, match=r"seal\.suite"):
        verify(sign_cms(Own(certificate, key), TEXT))


def test_the_house_signs_only_with_a_key_of_its_own():
    """A suite that can only check says so."""
    with pytest.raises(Refusal, match=r"seal\.no-key"):
        CmsSigner(Trust()).sign(TEXT)
    own = CmsSigner(Trust(roots=(ROOT.certificate,)), Own(CERTIFICATE, KEY))
    assert own.verify(TEXT, own.sign(TEXT), at=NOW).inn == "7707083893"


@pytest.mark.parametrize(
    "data", [b"", b"\x30", b"\x30\x80\x00\x00", b"\x30\x02\x05", b"\x1f\x01\x00", b"\x05\x00\x05\x00"]
)
def test_what_is_not_der_is_refused(data):
    """Cuts, indefinite lengths, long tags, more than one element."""
    with pytest.raises(der.DerError):
        der.parse(data)


def test_an_element_of_another_kind_is_refused():
    """A sequence is no set."""
    with pytest.raises(der.DerError):
        der.parse(b"\x30\x00").expect(der.SET)
