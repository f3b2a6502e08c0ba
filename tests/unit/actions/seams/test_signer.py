# SPDX-License-Identifier: Apache-2.0
"""Seals, stamps and signed requests: each fits what it was made for, and nothing else."""

from __future__ import annotations

from datetime import timedelta

import pytest
from msgspec.structs import replace

from nadzor.actions.seams.request import Asked, claim_of, must_be_by, sign_request
from nadzor.actions.seams.seam_keys import add_seam, revoke_seam, seam_of, seams
from nadzor.actions.seams.signer import Ed25519Signer, sign_ed25519
from nadzor.actions.seams.signers import signer_of, signers, stamper
from nadzor.actions.seams.stamp import LocalStamper
from nadzor.base.problems import Refusal
from nadzor.people.queries import CONSOLE, Person
from nadzor.people.roles import Role
from nadzor.records import audit
from nadzor_wire.keys import key_id
from tests.register_samples import NOW
from tests.seam_samples import KEY, OTHER_KEY, PUBLIC, Authority

RAW = KEY.public_key().public_bytes_raw()
HOUSE = Ed25519Signer("house", OTHER_KEY, {key_id(RAW): ("seam portal", RAW)})


def test_a_known_key_is_named_and_never_qualified():
    """The house's own, too."""
    found = HOUSE.verify(b"words", sign_ed25519(KEY, b"words"), at=NOW)
    assert (found.signer, found.suite, found.qualified, found.inn) == ("seam portal", "ed25519", False, "")
    assert HOUSE.verify(b"x", HOUSE.sign(b"x"), at=NOW).signer == "house"


def test_a_seal_fits_only_what_was_sealed():
    """Other words, another key, half a signature."""
    signed = sign_ed25519(KEY, b"words")
    with pytest.raises(Refusal, match=r"seal\.invalid"):
        HOUSE.verify(b"word", signed, at=NOW)
    with pytest.raises(Refusal, match=r"seal\.invalid"):
        HOUSE.verify(b"words", replace(signed, value="AAAA"), at=NOW)
    with pytest.raises(Refusal, match=r"seal\.unknown-signer"):
        Ed25519Signer("house", OTHER_KEY, {}).verify(b"words", signed, at=NOW)


def test_a_seal_is_no_signature_of_another_kind():
    """The same key over the bare words does not count."""
    from nadzor_wire.base64text import b64

    bare = replace(sign_ed25519(KEY, b"words"), value=b64(KEY.sign(b"words")))
    with pytest.raises(Refusal, match=r"seal\.invalid"):
        HOUSE.verify(b"words", bare, at=NOW)


def test_a_stamp_says_when_and_what_it_is_not():
    """It fits one digest, and calls itself local."""
    made = LocalStamper("nadzor.local/log-seal", KEY).stamp("a" * 64, now=NOW)
    found = LocalStamper("other", KEY).check(made, "a" * 64)
    assert (found.at, found.authority) == (NOW, "nadzor.local/log-seal")
    assert "not qualified" in found.kind
    for token, digest in [
        (made, "b" * 64),
        (made[:-4], "a" * 64),
        ("", "a" * 64),
        (f"{made[:9]}.AAAA", "a" * 64),
    ]:
        with pytest.raises(Refusal, match=r"seal\.stamp"):
            LocalStamper("x", KEY).check(token, digest)
    with pytest.raises(Refusal, match=r"seal\.stamp"):
        LocalStamper("x", OTHER_KEY).check(made, "a" * 64)


ASKED = Asked("POST", "https://portal/api/v1/seams/filings", {"Content-Type": "application/json"}, b"{}")


def signed(asked=ASKED, *, key=KEY, created=None):
    """The request as a system sends it."""
    headers = sign_request(key, asked, created=int(NOW.timestamp()) if created is None else created)
    return replace(asked, headers=headers)


def test_a_signed_request_names_its_key():
    """Over method, address and body."""
    claim = claim_of(signed(), now_s=NOW.timestamp())
    must_be_by(claim, signed(), public=RAW)
    assert claim.keyid == key_id(RAW)


@pytest.mark.parametrize(
    "changed",
    [
        {"method": "GET"},
        {"target": "https://portal/api/v1/seams/other"},
        {"body": b"{ }"},
    ],
)
def test_a_request_carried_elsewhere_does_not_count(changed):
    """Another method, address or body is another request."""
    moved = replace(signed(), **changed)
    with pytest.raises(Refusal, match=r"seam\.signature"):
        must_be_by(claim_of(moved, now_s=NOW.timestamp()), moved, public=RAW)


