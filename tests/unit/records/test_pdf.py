# SPDX-License-Identifier: Apache-2.0
"""What a PDF hides is found wherever it hides; no PDF makes the search long."""

from __future__ import annotations

import time
import zlib

import pytest

from nadzor.base.problems import Refusal
from nadzor.records.files import SIZE_MAX
from nadzor.records.pdf import NAMES, active_content
from tests.filing_samples import PDF

SCRIPT = b"<< /Type /Action /S /JavaScript /JS (x) >>"


def stored(inside: bytes) -> bytes:
    """Deflated bytes in which the plain ones stand as they are."""
    return zlib.compress(inside, 0)


@pytest.mark.parametrize("name", NAMES)
def test_every_name_is_found_escaped_or_not(name):
    """With its letters written plainly, and each by its code."""
    escaped = "".join(f"#{ord(letter):02x}" for letter in name)
    assert active_content(PDF + f"/{name} ".encode()) == name
    assert active_content(PDF + f"/{escaped}>>".encode()) == name


@pytest.mark.parametrize("name", ["/JavaScripting", "/Launcher", "/JSON", "/JS", "Launch"])
def test_other_names_mean_nothing(name):
    """Longer names, names without a stroke, and three letters that chance writes into pictures."""
    assert active_content(PDF + name.encode() + b" ") == ""


@pytest.mark.parametrize(
    "packed",
    [
        b"stream\n" + zlib.compress(SCRIPT) + b"\nendstream",
        b"stream\r\n" + zlib.compress(SCRIPT),  # nothing ends it
        b"stream \r\n" + zlib.compress(SCRIPT),
        b"stream\n" + zlib.compress(SCRIPT)[:-4] + b"\0\0\0\0endstream",  # a wrong checksum
        b"stream\n" + zlib.compress(b" " * 3_000_000 + SCRIPT)[:-6] + b"\xff" * 40,  # broken right after it
        b"stream\n" + stored(b"endstream " + SCRIPT),  # an end that is none
        b"stream\n" + stored(b"%stream\n" + zlib.compress(SCRIPT)),  # packed twice
        b"stream\n" + zlib.compress(b"\0" * (40 * 1024 * 1024) + SCRIPT),  # behind a small bomb
        b"stream\n" + zlib.compress(b" " * (1024 * 1024 - 5) + SCRIPT),  # across the parts of the search
    ],
)
def test_packed_programmes_are_found(packed):
    """However the compressed part begins, ends, breaks or nests."""
    assert active_content(PDF + packed) == "JavaScript"


def test_a_bomb_is_refused():
    """What cannot be looked into whole is not kept; garbage costs nothing."""
    content = PDF + b"stream\nnot packed\nendstream\n" * 10 + b"stream\n" + zlib.compress(b"\0" * 4_000_000)
    assert active_content(content) == ""
    with pytest.raises(Refusal, match=r"file\.too-deep"):
        active_content(content, work_max=3_000_000)


@pytest.mark.parametrize(
    "evil",
    [
        b"stream\n",
        b"/#4a",
        b"stream\nx\x9c",
        b"stream\nx\x01\x01\x07\x00\xf8\xff",
        b"#",
        b"stream" + b" " * 8,
    ],
)
def test_no_pattern_makes_the_search_long(evil):
    """The largest file of nothing but beginnings takes seconds, not days."""
    content = (PDF + evil * (SIZE_MAX // len(evil)))[:SIZE_MAX]
    begun = time.process_time()
    try:
        active_content(content)
    except Refusal as refusal:
        assert refusal.code == "file.too-deep"
    assert time.process_time() - begun < 20
