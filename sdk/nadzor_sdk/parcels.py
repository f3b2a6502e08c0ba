# SPDX-License-Identifier: Apache-2.0
"""The files that leave an isolated network and come back: JSON lines; the first says what follows."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, TypeVar

import msgspec
from msgspec import Struct

from nadzor_wire.limits import CODED_MAX

LINE_MAX = 2 * CODED_MAX  # bytes: a batch in base64 with its headers; an answer is shorter
T = TypeVar("T")


class ParcelError(Exception):
    """A file that is not what it should be."""


class Outgoing(Struct, frozen=True, tag_field="nadzor", tag="carried"):
    """First line of a file of batches."""

    v: int
    installation: str
    target: str  # the address that was signed, and that is sent to unless told otherwise
    made_at: str


class Parcel(Struct, frozen=True):
    """One signed request; `body` is base64 in JSON."""

    headers: dict[str, str]
    body: bytes


class Incoming(Struct, frozen=True, tag_field="nadzor", tag="answers"):
    """First line of a file of answers."""

    v: int


class Reply(Struct, frozen=True):
    """The answer to one request, named by what was sent."""

    batch: str  # Nadzor-Batch
    digest: str  # Content-Digest
    status: int
    body: bytes


def write_line(file: BinaryIO, line: Struct) -> None:
    """Appends one line."""
    file.write(msgspec.json.encode(line) + b"\n")


@contextmanager
def private_file(path: Path) -> Iterator[BinaryIO]:
    """A new file that only its owner reads, durable at the end."""
    fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(fd, "wb") as file:
        yield file
        file.flush()
        os.fsync(fd)


def read_lines(path: Path, head: type[Outgoing] | type[Incoming], kind: type[T]) -> Iterator[T]:
    """The lines behind the first. Raises: ParcelError at the line that is none, OSError."""
    with path.open("rb") as file:
        _head(file.readline(LINE_MAX), head)
        while line := file.readline(LINE_MAX):
            yield _decoded(line, kind)


def read_head(path: Path, head: type[T]) -> T:
    """The first line. Raises: ParcelError, OSError."""
    with path.open("rb") as file:
        return _head(file.readline(LINE_MAX), head)


def _head(line: bytes, head: type[T]) -> T:
    found = _decoded(line, head)
    if getattr(found, "v", None) != 1:
        raise ParcelError("unknown version of the file")
    return found


def _decoded(line: bytes, kind: type[T]) -> T:
    try:
        return msgspec.json.decode(line, type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise ParcelError(f"a line is not what was expected ({kind.__name__.lower()})") from None
