# SPDX-License-Identifier: Apache-2.0
"""What a file of adverse events is, before a row of it is believed: its size, its bytes, its encoding.

Why: the file is read once in small parts, so that a bomb or a line of a gigabyte costs no memory.
"""

from __future__ import annotations

import codecs
import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Final, Literal

from msgspec import Struct

from nadzor.base.problems import Refusal

FILE_MAX: Final = 256 * 1024 * 1024  # a national year of reports is some tens of MiB
LINE_MAX: Final = 1024 * 1024  # longer than any row whose cells are within their limits
PART: Final = 256 * 1024
ENCODINGS: Final = ("utf-8-sig", "cp1251")
_ARCHIVES: Final = (b"PK\x03\x04", b"PK\x05\x06", b"\x1f\x8b", b"BZh", b"7z\xbc\xaf", b"\xfd7zXZ", b"Rar!",
                    b"(\xb5/\xfd", b"%PDF", b"\xd0\xcf\x11\xe0", b"\x89PNG", b"\xff\xd8\xff")  # fmt: skip
_WIDE: Final = (b"\xff\xfe", b"\xfe\xff")
Kind = Literal["csv", "list", "lines"]


class Scanned(Struct, frozen=True):
    """A file that is text: its digest, size, encoding, and whether it is CSV, a JSON list or JSON lines."""

    digest: str
    size: int
    encoding: str
    kind: Kind


def scan(path: Path) -> Scanned:
    """Read a file to its end and say what it is.

    Raises: Refusal ae-file.empty, ae-file.too-large, ae-file.disguised, ae-file.markup, ae-file.encoding,
    ae-file.line-too-long.
    """
    hashed, size, line, kind = hashlib.sha256(), 0, 0, None
    decoders = {name: codecs.getincrementaldecoder(name)("strict") for name in ENCODINGS}
    for part in _parts(path):
        kind = kind or _kind(part)
        size += len(part)
        if size > FILE_MAX:
            raise Refusal("ae-file.too-large", limit_mib=FILE_MAX >> 20)
        if b"\x00" in part:
            raise Refusal("ae-file.disguised")
        line = _line(part, line)
        if line > LINE_MAX and kind != "list":
            raise Refusal("ae-file.line-too-long", limit_kib=LINE_MAX >> 10)
        _believe(decoders, part)
        hashed.update(part)
    _believe(decoders, b"", final=True)
    if kind is None:
        raise Refusal("ae-file.empty")
    return Scanned(hashed.hexdigest(), size, next(iter(decoders)), kind)


def _parts(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while part := file.read(PART):
            yield part


def _kind(part: bytes) -> Kind | None:
    """What a file is by how it begins; None while nothing but white space was seen."""
    if part.startswith((*_ARCHIVES, *_WIDE)):
        raise Refusal("ae-file.disguised")
    start = part.removeprefix(codecs.BOM_UTF8).lstrip()[:1]
    if start == b"<":
        raise Refusal("ae-file.markup")
    kinds: dict[bytes, Kind] = {b"[": "list", b"{": "lines"}
    return kinds.get(start, "csv") if start else None


def _line(part: bytes, before: int) -> int:
    """How long the longest line is that ends or goes on in this part; once too long, it stays too long."""
    if before > LINE_MAX:
        return before
    lines = part.replace(b"\r", b"\n").split(b"\n")
    first = before + len(lines[0])
    longest = max(first, *map(len, lines))
    return longest if longest > LINE_MAX else len(lines[-1]) if len(lines) > 1 else first


def _believe(decoders: dict[str, codecs.IncrementalDecoder], part: bytes, *, final: bool = False) -> None:
    """Drop the encodings in which the part is no text."""
    for name in tuple(decoders):
        try:
            decoders[name].decode(part, final)
        except UnicodeDecodeError:
            del decoders[name]
    if not decoders:
        raise Refusal("ae-file.encoding")
