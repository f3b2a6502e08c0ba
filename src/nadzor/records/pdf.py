# SPDX-License-Identifier: Apache-2.0
"""What a PDF carries that could act: programmes, launch actions, hidden files, compressed parts included.

Why: the file comes from outside, so that no pattern here may take longer than the file is long, and a bomb is
neither unpacked whole nor waved through: what cannot be looked into is not kept.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator
from typing import Final

from nadzor.base.problems import Refusal

WORK_MAX: Final = 512 * 1024 * 1024  # bytes read and unpacked in search of programmes: some two seconds
#: Names without which nothing in a PDF runs, leaves or hides; `/JS` alone is left out: chance writes three
#: letters into every second large picture, and a script stands under `/JavaScript` or `/Rendition` anyway.
NAMES: Final = (
    "JavaScript", "Rendition", "Launch", "RichMedia", "XFA", "SubmitForm", "ImportData", "GoToE",
    "EmbeddedFiles", "EmbeddedFile", "FileAttachment",
)  # fmt: skip
_PART: Final = 64 * 1024  # compressed bytes taken at a time
_STEPS: Final = (1024 * 1024, 1024, 1)  # unpacked bytes taken at a time; ever fewer right before a fault
_STEP_COST: Final = 1024
_OVERLAP: Final = 64  # longer than any name with every letter escaped
_MARK: Final = b"stream"
_MARK_COST: Final = 64  # what one mark costs at least, however little follows it
_GAP: Final = re.compile(rb"[ \t\r\n]{0,8}")
_DEFLATE: Final = 8


def active_content(content: bytes, *, work_max: int = WORK_MAX) -> str:
    """The first programme or hidden file named in a PDF, compressed parts and escaped names included.

    Raises: Refusal file.too-deep when looking into the compressed parts takes more than `work_max` bytes.
    """
    if found := _named(content):
        return found
    left = work_max
    for begin in _begins(content):
        left -= _MARK_COST
        for part, cost in _unpacked(content, begin):
            if found := _named(part):
                return found
            left -= cost
            if left < 0:
                raise Refusal("file.too-deep", limit=work_max)
    return ""


def _spelled(name: str) -> str:
    """A name whose letters may each be written by their code, as `#4A`; the pattern never goes back."""
    return "".join(f"(?:{letter}|#{ord(letter):02x}|#{ord(letter):02X})" for letter in name)


_ACTIVE: Final = re.compile(f"/({'|'.join(map(_spelled, NAMES))})(?![A-Za-z])".encode())
_ESCAPED: Final = re.compile(rb"#([0-9A-Fa-f]{2})")


def _named(part: bytes) -> str:
    found = _ACTIVE.search(part)
    return _ESCAPED.sub(lambda hit: bytes([int(hit[1], 16)]), found[1]).decode() if found else ""


def _begins(content: bytes) -> Iterator[int]:
    """Where packed bytes may begin: after each mark and the white space behind it."""
    place = content.find(_MARK)
    while place >= 0:
        gap = _GAP.match(content, place + len(_MARK))
        yield gap.end() if gap else place
        place = content.find(_MARK, place + len(_MARK))


def _unpacked(content: bytes, begin: int) -> Iterator[tuple[bytes, int]]:
    """The bytes packed from here on, part by part, each with what it cost; those before a fault, too.

    Method: RFC 1950 header, then RFC 1951 without the checksum, as PDF readers do; no trust in `endstream`.
    """
    head = content[begin : begin + 2]
    if len(head) < 2 or head[0] & 0x0F != _DEFLATE or int.from_bytes(head, "big") % 31:
        return
    packer, rest, tail, steps = zlib.decompressobj(-zlib.MAX_WBITS), b"", b"", list(_STEPS)
    begin += 2
    while not packer.eof:
        fresh = b"" if rest else content[begin : begin + _PART]
        begin, taken, kept = begin + len(fresh), rest or fresh, packer.copy()
        try:
            part = packer.decompress(taken, steps[0])
        except zlib.error:
            packer, rest = kept, taken
            del steps[0]
            if not steps:
                return
            continue
        rest = packer.unconsumed_tail
        if not part and not taken:
            return
        yield tail + part, len(part) + len(taken) - len(rest) + _STEP_COST
        tail = (tail + part)[-_OVERLAP:]
