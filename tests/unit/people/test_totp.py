# SPDX-License-Identifier: Apache-2.0
"""Codes of an app: the published vectors, a clock that is off, a code that was used, and what people type."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Final

import pytest

from nadzor.people import totp

SECRET: Final = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"  # "12345678901234567890", RFC 6238 appendix B
NOW: Final = datetime(2026, 11, 23, 9, tzinfo=UTC)


@pytest.mark.parametrize(
    ("second", "code"),
    [
        (59, "287082"),
        (1111111109, "081804"),
        (1111111111, "050471"),
        (1234567890, "005924"),
        (2000000000, "279037"),
        (20000000000, "353130"),
    ],
)
def test_the_vectors_of_the_standard(second, code):
    """RFC 6238 appendix B, SHA-1, its last six digits."""
    assert totp.code_of(SECRET, second // totp.STEP_S) == code


@pytest.mark.parametrize(("off", "counts"), [(-60, False), (-30, True), (0, True), (30, True), (60, False)])
def test_a_telephone_may_be_half_a_minute_off(off, counts):
    """One step to either side counts, two do not."""
    typed = totp.code_of(SECRET, totp.step_of(NOW + timedelta(seconds=off)))
    assert (totp.accepted_step(SECRET, typed, now=NOW) is not None) is counts


def test_a_step_that_was_used_is_gone_with_all_before_it():
    """After the newer code neither it nor the older one opens."""
    here = totp.step_of(NOW)
    used = totp.accepted_step(SECRET, totp.code_of(SECRET, here), now=NOW)
    assert used == here
    assert totp.accepted_step(SECRET, totp.code_of(SECRET, here), now=NOW, after=here) is None
    assert totp.accepted_step(SECRET, totp.code_of(SECRET, here - 1), now=NOW, after=here) is None
    assert totp.accepted_step(SECRET, totp.code_of(SECRET, here + 1), now=NOW, after=here) == here + 1


@pytest.mark.parametrize("typed", ["", "12345", "abcdef", "²²²²²²", "1234567", "-12345", "0x1234"])
def test_what_is_no_code_is_no_code(typed):
    """Digits of another script are none of ours."""
    assert totp.accepted_step(SECRET, typed, now=NOW) is None


def test_spaces_in_a_code_do_no_harm():
    """Apps show it in two groups."""
    code = totp.code_of(SECRET, totp.step_of(NOW))
    assert totp.accepted_step(SECRET, f" {code[:3]} {code[3:]}", now=NOW) == totp.step_of(NOW)


def test_a_secret_is_as_long_as_it_should_be():
    """A hundred and sixty bits, of the alphabet people can type."""
    assert totp.is_secret(totp.new_secret()) and not totp.is_secret("ABC") and not totp.is_secret("ы" * 32)
    assert totp.in_fours(SECRET).count(" ") == 7


def test_the_address_names_house_and_account():
    """What the square says to the app."""
    told = totp.address(SECRET, account="head", issuer="Nadzor x/log")
    assert told == f"otpauth://totp/Nadzor%20x%2Flog%3Ahead?secret={SECRET}&issuer=Nadzor%20x%2Flog"
