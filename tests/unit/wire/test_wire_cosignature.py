# SPDX-License-Identifier: Apache-2.0
"""Signatures of witnesses under a checkpoint."""

from __future__ import annotations

from base64 import b64decode
from hashlib import sha256

import pytest

from nadzor_wire.base64text import b64
from nadzor_wire.cosignature import Cosignature, cosign, cosignatures, cosigner_vkey, parse_cosigner
from nadzor_wire.keys import Ed25519PrivateKey
from nadzor_wire.note import Checkpoint, NoteError, open_note, sign_note, vkey

LOG, WITNESS, OTHER = (Ed25519PrivateKey.from_private_bytes(bytes([n] * 32)) for n in (1, 2, 3))
ORIGIN, NAME = "example.test/log", "witness.example/w1"
TEXT = Checkpoint(ORIGIN, 7, bytes(32)).text()
NOTE = sign_note(TEXT, ORIGIN, LOG)
VKEY = cosigner_vkey(NAME, WITNESS.public_key())
LINE = cosign(TEXT, NAME, WITNESS, time=1_679_315_147)


def test_a_witness_signs_time_and_text():
    """As C2SP tlog-cosignature says: key id, time in eight bytes, Ed25519 over header, time and note."""
    dash, name, coded = LINE.split(" ")
    assert (dash, name, LINE[-1]) == ("\u2014", NAME, "\n")
    signed = b64decode(coded)
    public = WITNESS.public_key().public_bytes_raw()
    assert signed[:4] == sha256(NAME.encode() + b"\n\x04" + public).digest()[:4]
    assert int.from_bytes(signed[4:12], "big") == 1_679_315_147
    message = b"cosignature/v1\ntime 1679315147\n" + TEXT.encode()
    WITNESS.public_key().verify(signed[12:], message)


def test_a_published_key_id_has_its_time():
    """The example line of the specification carries the time of its example message."""
    beginning = "jWbPPwAAAABkGFDL"  # of its base64
    assert int.from_bytes(b64decode(beginning)[4:12], "big") == 1_679_315_147


def test_a_witness_is_found_in_the_note():
    """By its key, and the log's own signature stands beside it."""
    assert cosignatures(NOTE + LINE, [VKEY]) == [Cosignature(NAME, 1_679_315_147)]
    assert open_note(NOTE + LINE, vkey(ORIGIN, LOG.public_key())) == TEXT


def test_the_newest_signature_of_a_witness_counts():
    """It may have signed the same tree again."""
    again = cosign(TEXT, NAME, WITNESS, time=1_679_315_999)
    assert cosignatures(NOTE + again + LINE, [VKEY]) == [Cosignature(NAME, 1_679_315_999)]


@pytest.mark.parametrize(
    "line",
    [
        "",
        cosign(TEXT, NAME, OTHER, time=5),
        cosign(TEXT, "witness.example/w2", WITNESS, time=5),
        cosign(TEXT.replace("7", "8"), NAME, WITNESS, time=5),
        sign_note(TEXT, NAME, WITNESS).rpartition("\n\n")[2],
    ],
)
def test_anything_else_is_no_signature_of_the_witness(line):
    """None, another key, another name, another tree, a plain signature: ignored."""
    assert cosignatures(NOTE + line, [VKEY]) == []


def test_a_changed_time_is_not_signed():
    """Nobody makes a witness's word younger."""
    raw = bytearray(b64decode(LINE.split(" ")[2]))
    raw[11] ^= 1
    assert cosignatures(NOTE + f"\u2014 {NAME} {b64(bytes(raw))}\n", [VKEY]) == []


def test_a_key_is_spelled_one_way():
    """Printing and parsing a witness's key gives the same; the key of a log is not one."""
    key = parse_cosigner(VKEY)
    assert cosigner_vkey(key.name, key.public) == VKEY
    for bad in (vkey(NAME, WITNESS.public_key()), VKEY[:-2], VKEY.replace("w1", "w2"), "x", ""):
        with pytest.raises(NoteError):
            parse_cosigner(bad)


def test_times_have_a_range():
    """Before 1970 or beyond 63 bits nothing is signed."""
    for time in (-1, 2**63):
        with pytest.raises(NoteError):
            cosign(TEXT, NAME, WITNESS, time=time)
