# SPDX-License-Identifier: Apache-2.0
"""Files that are there, whole, after a power cut."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

sync_bytes: Callable[[int], None] = getattr(os, "fdatasync", os.fsync)  # macOS has no fdatasync


def write_atomic(path: Path, content: bytes) -> None:
    """Replaces a file: whole under its name or not at all, durable on return."""
    fresh = path.with_name(path.name + ".new")
    fd = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        with os.fdopen(fd, "wb", closefd=False) as file:
            file.write(content)
        os.fsync(fd)
    finally:
        os.close(fd)
    fresh.replace(path)
    sync_folder(path.parent)


def write_replace(path: Path, content: bytes) -> None:
    """Replaces a file: whole under its name or not at all; a power cut may bring the old one back."""
    fresh = path.with_name(path.name + ".new")
    fresh.write_bytes(content)
    fresh.replace(path)


def sync_folder(folder: Path) -> None:
    """Makes the names in a folder durable."""
    fd = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)
