# SPDX-License-Identifier: Apache-2.0
"""Numbers of Russian registers and their check digits."""

from __future__ import annotations

import pytest

from nadzor.base import identifiers


@pytest.mark.parametrize("good", ["7707083893", "7710537160", "500100732259"])
def test_a_taxpayer_number_with_right_check_digits_passes(good):
    """Real numbers of ten and twelve digits."""
    assert identifiers.inn_ok(good)


@pytest.mark.parametrize("bad", ["7701123456", "770700000000", "", "770708389", " 7707083893", "٧٧٠٧٠٨٣٨٩٣"])
def test_a_taxpayer_number_with_wrong_digits_fails(bad):
    """Wrong check digit, wrong length, spaces, digits of another script."""
    assert not identifiers.inn_ok(bad)


@pytest.mark.parametrize("good", ["1027700132195", "304500116000157"])
def test_a_state_registration_number_passes(good):
    """An organisation's and a sole trader's."""
    assert identifiers.ogrn_ok(good)


@pytest.mark.parametrize("bad", ["1027700132196", "304500116000158", "102770013219", ""])
def test_a_wrong_state_registration_number_fails(bad):
    """One digit off is enough."""
    assert not identifiers.ogrn_ok(bad)


@pytest.mark.parametrize(
    ("text", "ok"),
    [
        ("1.2.643.5.1.13.13.12.2.77.8510", True),
        ("1.2.643.5.1.13.13.12.2.77.8510.0.145321", True),
        ("1.2.643.5.1.13.13.12.1.77.12", True),
        ("1.2.643.5.1.13.13.12.3.77.8510", False),
        ("1.2.643.5.1.13.13.11.1461", False),
        ("1.2.643.5.1.13.13.12.2.77.8510\n", False),
    ],
)
def test_a_clinic_oid_has_the_ministrys_arc(text, ok):
    """Organisations and their units, nothing else in the tree."""
    assert identifiers.oid_ok(text) is ok


@pytest.mark.parametrize(
    "typed", ["РЗН 2018/6809", "рзн2018/6809", "P3H 2018/6809", "РЗН\u00a0№ 2018/6809", "«РЗН 2018/6809»"]
)
def test_a_registration_number_has_one_spelling(typed):
    """Latin look-alikes, quotes, number signs and hard spaces all mean the same device."""
    assert identifiers.normalise_number(typed) == "РЗН 2018/6809"
    assert identifiers.registration_number_ok(typed)


@pytest.mark.parametrize("odd", ["", "ЕРУЛ 17/2026", "РЗН 2018-6809", "РЗН 1818/6809"])
def test_an_unknown_form_is_doubted(odd):
    """Doubted, never refused: the form is custom."""
    assert not identifiers.registration_number_ok(odd)
