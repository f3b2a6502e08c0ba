# SPDX-License-Identifier: Apache-2.0
"""Signed notes and checkpoints."""

from __future__ import annotations

import pytest

from nadzor_wire.keys import Ed25519PrivateKey
from nadzor_wire.note import Checkpoint, NoteError, open_note, parse_vkey, sign_note, vkey

NEUMANN_KEY = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
NEUMANN_TEXT = (
    "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n"
)
NEUMANN_LINE = (
    "\u2014 PeterNeumann "
    "x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"
)
KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
ORIGIN = "example.test/log"
VKEY = vkey(ORIGIN, KEY.public_key())
CHECKPOINT = Checkpoint(ORIGIN, 7, bytes(32))
NOTE = sign_note(CHECKPOINT.text(), ORIGIN, KEY)


def test_a_published_note_opens():
    """The example note of the format's first implementation opens under its published key."""
    assert open_note(f"{NEUMANN_TEXT}\n{NEUMANN_LINE}", NEUMANN_KEY) == NEUMANN_TEXT


def test_a_verifier_key_is_spelled_as_published():
    """Parsing and printing a published verifier key gives the same text."""
    key = parse_vkey(NEUMANN_KEY)
    assert vkey(key.name, key.public) == NEUMANN_KEY


def test_a_checkpoint_survives_signing_and_opening():
    """What was signed is what opens."""
    assert Checkpoint.parse(open_note(NOTE, VKEY)) == CHECKPOINT


def test_foreign_signatures_are_ignored():
    """A note with a witness's line still opens under the log's key."""
    other = Ed25519PrivateKey.from_private_bytes(bytes(32))
    line = sign_note(CHECKPOINT.text(), "witness.test", other).rpartition("\n\n")[2]
    assert open_note(NOTE + line, VKEY) == CHECKPOINT.text()


@pytest.mark.parametrize(
    "note",
    [
        "",
        CHECKPOINT.text(),
        NOTE[:-1],
        NOTE + NOTE.rpartition("\n\n")[2],
        NOTE.replace("\u2014", "-"),
        NOTE.replace("\n7\n", "\n8\n"),
        NOTE + "\n",
        NOTE.replace("7", "\t7"),
        NOTE + "\u2014 x !!!!!!!!\n",
        NOTE + "\u2014 x AAAAAAAAA\n",
        "x" * 20_000,
    ],
)
def test_malformed_notes_are_refused(note):
    """A note that is not exactly text, blank line and whole signature lines does not open."""
    with pytest.raises(NoteError):
        open_note(note, VKEY)


@pytest.mark.parametrize(
    "text",
    ["", "a\n1\n", f"a\n01\n{'A' * 43}=\n", "a\n1\nAAAA\n", f"\n1\n{'A' * 43}=\n", f"a\n1\n{'A' * 43}=\nx\n"],
)
def test_malformed_checkpoints_are_refused(text):
    """Leading zeros, short roots, missing origins and extra lines are refused."""
    with pytest.raises(NoteError):
        Checkpoint.parse(text)


def test_a_checkpoint_beyond_exact_integers_is_refused():
    """A size that some JSON readers would round is refused."""
    with pytest.raises(NoteError):
        Checkpoint.parse(f"a\n{2**53}\n{'A' * 43}=\n")


@pytest.mark.parametrize("name", ["", "two words", "a+b"])
def test_key_names_have_no_spaces_and_no_plus(name):
    """A key name that would break a signature line is refused."""
    with pytest.raises(NoteError):
        vkey(name, KEY.public_key())


@pytest.mark.parametrize(
    "text", ["", "a", "a+b+c", VKEY.replace("+", "-"), VKEY[:-4], NEUMANN_KEY.replace("c7", "c8"), "x" + VKEY]
)
def test_malformed_verifier_keys_are_refused(text):
    """A verifier key whose name, key id and key do not belong together is refused."""
    with pytest.raises(NoteError):
        parse_vkey(text)


@pytest.mark.parametrize("text", ["no end", "a\x07\n"])
def test_only_printable_whole_lines_are_signed(text):
    """What could not be opened again is not signed."""
    with pytest.raises(NoteError):
        sign_note(text, ORIGIN, KEY)
