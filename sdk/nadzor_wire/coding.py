# SPDX-License-Identifier: Apache-2.0
"""Content codings of a body: gzip, zstd or none, counted while inflating."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Callable
from typing import TYPE_CHECKING, Literal, TypeAlias

from nadzor_wire import limits

if TYPE_CHECKING:
    import zstandard

Coding: TypeAlias = Literal["identity", "gzip", "zstd"]
WINDOW_MAX = 8 * 1024 * 1024  # zstd window every decoder must support (RFC 8878 section 3.1.1.1.2)


class BatchError(ValueError):
    """A batch that breaks the format; `code` is a problem code."""

    def __init__(self, code: str, detail: str = "") -> None:
        super().__init__(f"{code}: {detail}" if detail else code)
        self.code = code
        self.detail = detail


def deflate(body: bytes, coding: Coding) -> bytes:
    """The body in this content coding, without time stamps: the same body gives the same bytes."""
    if coding == "gzip":
        return gzip.compress(body, compresslevel=6, mtime=0)
    if coding == "zstd":
        import zstandard  # an extra, not a requirement

        return zstandard.ZstdCompressor(level=3, write_checksum=True).compress(body)
    return body


def inflate(coded: bytes, *, coding: str) -> bytes:
    """The body behind a content coding.

    Raises: BatchError batch.too-large, batch.content-encoding, batch.inflated-too-large, batch.ratio or
    batch.inflate.
    """
    if len(coded) > limits.CODED_MAX:
        raise BatchError("batch.too-large")
    if coding not in _INFLATERS:
        raise BatchError("batch.content-encoding")
    body = _INFLATERS[coding](coded, _allowed(coded) + 1)
    _check_size(coded, len(body))
    return body


def _allowed(coded: bytes) -> int:
    return min(limits.INFLATED_MAX, max(limits.RATIO_FREE, limits.RATIO_MAX * len(coded)))


def _check_size(coded: bytes, size: int) -> None:
    if size > limits.INFLATED_MAX:
        raise BatchError("batch.inflated-too-large")
    if size > _allowed(coded):
        raise BatchError("batch.ratio")


def _inflate_gzip(coded: bytes, most: int) -> bytes:
    stream = zlib.decompressobj(wbits=31)
    try:
        body = stream.decompress(coded, most)
    except zlib.error:
        raise BatchError("batch.inflate") from None
    if len(body) < most and (not stream.eof or stream.unused_data):
        raise BatchError("batch.inflate", "truncated, or bytes follow the end")
    return body


def _inflate_zstd(coded: bytes, most: int) -> bytes:
    import zstandard

    unzip = zstandard.ZstdDecompressor(max_window_size=WINDOW_MAX)
    try:
        stated = zstandard.get_frame_parameters(coded).content_size
        if stated == zstandard.CONTENTSIZE_UNKNOWN:
            return _inflate_unstated(unzip, coded, most)
        _check_size(coded, stated)
        return (
            unzip.decompress(coded, allow_extra_data=False)
            if stated
            else _inflate_unstated(unzip, coded, most)
        )
    except zstandard.ZstdError:
        raise BatchError("batch.inflate") from None


def _inflate_unstated(unzip: zstandard.ZstdDecompressor, coded: bytes, most: int) -> bytes:
    """A frame without its size: count first, then check that exactly one whole frame is there."""
    with unzip.stream_reader(coded) as reader:
        body = reader.read(most)
    if len(body) == most:
        return body
    whole = unzip.decompressobj()
    whole.decompress(coded)
    if not whole.eof or whole.unused_data:
        raise BatchError("batch.inflate", "truncated, or bytes follow the end")
    return body


def _same(coded: bytes, most: int) -> bytes:
    return coded


_INFLATERS: dict[str, Callable[[bytes, int], bytes]] = {
    "identity": _same,
    "gzip": _inflate_gzip,
    "zstd": _inflate_zstd,
}
