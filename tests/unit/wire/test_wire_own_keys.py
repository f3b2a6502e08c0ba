# SPDX-License-Identifier: Apache-2.0
"""A receipt for what an earlier key of ours signed is ours; one by anybody else's key is not."""

from __future__ import annotations

import pytest
from msgspec import structs

from nadzor_wire import receipt, suites
from nadzor_wire.base64text import b64
from nadzor_wire.enrolment import CredentialError, FormerKey, new_key, parse_credential
from nadzor_wire.receipt import ReceiptError
from nadzor_wire.signature import content_digest
from tests.second_suite import ED448, NAME
from tests.stub_gateway import make_credential
from tests.wire_samples import sent_and_answered

SENT, ANSWER, VKEY = sent_and_answered()
FORMER = FormerKey(SENT.keyid, b64(SENT.public))


@pytest.fixture(autouse=True)
def _two_suites(monkeypatch):
    monkeypatch.setitem(suites.SUITES, NAME, ED448)


def resent(suite=suites.DEFAULT, former=(FORMER,)):
    """The same batch as it is sent under a new key, its first answer being lost."""
    _, public, keyid = new_key(suite)
    headers = SENT.headers | {"Content-Digest": content_digest(SENT.body, suite_name=suite)}
    return structs.replace(
        SENT, keyid=keyid, public=public, suite=suite, former=tuple(former), headers=headers
    )


@pytest.mark.parametrize("suite", [suites.DEFAULT, NAME])
def test_a_batch_repeated_under_a_new_key_keeps_its_first_receipt(suite):
    """Also when the new key is of another suite, whose digest of the body differs."""
    assert receipt.verify_answer(ANSWER, sent=resent(suite), vkey=VKEY).size == 5


def test_a_receipt_under_a_key_we_never_had_is_refused():
    """The first key is believed only while it is known to be ours."""
    stranger = FormerKey("0" * 16, b64(bytes(32)))
    for former in ((), (stranger,)):
        with pytest.raises(ReceiptError) as refused:
            receipt.verify_answer(ANSWER, sent=resent(former=former), vkey=VKEY)
        assert refused.value.field == "leaf.keyid"


def test_a_receipt_signed_by_another_than_the_named_key_is_refused():
    """Under the name of our earlier key stands another public key: the signature decides."""
    _, public, _ = new_key()
    with pytest.raises(ReceiptError) as refused:
        receipt.verify_answer(ANSWER, sent=resent(former=[FormerKey(SENT.keyid, b64(public))]), vkey=VKEY)
    assert refused.value.field == "leaf.signature"


def test_a_credential_says_its_suite():
    """A key of another suite is named, kept and read again under it; under a foreign one it is refused."""
    private, public, keyid = new_key(NAME)
    made = structs.replace(make_credential("https://g", "x"), private=private, keyid=keyid, suite=NAME)
    assert parse_credential(made.encode()) == made and made.public() == public
    for suite in (suites.DEFAULT, "gost2012-256+streebog256"):
        with pytest.raises(CredentialError):
            parse_credential(structs.replace(made, suite=suite).encode())
    with pytest.raises(CredentialError, match="former"):
        parse_credential(structs.replace(made, former=(FormerKey("0" * 16, b64(public), NAME),)).encode())
