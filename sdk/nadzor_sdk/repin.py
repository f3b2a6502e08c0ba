# SPDX-License-Identifier: Apache-2.0
"""Pin the key of the log that follows the pinned one: by a statement that both keys signed, or by hand."""

from __future__ import annotations

from pathlib import Path

from msgspec import structs

from nadzor_sdk.durable import sync_folder, write_atomic
from nadzor_wire.enrolment import Credential, parse_credential
from nadzor_wire.note import NoteError, parse_vkey
from nadzor_wire.succession import Succession, open_succession

BY_HAND = (
    "The former key did not sign this, or it is lost. Take the new key from two places that do not depend on"
    " each other (the regulator's letter and its Verify page, or a witness), compare them sign by sign, and"
    " give it with --key. Until then nothing is lost: batches wait in the spool."
)


class PinError(Exception):
    """The key was not pinned; the old one stays."""


def follow(file: Path, note: str) -> Succession:
    """Pins the next key in a credential file; programs that hold the credential must be started anew.

    Durability: the file changes in one step.
    Raises: PinError when the statement is not by the pinned key and the next one; CredentialError, OSError.
    """
    present = parse_credential(file.read_bytes())
    try:
        told = open_succession(note, present.log_vkey)
    except NoteError as bad:
        raise PinError(f"{bad}. {BY_HAND}") from None
    _write(file, present, told.next)
    return told


def pin_by_hand(file: Path, key: str) -> str:
    """Pins a key that somebody has compared; the key as it now stands.

    Raises: PinError for what is no verifier key; CredentialError, OSError.
    """
    present = parse_credential(file.read_bytes())
    try:
        parse_vkey(key)
    except NoteError as bad:
        raise PinError(str(bad)) from None
    _write(file, present, key.strip())
    return key.strip()


def _write(file: Path, present: Credential, key: str) -> None:
    write_atomic(file, structs.replace(present, log_vkey=key).encode())
    sync_folder(file.parent)
