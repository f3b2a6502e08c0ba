# SPDX-License-Identifier: Apache-2.0
"""The shape of a line that is no event: enough to mend it, nothing to leak."""

from __future__ import annotations

from nadzor.gateway.shape import CHUNK, SHAPE_MAX, personal_place, shape_of
from nadzor_wire.batch import encode_event
from tests.unit.gateway.house import study


def test_a_shape_has_our_names_and_types_but_no_values():
    """Names of the schema stay, foreign names become numbers, values become types and lengths."""
    line = b'{"kind":"study","version":"9.9","ivanov":1,"findings":[{"code":"x","present":true}],"at":1.5}'
    expected = (
        '{"kind":"study","version":"text:3","?2":"integer",'
        '"findings":[{"code":"text:1","present":"boolean"}],"at":"number"}'
    )
    assert shape_of(line) == expected


def test_a_long_list_is_told_by_its_beginning():
    """A shape shows three items and how many more there are, and never grows beyond its limit."""
    assert (
        shape_of(b'{"findings":[1,2,3,4,5]}') == '{"findings":["integer","integer","integer","and 2 more"]}'
    )
    assert len(shape_of(b'{"findings":[' + b",".join([b'{"code":1}'] * 100) + b"]}")) <= SHAPE_MAX


def test_what_cannot_be_read_has_only_a_length():
    """Broken, huge and bottomless lines have no shape."""
    assert shape_of(b"{") == "text:1"
    assert shape_of(b"[" * 50_000) == "text:50000"
    assert shape_of(b"[" + b"1," * 5_000 + b"1]") == "text:10003"
    assert shape_of(b"[" * 20 + b"]" * 20) == "text:40"


def test_a_real_event_holds_nothing_personal():
    """Ids, digests and keys of a real event are not taken for numbers of a person."""
    assert all(personal_place(encode_event(study(number))) is None for number in range(300))


def test_a_detail_across_the_seam_of_two_pieces_is_found():
    """Text is searched piece by piece, with an overlap."""
    line = b'{"x":"' + b"a" * (CHUNK - 10) + b" ivanov@example.org"
    assert personal_place(line) == ("$", "email")


def test_a_name_and_its_value_are_read_together():
    """A number that means nothing alone may mean something after its name."""
    assert personal_place(b'{"DOB": "01.02.1960"}') == ("$", "birth_date")
    assert (
        personal_place(b'{"phone": 79123456789}') is None
        or personal_place(b'{"phone": 79123456789}')[0] == "$"
    )
