# SPDX-License-Identifier: Apache-2.0
"""The snapshots that are kept below `open/` of the data directory, each in a folder of its own."""

from __future__ import annotations

import hashlib
from pathlib import Path

import msgspec

from nadzor.base.home import Home
from nadzor.base.problems import Refusal
from nadzor.disclosure.asking.sets import open_set
from nadzor.disclosure.asking.snapshot import FILES, MANIFEST, FileCard, Manifest, change_of


def shelf_room(home: Home, name: str) -> Path:
    """Where the snapshots of a set lie."""
    return home.root / "open" / name


def snapshots(home: Home, name: str) -> list[Manifest]:
    """The snapshots of a set, the newest first.

    Raises: Refusal open.set-unknown.
    """
    open_set(name)
    room = shelf_room(home, name)
    if not room.is_dir():
        return []
    found = [path for path in room.iterdir() if change_of(path.name) >= 0 and (path / MANIFEST).is_file()]
    return [_manifest(path) for path in sorted(found, key=lambda path: change_of(path.name), reverse=True)]


def latest(home: Home, name: str) -> Manifest:
    """The newest snapshot of a set.

    Raises: Refusal open.set-unknown, open.snapshot-unknown.
    """
    found = snapshots(home, name)
    if not found:
        raise Refusal("open.snapshot-unknown")
    return found[0]


def snapshot_file(home: Home, name: str, snapshot: str, file: str) -> tuple[bytes, FileCard]:
    """A file of a snapshot, whole.

    Raises: Refusal open.set-unknown, open.snapshot-unknown, open.snapshot-damaged.
    Why: what was given out under a digest is never given out with another content.
    """
    known = next((one for one in snapshots(home, name) if one.snapshot == snapshot), None)
    if known is None or file not in (*FILES, MANIFEST):
        raise Refusal("open.snapshot-unknown")
    content = (shelf_room(home, name) / snapshot / file).read_bytes()
    card = next((one for one in known.files if one.name == file), None)
    if card is None:
        return content, FileCard(MANIFEST, "application/json", len(content), sha256_of(content))
    if sha256_of(content) != card.sha256:
        raise Refusal("open.snapshot-damaged")
    return content, card


def sha256_of(content: bytes) -> str:
    """A digest in hex."""
    return hashlib.sha256(content).hexdigest()


def _manifest(path: Path) -> Manifest:
    return msgspec.json.decode((path / MANIFEST).read_bytes(), type=Manifest)
