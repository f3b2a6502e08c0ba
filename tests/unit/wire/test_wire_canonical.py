# SPDX-License-Identifier: Apache-2.0
"""Canonical JSON."""

from __future__ import annotations

import pytest

from nadzor_wire.canonical import CanonicalError, canonical


def test_keys_follow_rfc_8785_section_3_2_3():
    """Keys are sorted by UTF-16 code units, as in the example of the standard."""
    keys = ["\u20ac", "\r", "\ufb33", "1", "\U0001f600", "\u0080", "\u00f6"]
    text = canonical(dict.fromkeys(keys)).decode()
    order = sorted(keys, key=lambda key: text.index(canonical(key).decode()))
    assert order == ["\r", "1", "\u0080", "\u00f6", "\u20ac", "\U0001f600", "\ufb33"]


def test_strings_are_escaped_as_in_rfc_8785_section_3_2_2_2():
    """Only quotes, backslashes and control characters are escaped, with the short forms first."""
    assert (
        canonical('\u20ac$\u000f\nA\'B"\\\\"/\x7f') == '"\u20ac$\\u000f\\nA\'B\\"\\\\\\\\\\"/\x7f"'.encode()
    )


def test_literals_and_nesting():
    """Literals are spelled as in JSON, and nothing is between the tokens."""
    assert canonical({"b": [True, False, None, -1, 0], "a": {}}) == b'{"a":{},"b":[true,false,null,-1,0]}'


@pytest.mark.parametrize("value", [1.0, float("nan"), 2**53, -(2**53), "\ud800", {1: 2}, b"x", {"a": {2}}])
def test_what_has_no_canonical_form_is_refused(value):
    """Floats, big integers, lone surrogates and foreign types have no canonical form."""
    with pytest.raises(CanonicalError):
        canonical(value)


def test_bottomless_nesting_is_refused():
    """A value nested beyond the interpreter's stack is refused, not a crash."""
    value: list[object] = []
    for _ in range(100_000):
        value = [value]
    with pytest.raises(CanonicalError):
        canonical(value)
    while value:  # taken apart level by level, because a deep list is freed recursively
        value = value.pop()  # type: ignore[assignment]