@pytest.mark.parametrize("seconds", [-301, 301])
def test_a_request_has_its_time(seconds):
    """Five minutes either way."""
    old = signed(created=int(NOW.timestamp()) + seconds)
    with pytest.raises(Refusal, match=r"seam\.signature"):
        claim_of(old, now_s=NOW.timestamp())


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("Signature-Input", "seam=()"),
        ("Signature", "seam=:AAAA:"),
        ("Signature", "seam=:" + "=" * 88 + ":"),
        ("Signature-Input", ""),
    ],
)
def test_a_malformed_signature_is_refused(name, value):
    """No choices are left to the sender."""
    bad = replace(signed(), headers={**signed().headers, name: value})
    with pytest.raises(Refusal, match=r"seam\.signature"):
        claim_of(bad, now_s=NOW.timestamp())


@pytest.mark.django_db
def test_a_system_is_known_by_its_key_until_it_is_revoked():
    """Both deeds are recorded; afterwards the key is nobody's."""
    card = add_seam("portal", PUBLIC, by=CONSOLE, now=NOW)
    assert (card.name, card.keyid) == ("portal", key_id(RAW))
    assert seam_of(signed(), now=NOW) == "portal"
    with pytest.raises(Refusal, match=r"seam\.signature"):
        seam_of(signed(key=OTHER_KEY), now=NOW)
    revoke_seam("portal", by=CONSOLE, now=NOW)
    with pytest.raises(Refusal, match=r"seam\.signature"):
        seam_of(signed(), now=NOW)
    with pytest.raises(Refusal, match=r"seam\.unknown"):
        revoke_seam("portal", by=CONSOLE, now=NOW)
    assert [one.revoked_at for one in seams()] == [NOW]
    assert [deed.verb for deed in audit.entries()] == ["register.seam.revoke", "register.seam.add"]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("name", "public", "code"),
    [
        ("Portal", PUBLIC, "seam.name"),
        ("first", PUBLIC, "seam.name"),
        ("second", PUBLIC, "seam.key"),
        ("x1", "AAAA", "seam.key"),
    ],
)
def test_a_name_and_a_key_are_taken_once(name, public, code):
    """In the right form."""
    add_seam("first", PUBLIC, by=CONSOLE, now=NOW)
    with pytest.raises(Refusal) as refused:
        add_seam(name, public, by=CONSOLE, now=NOW)
    assert refused.value.code == code


@pytest.mark.django_db
def test_only_the_registrar_and_the_head_let_systems_in():
    """The operator runs the machine and decides nothing."""
    with pytest.raises(Refusal, match=r"people\.registrar-only"):
        add_seam("portal", PUBLIC, by=Person("o", "O", Role.OPERATOR), now=NOW)


@pytest.mark.django_db
def test_the_house_offers_what_its_directory_holds(home):
    """Ed25519 always; CMS can check roots that lie there, and sign when it has a key."""
    from cryptography.hazmat.primitives import serialization

    assert set(signers(home)) == {"ed25519", "cms"}
    assert (
        signer_of(home, "ed25519").verify(b"x", signer_of(home, "ed25519").sign(b"x"), at=NOW).qualified
        is False
    )
    with pytest.raises(Refusal, match=r"seal\.suite"):
        signer_of(home, "gost")
    with pytest.raises(Refusal, match=r"seal\.no-key"):
        signer_of(home, "cms").sign(b"x")
    root = Authority()
    key, certificate = root.signer("House")
    pem = serialization.Encoding.PEM
    private = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    (home.keys / "seal-cms.pem").write_bytes(private + certificate.public_bytes(pem))
    (home.keys / "trust" / "qualified").mkdir(parents=True)
    (home.keys / "trust" / "qualified" / "root.pem").write_bytes(root.certificate.public_bytes(pem))
    own = signer_of(home, "cms")
    assert own.verify(b"x", own.sign(b"x"), at=NOW).qualified is True
    assert stamper(home).check(stamper(home).stamp("a" * 64, now=NOW), "a" * 64).at == NOW


@pytest.mark.django_db
@pytest.mark.parametrize("name", ["seal-cms.pem", "trust/root.pem"])
def test_a_damaged_key_file_is_told(home, name):
    """By its name, before anything is signed."""
    (home.keys / "trust").mkdir()
    (home.keys / name).write_text("-----BEGIN NOTHING-----", "utf-8")
    with pytest.raises(Refusal, match=r"home\.damaged"):
        signers(home)


@pytest.mark.django_db
def test_a_key_of_another_kind_does_not_sign_by_certificate(home):
    """An Ed25519 key has no place in this suite."""
    from cryptography.hazmat.primitives import serialization

    pem = serialization.Encoding.PEM
    private = KEY.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    (home.keys / "seal-cms.pem").write_bytes(private + Authority().certificate.public_bytes(pem))
    with pytest.raises(Refusal, match=r"home\.damaged"):
        signers(home)


def test_times_are_moments():
    """A stamp of tomorrow says tomorrow."""
    later = NOW + timedelta(days=1)
    stamp = LocalStamper("x", KEY)
    assert stamp.check(stamp.stamp("a" * 64, now=later), "a" * 64).at == later
