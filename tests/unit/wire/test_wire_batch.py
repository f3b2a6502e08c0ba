# SPDX-License-Identifier: Apache-2.0
"""Batches: header, sealing, and lines that stand or fall alone."""

from __future__ import annotations

import pytest

from nadzor_wire import batch, limits
from nadzor_wire.batch import BatchError, BatchHeader, Malformed
from tests.wire_samples import LINES, SAMPLES

HEADER = BatchHeader(bytes(range(16)), 1, 500, bytes(range(32)))
TEXT = HEADER.render()


def test_the_header_is_spelled_as_in_the_protocol():
    """One dictionary, four members, one space after each comma."""
    assert TEXT == (
        "stream=:AAECAwQFBgcICQoLDA0ODw==:, first=1, last=500, "
        "prev=:AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=:"
    )


@pytest.mark.parametrize(
    "header",
    [
        HEADER,
        BatchHeader(bytes(16), 7, 7),
        BatchHeader(bytes(16), 1, 2, after=bytes(range(16)), after_last=0),
        BatchHeader(bytes(16), 1, 2, after=bytes(range(16)), after_last=900, restored=True),
        BatchHeader(bytes(16), 1, limits.EVENTS_MAX, restored=True),
    ],
)
def test_the_header_survives_the_wire(header):
    """Rendering and parsing a header gives the same header."""
    assert batch.parse_batch_header(header.render()) == header


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "batch.header"),
        (TEXT + " ", "batch.header"),
        (TEXT.replace(", ", ","), "batch.header"),
        (TEXT.replace("first=1", "first=0"), "batch.header"),
        (TEXT.replace("first=1", "first=01"), "batch.header"),
        (TEXT.replace("first=1", "first=501"), "batch.header"),
        (TEXT.replace("last=500", "last=9999999999999999"), "batch.header"),
        (TEXT.replace("Dw==", "Dx=="), "batch.header"),
        (TEXT.replace("Dw==", "D==="), "batch.header"),
        (TEXT + ", after=:AAAA:", "batch.header"),
        (TEXT + ", restored=?0", "batch.header"),
        (TEXT.replace("last=500", "last=5001"), "batch.too-many-events"),
    ],
)
def test_other_spellings_are_refused(text, code):
    """There is one spelling of a header; all others are refused."""
    with pytest.raises(BatchError) as refused:
        batch.parse_batch_header(text)
    assert refused.value.code == code


@pytest.mark.parametrize("coding", ["identity", "gzip", "zstd"])
def test_what_was_sealed_can_be_opened(coding):
    """Sealing is repeatable, and opening gives the lines back."""
    header = BatchHeader(bytes(16), 1, len(LINES))
    coded = batch.seal(LINES, header=header, coding=coding)
    assert coded == batch.seal(LINES, header=header, coding=coding)
    body = batch.inflate(coded, coding=coding)
    assert batch.split_lines(body) == list(LINES)
    assert list(batch.decode_lines(body)) == list(SAMPLES.values())


def test_the_last_line_end_may_be_absent():
    """A body without a final line end holds the same events."""
    assert list(batch.decode_lines(b"\n".join(LINES))) == list(SAMPLES.values())


def test_an_empty_body_has_no_events():
    """Nothing in, nothing out."""
    assert list(batch.decode_lines(b"")) == []


@pytest.mark.parametrize(
    "bad",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b"\xff",
        b"{}{}",
        b'{"kind":"study"}',
        b"[" * 10_000,
        b'{"a":' * 20 + b"1" + b"}" * 20,
    ],
)
def test_a_bad_line_harms_no_other(bad):
    """Every line keeps its number: the bad one is refused in its place."""
    found = batch.decode_lines(b"\n".join([LINES[0], bad, LINES[1]]))
    assert [isinstance(item, Malformed) for item in found] == [False, True, False]


@pytest.mark.parametrize(
    ("line", "code"),
    [
        (b"[" * 17 + b"]" * 17, "event.too-deep"),
        (b"[" * 16 + b"]" * 16, "event.malformed"),
        (b"[" * 60_000, "event.too-deep"),
        (b'{"x":"' + b"[" * 40 + b'"}', "event.unknown-kind"),
        (LINES[0] + b" " * limits.EVENT_MAX, "event.too-large"),
    ],
)
def test_depth_and_size_have_their_own_codes(line, code):
    """Brackets inside strings are not depth; spaces do count as size."""
    refused = batch.decode_line(line)
    assert isinstance(refused, Malformed) and refused.code == code


def test_size_is_checked_on_the_fast_path_too():
    """An otherwise good event that is too large is refused inside a good batch."""
    found = batch.decode_lines(LINES[0] + b"\n" + LINES[1] + b" " * limits.EVENT_MAX + b"\n")
    assert isinstance(found[1], Malformed) and found[1].code == "event.too-large"


@pytest.mark.parametrize(
    ("lines", "code"),
    [
        ([b"{}"] * 2, "batch.count-mismatch"),
        ([b"x" * (limits.EVENT_MAX + 1)], "event.too-large"),
    ],
)
def test_a_batch_that_breaks_a_limit_is_not_sealed(lines, code):
    """The sender finds out before the receiver does."""
    with pytest.raises(BatchError) as refused:
        batch.seal(lines, header=BatchHeader(bytes(16), 1, 1))
    assert refused.value.code == code


def test_a_batch_too_large_is_not_sealed():
    """Neither beyond the inflated nor beyond the coded limit."""
    line = b'"' + b"x" * 60_000 + b'"'
    for count, coding, code in (
        (300, "gzip", "batch.inflated-too-large"),
        (100, "identity", "batch.too-large"),
    ):
        with pytest.raises(BatchError) as refused:
            batch.seal([line] * count, header=BatchHeader(bytes(16), 1, count), coding=coding)
        assert refused.value.code == code
