# SPDX-License-Identifier: Apache-2.0
"""A statement that another log goes on: both keys, or nothing; and how a sender pins by it."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from msgspec import structs

from nadzor_sdk.__main__ import main
from nadzor_sdk.debug import debug_credential
from nadzor_wire.enrolment import parse_credential
from nadzor_wire.note import NoteError, sign_note, vkey
from nadzor_wire.succession import Succession, open_succession, sign_succession

FORMER, NEXT, THIRD = (Ed25519PrivateKey.from_private_bytes(bytes([k]) * 32) for k in (1, 2, 3))
A, B = vkey("x.test/log", FORMER.public_key()), vkey("x.test/log.2", NEXT.public_key())
TOLD = Succession(A, 5, sha256(b"root").digest(), B)


def test_both_keys_say_so():
    """What was signed is read back under the pinned key."""
    assert open_succession(sign_succession(TOLD, FORMER, NEXT), A) == TOLD


@pytest.mark.parametrize(
    "note",
    [
        sign_note(TOLD.text(), "x.test/log", FORMER),
        sign_note(TOLD.text(), "x.test/log.2", NEXT),
        sign_succession(TOLD, THIRD, NEXT),
        sign_succession(TOLD, FORMER, THIRD),
        sign_succession(TOLD, FORMER, NEXT).replace("\n5\n", "\n6\n"),
        sign_succession(structs.replace(TOLD, former=B), NEXT, NEXT),
        sign_note("x.test/log\n5\n" + "A" * 43 + "=\n", "x.test/log", FORMER),
        "",
    ],
    ids=["former", "next", "stranger-first", "stranger-next", "changed", "other-log", "checkpoint", "empty"],
)  # fmt: skip
def test_anything_less_is_refused(note):
    """One signature, a stranger's, a changed figure, another log's word: the pinned key stays."""
    with pytest.raises(NoteError):
        open_succession(note, A)


def test_the_same_name_is_no_succession():
    """A key that takes the place of another under one name could sign a second history of one log."""
    same = structs.replace(TOLD, next=vkey("x.test/log", NEXT.public_key()))
    with pytest.raises(NoteError, match="same name"):
        open_succession(sign_succession(same, FORMER, NEXT), A)


def test_a_sender_pins_by_the_statement(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    """The credential changes only under both signatures; what is refused says what to do by hand."""
    file, note = tmp_path / "c.json", tmp_path / "1.note"
    file.write_bytes(debug_credential(A).encode())
    before = file.read_bytes()
    pin = ["pin", "--credential", str(file)]
    note.write_text(sign_succession(TOLD, THIRD, NEXT))
    assert main([*pin, "--succession", str(note)]) == 1
    assert "compare them sign by sign" in capsys.readouterr().err
    assert file.read_bytes() == before
    note.write_text(sign_succession(TOLD, FORMER, NEXT))
    assert main([*pin, "--succession", str(note)]) == 0
    found = parse_credential(file.read_bytes())
    assert (found.log_vkey, found.private) == (B, parse_credential(before).private)
    assert main([*pin, "--succession", str(note)]) == 1


def test_a_key_is_pinned_by_hand(tmp_path: Path):
    """Where the former key is lost somebody gives the key that he compared; what is no key is refused."""
    file = tmp_path / "c.json"
    file.write_bytes(debug_credential(A).encode())
    assert main(["pin", "--credential", str(file), "--key", "x.test/log.2+00+AA"]) == 1
    assert main(["pin", "--credential", str(file), "--key", B]) == 0
    assert parse_credential(file.read_bytes()).log_vkey == B
