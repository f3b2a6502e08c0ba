# SPDX-License-Identifier: Apache-2.0
"""Choose who witnesses the log: `nadzor.json` names them, the job asks them."""

from __future__ import annotations

from nadzor.base.home import Home, Witness
from nadzor.base.problems import Refusal
from nadzor.base.web import parts_of
from nadzor_wire.cosignature import parse_cosigner
from nadzor_wire.note import NoteError


def appoint_witness(home: Home, *, url: str, vkey: str) -> tuple[Witness, ...]:
    """Add a witness, or move one that is known to another address. Returns all of them.

    Raises: Refusal address.malformed, witness.key-malformed, witness.name-taken for a second key of one name.
    """
    parts_of(url)
    name = cosigner_name(vkey)
    others = tuple(one for one in home.settings.witnesses if one.vkey != vkey.strip())
    if any(cosigner_name(one.vkey) == name for one in others):
        raise Refusal("witness.name-taken")
    return home.witnessed_by((*others, Witness(url.rstrip("/"), vkey.strip()))).settings.witnesses


def dismiss_witness(home: Home, *, name: str) -> tuple[Witness, ...]:
    """Remove a witness. Returns those who remain. Raises: Refusal witness.unknown."""
    kept = tuple(one for one in home.settings.witnesses if cosigner_name(one.vkey) != name)
    if len(kept) == len(home.settings.witnesses):
        raise Refusal("witness.unknown")
    return home.witnessed_by(kept).settings.witnesses


def cosigner_name(vkey: str) -> str:
    """The name in a witness's key. Raises: Refusal witness.key-malformed."""
    try:
        return parse_cosigner(vkey).name
    except NoteError as error:
        raise Refusal("witness.key-malformed") from error
