# SPDX-License-Identifier: Apache-2.0
"""Request signatures, against the vectors of the standards and against every laxity."""

from __future__ import annotations

from base64 import b64decode

import pytest

from nadzor_wire import signature
from nadzor_wire.keys import Ed25519PrivateKey, key_id, public_bytes, signed_by
from nadzor_wire.signature import SignatureError

SEED = bytes.fromhex(
    "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60"
)  # RFC 8032, 7.1, TEST 1
KEY = Ed25519PrivateKey.from_private_bytes(SEED)
PUBLIC = KEY.public_key()
URI = "https://intake.example/v1/batches"
BODY = b'{"kind":"heartbeat"}\n'
HEADERS = {"Content-Type": "application/x-ndjson", "Nadzor-Batch": "stream=:AAAA:"}


def signed(**changes):
    """Signed headers of the example request."""
    request = {
        "private": KEY,
        "keyid": key_id(PUBLIC),
        "method": "POST",
        "target_uri": URI,
        "headers": HEADERS,
        "body": BODY,
        "created": 1_790_000_000,
    }
    return signature.sign_request(**request | changes)


def verify(headers):
    """Base of a request, once verified."""
    parts = signature.parse_signature(headers)
    return signature.verify_request(parts, public=PUBLIC, method="POST", target_uri=URI, headers=headers)


def code_of(headers):
    """Problem code with which a request is refused."""
    with pytest.raises(SignatureError) as refused:
        verify(headers)
    return refused.value.code


def test_ed25519_is_that_of_rfc_8032():
    """TEST 1 of RFC 8032 section 7.1: key and signature of the empty message."""
    made = KEY.sign(b"")
    assert public_bytes(PUBLIC).hex() == "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a"
    assert made.hex() == (
        "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46b"
        "d25bf5f0595bbe24655141438e7a100b"
    )
    assert signed_by(public_bytes(PUBLIC), made, b"") and not signed_by(PUBLIC, made, b"x")


def test_signature_base_is_that_of_rfc_9421():
    """The example of RFC 9421 appendix B.2.6: the same base gives the published signature."""
    key = Ed25519PrivateKey.from_private_bytes(
        b64decode("MC4CAQAwBQYDK2VwBCIEIJ+DYvh6SEqVTm50DFtMDoQikTmiCqirVv9mWG9qfSnF")[16:]
    )
    components = {
        "date": "Tue, 20 Apr 2021 02:07:55 GMT",
        "@method": "POST",
        "@path": "/foo",
        "@authority": "example.com",
        "content-type": "application/json",
        "content-length": "18",
    }
    names = " ".join(f'"{name}"' for name in components)
    base = signature.signature_base(components, f'({names});created=1618884473;keyid="test-key-ed25519"')
    assert key.sign(base) == b64decode(
        "wqcAqbmYJ2ji2glfAMaRy4gruYYnx2nEFN2HN6jrnDnQCK1u02Gb04v9EDgwUPiu4A0w6vuQv5lIp5WPpBKRCw=="
    )


def test_content_digest_is_that_of_rfc_9530():
    """The example of RFC 9530 appendix B.1."""
    assert signature.content_digest(b'{"hello": "world"}\n') == (
        "sha-256=:RK/0qy18MlBSVnWgjwz6lZEWjP/lF5HF9bvEF8FabDg=:"
    )


def test_a_signed_request_verifies():
    """What sign_request makes, verify_request accepts, and both mean the same base."""
    headers = signed()
    assert verify(headers).decode() == (
        '"@method": POST\n'
        '"@target-uri": https://intake.example/v1/batches\n'
        f'"content-digest": {signature.content_digest(BODY)}\n'
        '"content-type": application/x-ndjson\n'
        '"nadzor-batch": stream=:AAAA:\n'
        '"@signature-params": ("@method" "@target-uri" "content-digest" "content-type" "nadzor-batch")'
        ';created=1790000000;keyid="21fe31dfa154a261";tag="nadzor-intake"'
    )


def test_the_coding_is_covered_when_present():
    """A Content-Encoding header adds one covered component, the last."""
    headers = signed(headers=HEADERS | {"Content-Encoding": "gzip"})
    assert b'"content-encoding": gzip\n' in verify(headers)


def test_a_coding_cannot_be_added_or_taken_away():
    """A Content-Encoding that appears or disappears on the way is refused."""
    bare, coded = signed(), signed(headers=HEADERS | {"Content-Encoding": "gzip"})
    del coded["Content-Encoding"]
    assert code_of(bare | {"content-encoding": "gzip"}) == "signature.components"
    assert code_of(coded) == "signature.components"


def test_parts_of_another_request_are_refused():
    """What was parsed from one request does not fit the headers of another."""
    parts = signature.parse_signature(signed())
    headers = signed(headers=HEADERS | {"Content-Encoding": "gzip"})
    with pytest.raises(SignatureError, match=r"signature\.components"):
        signature.verify_request(parts, public=PUBLIC, method="POST", target_uri=URI, headers=headers)


