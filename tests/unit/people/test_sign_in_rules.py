# SPDX-License-Identifier: Apache-2.0
"""When a session is over, who must prove more, and which recovery code was typed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Final

import pytest

from nadzor.people.letters import letter, letters
from nadzor.people.roles import Role
from nadzor.people.sign_in import STAFF, Began, Life, has_ended, must_prove_more
from nadzor.people.spare_codes import COUNT, kept, new_codes, used_place

NOW: Final = datetime(2026, 11, 23, 9, tzinfo=UTC)
LIFE: Final = Life(timedelta(hours=8), timedelta(minutes=30))


@pytest.mark.parametrize(
    ("began", "seen", "over"),
    [(0, 0, False), (479, 29, False), (480, 1, True), (100, 30, True), (-1, 0, True), (5, -1, True)],
)
def test_a_session_ends_by_age_or_silence(began, seen, over):
    """In minutes ago; one from the future is over, too: a clock set back lengthens nothing."""
    session = Began(NOW - timedelta(minutes=began), NOW - timedelta(minutes=seen))
    assert has_ended(session, LIFE, now=NOW) is over


def test_staff_prove_more_and_makers_may():
    """All who work for the regulator, its experts or on the machine; makers and clinics are free to."""
    free = {Role.MANUFACTURER_ADMIN, Role.MANUFACTURER_REPORTER, Role.REPRESENTATIVE, Role.CLINIC}
    assert set(Role) - STAFF == free
    assert [role for role in Role if must_prove_more(role)] == [role for role in Role if role in STAFF]


def test_recovery_codes_are_told_by_their_hashes():
    """However they are typed; under another key, or changed by a letter, they are none."""
    codes = new_codes()
    hashes = [kept(code, b"key") for code in codes]
    assert len(set(codes)) == COUNT and not any(code.replace("-", "") in "".join(hashes) for code in codes)
    assert used_place(codes[3].upper().replace("-", " "), hashes, b"key") == 3
    assert used_place(codes[3], hashes, b"another") is None
    assert used_place("", hashes, b"key") is None


def test_every_letter_has_both_languages_and_an_unknown_one_is_a_fault():
    """A deed without a letter would pass in silence."""
    assert all(text.ru and text.en and text.ru != text.en for text in letters().values())
    with pytest.raises(KeyError):
        letter("factor.forget")
