# SPDX-License-Identifier: Apache-2.0
"""Files kept by the digest of their bytes: kept once, checked at every reading."""

from __future__ import annotations

import hashlib
from datetime import datetime
from pathlib import Path
from typing import Final

from msgspec import Struct

from nadzor.base.durable import write_atomic
from nadzor.base.home import Home
from nadzor.base.problems import Refusal
from nadzor.records.models import StoredFile

SIZE_MAX: Final = 16 * 1024 * 1024  # the largest honest upload; the same as the settings' limit on a body


class FileCard(Struct, frozen=True):
    """A kept file."""

    digest: str
    size: int
    name: str
    media_type: str
    kept_at: datetime


def keep(content: bytes, *, name: str, media_type: str, home: Home, now: datetime) -> FileCard:
    """Keep a file; the same bytes are kept once, under the first name.

    Raises: Refusal file.too-large.
    """
    if len(content) > SIZE_MAX:
        raise Refusal("file.too-large", limit=SIZE_MAX)
    digest = hashlib.sha256(content).hexdigest()
    place = _place(digest, home)
    if not place.exists():
        place.parent.mkdir(parents=True, exist_ok=True)
        write_atomic(place, content, mode=0o600)
    known = {"size": len(content), "name": Path(name).name[:255], "media_type": media_type, "kept_at": now}
    row, _ = StoredFile.objects.get_or_create(digest=digest, defaults=known)
    return _card(row)


def read(digest: str, *, home: Home) -> bytes:
    """A kept file's bytes.

    Raises: Refusal file.unknown, or file.damaged when the bytes are not what was kept.
    """
    if not StoredFile.objects.filter(digest=digest).exists():
        raise Refusal("file.unknown")
    place = _place(digest, home)
    content = place.read_bytes() if place.exists() else b""
    if hashlib.sha256(content).hexdigest() != digest:
        raise Refusal("file.damaged")
    return content


def _place(digest: str, home: Home) -> Path:
    return home.root / "files" / digest[:2] / digest


def _card(row: StoredFile) -> FileCard:
    return FileCard(row.digest, row.size, row.name, row.media_type, row.kept_at)
