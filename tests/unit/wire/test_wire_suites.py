# SPDX-License-Identifier: Apache-2.0
"""The registry of suites: the first one is what the wire always was, and there is room for others."""

from __future__ import annotations

from hashlib import sha256

import pytest

from nadzor_wire import suites
from nadzor_wire.keys import key_id
from nadzor_wire.suites import DEFAULT, ED25519, UnknownSuite, offered, suite
from tests.second_suite import ED448, NAME


@pytest.fixture
def both(monkeypatch):
    """Two suites on offer."""
    monkeypatch.setitem(suites.SUITES, NAME, ED448)


@pytest.mark.parametrize("one", [ED25519, ED448], ids=lambda one: one.name)
def test_a_suite_signs_what_it_verifies(one):
    """Its own signature holds; over another text, by another key or for no key at all it does not."""
    private = one.fresh()
    public, signature = one.public_of(private), one.sign(private, b"text")
    assert len(signature) == one.signature_size and one.verify(public, signature, b"text")
    assert not one.verify(public, signature, b"texT")
    assert not one.verify(one.public_of(one.fresh()), signature, b"text")
    assert not one.verify(b"no key", signature, b"text")


def test_the_first_suite_names_keys_as_before():
    """The first 16 hex digits of SHA-256 of the raw public key: the worked example of the protocol."""
    public = bytes.fromhex("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a")
    assert ED25519.keyid_of(public) == key_id(public) == "21fe31dfa154a261"
    assert ED25519.content_digest(b'{"hello": "world"}\n') == (
        "sha-256=:RK/0qy18MlBSVnWgjwz6lZEWjP/lF5HF9bvEF8FabDg=:"
    )


def test_the_name_of_another_suites_key_fixes_its_suite():
    """The same bytes under two suites are two keys."""
    public = bytes(57)
    assert ED448.keyid_of(public) == sha256(NAME.encode() + b"\n" + public).hexdigest()[:16]
    assert ED448.keyid_of(public) != ED25519.keyid_of(public)


def test_a_suite_that_is_absent_is_not_offered(monkeypatch):
    """Only what works here has a name here."""
    assert offered() == (DEFAULT,)
    with pytest.raises(UnknownSuite):
        suite("gost2012-256+streebog256")


def test_the_default_comes_first(both):
    """A second suite is one entry of the registry."""
    assert offered() == (DEFAULT, NAME) and suite(NAME) is ED448
    assert suites.signature_sizes() == {64, 114}
