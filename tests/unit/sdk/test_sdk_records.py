# SPDX-License-Identifier: Apache-2.0
"""Records of the spool."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from nadzor_sdk.records import frame, frames, sound_part

LINES = st.lists(st.binary(max_size=40).map(lambda line: line.replace(b"\n", b" ")), max_size=6)


@given(LINES)
def test_records_read_back(lines):
    """What was framed is what is read, with the right offsets."""
    content = b"".join(map(frame, lines))
    found = list(frames(content))
    assert [line for line, _ in found] == lines
    assert sound_part(content) == (len(lines), len(content))


@given(LINES, st.data())
def test_a_torn_tail_takes_only_the_last_record(lines, data):
    """Cut anywhere, the records before the cut are whole and nothing else is."""
    content = b"".join(map(frame, lines))
    cut = data.draw(st.integers(0, len(content)))
    count, end = sound_part(content[:cut])
    assert content[:end] == b"".join(map(frame, lines[:count])) and end <= cut
    assert count == len(lines) or end + len(frame(lines[count])) > cut


@given(LINES, st.binary(max_size=60))
def test_garbage_after_the_records_is_a_torn_tail(lines, garbage):
    """Zeroes or noise after the last record are not records, except by forging a checksum."""
    content = b"".join(map(frame, lines))
    assert sound_part(content + b"\0" + garbage) == (len(lines), len(content))


def test_a_damaged_record_is_seen_and_those_after_it_survive():
    """One flipped bit costs one record, not the rest of the segment."""
    content = bytearray(b"".join(map(frame, [b"one", b"two", b"three"])))
    content[len(frame(b"one")) + 19] ^= 1
    assert [line for line, _ in frames(bytes(content))] == [b"one", None, b"three"]
    assert sound_part(bytes(content)) == (3, len(content))


def test_a_damaged_last_record_is_a_torn_tail():
    """A record that never became whole is cut."""
    content = bytearray(frame(b"one") + frame(b"two"))
    content[-2] ^= 1
    assert sound_part(bytes(content)) == (1, len(frame(b"one")))


def test_a_head_that_is_no_number_ends_the_records():
    """Letters where the length should be end the reading."""
    assert list(frames(b"zzzzzzzz 00000000 x\n")) == []
    assert list(frames(b"00000001 zzzzzzzz x\n")) == []
