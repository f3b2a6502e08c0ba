# SPDX-License-Identifier: Apache-2.0
"""Ids: UUIDv7, random and derived."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID

import pytest

from nadzor.base.ids import derived_uuid7, uuid7

NOON = datetime(2026, 11, 21, 12, 0, 0, 123000, tzinfo=UTC)


@pytest.mark.parametrize("text", [uuid7(NOON), derived_uuid7(NOON, "a", "b")], ids=["random", "derived"])
def test_an_id_is_a_uuid_of_version_seven_that_carries_its_moment(text):
    """Version, variant and the 48-bit millisecond clock stand where RFC 9562 puts them."""
    found = UUID(text)
    assert (found.version, found.variant) == (7, "specified in RFC 4122")
    assert found.int >> 80 == int(NOON.timestamp() * 1000)


def test_random_ids_differ():
    """Seventy-four random bits do not repeat."""
    assert len({uuid7(NOON) for _ in range(1000)}) == 1000


def test_a_derived_id_is_the_same_forever():
    """The value is pinned: changing the derivation would make every replay new."""
    assert derived_uuid7(NOON, "model", "study") == derived_uuid7(NOON, "model", "study")
    assert derived_uuid7(NOON, "model", "study") == "01a1fdfa-467b-76d8-9051-232b0c92a533"


def test_parts_are_not_merely_joined():
    """Moving a letter from one part to the next gives another id."""
    assert derived_uuid7(NOON, "ab", "c") != derived_uuid7(NOON, "a", "bc")


def test_an_id_needs_a_zone():
    """A moment without a zone would give different ids on different machines."""
    with pytest.raises(ValueError, match="time zone"):
        uuid7(NOON.replace(tzinfo=None))