def test_parameters_may_stand_in_any_order():
    """Libraries order parameters as they like; the base keeps the order received."""
    headers = signed()
    names, _, _ = headers["Signature-Input"].partition(";")
    params = f'{names.partition("=")[2]};tag="nadzor-intake";keyid="k";created=5'
    base = signature.signature_base(signature.component_values("POST", URI, headers), params)
    again = headers | {"Signature-Input": f"x={params}", "Signature": f"x=:{signature.b64(KEY.sign(base))}:"}
    assert verify(again) == base


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"Signature": None}, "signature.missing"),
        ({"Signature-Input": None}, "signature.missing"),
        ({"Signature": "nadzor=:AAAA:"}, "signature.malformed"),
        ({"Signature": "other=:" + "A" * 86 + "==:"}, "signature.malformed"),
        ({"Signature-Input": ""}, "signature.malformed"),
        ({"Signature-Input": 'nadzor=();created=1;keyid="k";tag="nadzor-intake"'}, "signature.malformed"),
        ({"Nadzor-Batch": "stream=:BBBB:"}, "signature.invalid"),
        ({"Content-Digest": "sha-256=:AAAA:"}, "signature.invalid"),
        ({"Content-Type": "text/plain"}, "signature.invalid"),
        ({"Content-Type": "\u0444"}, "signature.malformed"),
        ({"Content-Type": None}, "signature.components"),
    ],
)
def test_each_fault_has_its_code(change, code):
    """A missing, malformed or false signature is refused by name."""
    headers = {name: value for name, value in (signed() | change).items() if value is not None}
    assert code_of(headers) == code


@pytest.mark.parametrize(
    "params",
    [
        ";created=1790000000",
        ';created=1790000000;keyid="k"',
        ';created=1790000000;keyid="k";tag="other"',
        ';created=1790000000;keyid="k";tag="nadzor-intake";alg="ed25519"',
        ';created=1790000000;keyid="k";tag="nadzor-intake";nonce="1"',
        ';created=1790000000;created=1790000000;keyid="k"',
        ';created=-1;keyid="k";tag="nadzor-intake"',
        ';created="1";keyid="k";tag="nadzor-intake"',
        ';created=1790000000;keyid="a b";tag="nadzor-intake"',
        ';created=1790000000;keyid="k";tag="nadzor-intake", x=()',
    ],
)
def test_parameters_are_exactly_three(params):
    """created, keyid and tag, each once, nothing else."""
    headers = signed()
    names = headers["Signature-Input"].partition(";")[0]
    assert code_of(headers | {"Signature-Input": names + params}) == "signature.malformed"


@pytest.mark.parametrize("names", ['("@method")', '("@target-uri" "@method" "content-digest")'])
def test_components_are_exactly_the_agreed_ones(names):
    """Fewer components, or another order, are refused."""
    headers = signed()
    params = headers["Signature-Input"].partition(";")[2]
    assert code_of(headers | {"Signature-Input": f"nadzor={names};{params}"}) == "signature.components"


def test_a_foreign_key_is_refused():
    """A valid signature by another key is not ours."""
    other = Ed25519PrivateKey.from_private_bytes(bytes(32))
    assert code_of(signed(private=other)) == "signature.invalid"


def test_what_was_signed_for_another_address_is_refused():
    """The method and the target belong to the signature."""
    assert code_of(signed(target_uri="https://evil.example/v1/batches")) == "signature.invalid"
    assert code_of(signed(method="PUT")) == "signature.invalid"


def test_the_digest_is_checked():
    """A body that is not the signed one has no digest, or another."""
    assert len(signature.verify_digest(signed(), BODY)) == 32
    for headers, code in ((HEADERS, "digest.missing"), (signed(), "digest.mismatch")):
        with pytest.raises(SignatureError, match=code):
            signature.verify_digest(headers, BODY + b" ")


def test_the_window_is_five_minutes_both_ways():
    """A signature is good for 300 s before and after it was made."""
    parts = signature.parse_signature(signed())
    for offset in (-300, 0, 300):
        signature.verify_created(parts, now_s=parts.created + offset)
    for offset in (-301, 301):
        with pytest.raises(SignatureError, match=r"signature\.time"):
            signature.verify_created(parts, now_s=parts.created + offset)


def test_a_carried_batch_has_thirty_five_days():
    """Its tag makes a signature good for longer, but no clock may run ahead."""
    parts = signature.parse_signature(signed(tag=signature.CARRIED))
    assert parts.tag == "nadzor-carried"
    for offset in (-300, 0, 35 * 86_400):
        signature.verify_created(parts, now_s=parts.created + offset)
    for offset in (-301, 35 * 86_400 + 1):
        with pytest.raises(SignatureError, match=r"signature\.time"):
            signature.verify_created(parts, now_s=parts.created + offset)


def test_the_tag_is_signed():
    """Nobody makes an old request a carried one by writing another tag."""
    headers = signed()
    headers["Signature-Input"] = headers["Signature-Input"].replace("nadzor-intake", "nadzor-carried")
    assert code_of(headers) == "signature.invalid"
