# SPDX-License-Identifier: Apache-2.0
"""What a backup says of itself: every file by digest, and the log's signed state at its moment."""

from __future__ import annotations

import hashlib
from datetime import datetime
from pathlib import Path, PurePosixPath
from typing import Final

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from msgspec import Struct

from nadzor.base.durable import write_new
from nadzor.base.problems import Refusal
from nadzor_wire.note import NoteError, open_note, sign_note

FORMAT: Final = 1
NAME: Final = "manifest.json"
SEAL: Final = "manifest.note"
HELD: Final = "house"  # below a backup: the files as they lay in the data directory
KEYS: Final = "keys"
_WORDS: Final = "nadzor backup v1"


class FileLine(Struct, frozen=True, forbid_unknown_fields=True):
    """One file: where it lies (POSIX, relative), what it is.  `mode` is of its permissions."""

    path: str
    size: int
    sha256: str
    mode: int = 0o600


class LogLine(Struct, frozen=True, forbid_unknown_fields=True):
    """One log as the backup holds it: its public key, and a checkpoint signed over what was copied."""

    journal: str  # path of its file
    vkey: str
    size: int
    root: str  # base64
    checkpoint: str


class Manifest(Struct, frozen=True, forbid_unknown_fields=True):
    """A whole backup.  `rows` counts by `<file>:<table>`; `deeds` and `deed` end the chain of deeds."""

    taken_at: datetime
    house: str
    release: str
    seal_vkey: str
    logs: tuple[LogLine, ...]
    files: tuple[FileLine, ...]
    rows: dict[str, int]
    deeds: int = 0
    deed: str = ""
    shredded: tuple[str, ...] = ()  # <installation>/<YYYY-MM>: what no restore may bring back
    left_out: tuple[str, ...] = ()  # links and odd names, which are never followed
    with_lake: bool = False
    final: bool = False
    format: int = FORMAT

    @property
    def bytes(self) -> int:
        """Size of all files together."""
        return sum(line.size for line in self.files)


def write_manifest(folder: Path, made: Manifest, seal: tuple[str, Ed25519PrivateKey]) -> None:
    """Write and seal it: the last files of a backup."""
    content = msgspec.json.format(msgspec.json.encode(made), indent=1) + b"\n"
    write_new(folder / NAME, content, mode=0o600)
    name, key = seal
    note = sign_note(_sealed(content), name, key)
    write_new(folder / SEAL, note.encode(), mode=0o600)


def read_manifest(folder: Path, *, vkey: str | None = None) -> Manifest:
    """The manifest of a backup, its seal checked under `vkey`, or under the key it names itself.

    Raises: Refusal backup.none where there is no whole backup, backup.damaged when it does not hold.
    """
    try:
        content, note = (folder / NAME).read_bytes(), (folder / SEAL).read_text("utf-8")
    except FileNotFoundError as error:
        raise Refusal("backup.none", path=str(folder)) from error
    except UnicodeDecodeError as error:
        raise Refusal("backup.damaged", file=SEAL) from error
    try:
        made = msgspec.json.decode(content, type=Manifest)
        if open_note(note, vkey or made.seal_vkey) != _sealed(content):
            raise Refusal("backup.damaged", file=NAME)
    except (msgspec.DecodeError, NoteError) as error:
        raise Refusal("backup.damaged", file=NAME) from error
    if made.format != FORMAT or not all(_lies_inside(line.path) for line in made.files):
        raise Refusal("backup.damaged", file=NAME)
    return made


def _sealed(content: bytes) -> str:
    return f"{_WORDS}\n{hashlib.sha256(content).hexdigest()}\n"


def _lies_inside(path: str) -> bool:
    """Whether a path stays in its folder, and out of the keys."""
    parts = PurePosixPath(path).parts
    odd = not parts or path.startswith("/") or "\\" in path or "\0" in path
    return not odd and ".." not in parts and parts[0] != KEYS
