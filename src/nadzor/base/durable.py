# SPDX-License-Identifier: Apache-2.0
"""Files that are either wholly old or wholly new, also after a power cut."""

from __future__ import annotations

import os
import secrets
from pathlib import Path


def write_atomic(path: Path, content: bytes, *, mode: int = 0o644) -> None:
    """Replace a file so that any reader, and any crash, sees the old bytes or the new ones.

    Why: rename is atomic but not durable; the file is fsynced before it and the directory after it.
    """
    fresh = path.with_name(f".{path.name}.{secrets.token_hex(6)}.tmp")
    try:
        write_new(fresh, content, mode=mode)
        fresh.replace(path)
    finally:
        fresh.unlink(missing_ok=True)
    sync_directory(path.parent)


def write_new(path: Path, content: bytes, *, mode: int = 0o644) -> None:
    """Write a file that must not exist yet, and fsync it.

    Raises: FileExistsError when somebody was faster.
    """
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    with os.fdopen(handle, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def sync_directory(path: Path) -> None:
    """Make the names in a directory durable."""
    handle = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
