# SPDX-License-Identifier: Apache-2.0
"""Keys in one sealed file: opened by what it was sealed for, and by nothing else."""

from __future__ import annotations

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)

from nadzor.actions.copies import sealed_keys
from nadzor.actions.copies.key_files import private_half, public_half, read_phrases
from nadzor.actions.copies.sealed_keys import (
    KeyFile,
    Opener,
    gather_keys,
    open_keys,
    seal_for,
    seal_with_phrases,
)
from nadzor.base.home import Home
from nadzor.base.problems import Refusal

KEYS = {"log.key": KeyFile(b"secret", 0o600), "bodies/i-1/2026-11.shredded": KeyFile(b"", 0o600)}
ONE, TWO = b"correct horse battery", b"staple under the bed"


@pytest.fixture(autouse=True)
def cheap(monkeypatch):
    """Scrypt at a cost that a test can pay."""
    monkeypatch.setattr(sealed_keys, "COST", 1 << 10)


def test_two_phrases_open_what_two_phrases_sealed():
    """Both are needed, in their order."""
    sealed = seal_with_phrases(KEYS, (ONE, TWO))
    assert open_keys(sealed, Opener((ONE, TWO))) == KEYS
    for wrong in ((ONE,), (TWO, ONE), (ONE, ONE), ()):
        with pytest.raises(Refusal, match=r"keys\.closed"):
            open_keys(sealed, Opener(wrong))


def test_a_recipient_opens_it_and_nobody_else():
    """Sealed for a public key: whoever sealed it cannot open it again."""
    mine, other = X25519PrivateKey.generate(), X25519PrivateKey.generate()
    sealed = seal_for(KEYS, mine.public_key().public_bytes_raw())
    assert open_keys(sealed, Opener(private=mine.private_bytes_raw())) == KEYS
    for wrong in (Opener(private=other.private_bytes_raw()), Opener((ONE,)), Opener()):
        with pytest.raises(Refusal, match=r"keys\.closed"):
            open_keys(sealed, wrong)


def test_every_flipped_bit_closes_it():
    """The open head is bound to the sealed part."""
    sealed = seal_with_phrases(KEYS, (ONE,))
    for place in range(0, len(sealed), 7):
        spoilt = bytearray(sealed)
        spoilt[place] ^= 1
        with pytest.raises(Refusal) as refused:
            open_keys(bytes(spoilt), Opener((ONE,)))
        assert refused.value.code in ("keys.closed", "keys.unreadable")


def test_what_is_no_key_file_is_told():
    """Anything else is not tried; a name that leads out of the folder neither."""
    with pytest.raises(Refusal, match=r"keys\.unreadable"):
        open_keys(b"PK\x03\x04", Opener((ONE,)))
    sealed = seal_with_phrases({"../log.key": KEYS["log.key"]}, (ONE,))
    with pytest.raises(Refusal, match=r"keys\.unreadable"):
        open_keys(sealed, Opener((ONE,)))


def test_a_short_phrase_is_refused():
    """Twelve characters at least."""
    with pytest.raises(Refusal, match=r"keys\.phrase-short"):
        seal_with_phrases(KEYS, (b"password",))


def test_all_keys_of_a_house_are_gathered_and_no_lock(tmp_path):
    """Signing keys, secrets, keys of bodies, tombstones; no half-made file."""
    home = Home.create(tmp_path / "house")
    (home.keys / ".founding.lock").touch()
    (home.body_keys / "i-1").mkdir()
    (home.body_keys / "i-1" / "2026-11.shredded").touch()
    assert set(gather_keys(home.keys)) >= {"log.key", "log.vkey", "vault.key", "bodies/i-1/2026-11.shredded"}
    assert not any(name.startswith(".") for name in gather_keys(home.keys))


def test_keys_come_from_files_as_openssl_writes_them(tmp_path):
    """PEM of X25519; any other key is told."""
    mine = X25519PrivateKey.generate()
    private, public, signing = tmp_path / "a.pem", tmp_path / "b.pem", tmp_path / "c.pem"
    private.write_bytes(mine.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    form = (Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    public.write_bytes(mine.public_key().public_bytes(*form))
    signing.write_bytes(Ed25519PrivateKey.generate().public_key().public_bytes(*form))
    assert public_half(public) == mine.public_key().public_bytes_raw()
    assert private_half(private) == mine.private_bytes_raw()
    for read, file in ((public_half, signing), (private_half, public)):
        with pytest.raises(Refusal, match=r"keys\.not-x25519"):
            read(file)
    (tmp_path / "phrase").write_bytes(ONE + b"\r\nsecond line\n")
    assert read_phrases([tmp_path / "phrase"]) == (ONE,)
