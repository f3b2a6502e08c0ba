# SPDX-License-Identifier: Apache-2.0
"""Records of the spool: length, checksum and line, so that a torn or damaged one is seen."""

from __future__ import annotations

from collections.abc import Iterator
from zlib import crc32

HEAD = 18  # eight hex digits, a space, eight hex digits, a space


def frame(line: bytes) -> bytes:
    """A record: length and CRC-32 in hex, the line, a line end."""
    return b"%08x %08x %b\n" % (len(line), crc32(line), line)


def frames(content: bytes) -> Iterator[tuple[bytes | None, int]]:
    """Lines with the offset after each; a damaged line is None; ends where no whole record follows."""
    start = 0
    while (length := _length(content, start)) is not None:
        end = start + HEAD + length
        line = content[start + HEAD : end]
        whole = int(content[start + 9 : start + 17], 16) == crc32(line)
        start = end + 1
        yield (line if whole else None), start


def sound_part(content: bytes) -> tuple[int, int]:
    """Number of records up to the last whole one, and the offset after it: what follows is a torn tail."""
    sound, end = 0, 0
    for count, (line, after) in enumerate(frames(content), 1):
        if line is not None:
            sound, end = count, after
    return sound, end


def _length(content: bytes, start: int) -> int | None:
    """Length of the line of the record that starts here, if a whole record does."""
    head = content[start : start + HEAD]
    if len(head) < HEAD or head[8:9] != b" " or head[17:18] != b" ":
        return None
    try:
        length = int(head[:8], 16)
        int(head[9:17], 16)
    except ValueError:
        return None
    end = start + HEAD + length
    return length if content[end : end + 1] == b"\n" else None
