# SPDX-License-Identifier: Apache-2.0
"""How days, numbers and shares are written in each language."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from django.utils import translation

from nadzor.base.problems import Text
from nadzor.portal import words


@pytest.mark.parametrize(
    ("language", "written"),
    [
        (
            "ru",
            [
                "05.11.2026",
                "05.11.2026, 02:30",
                "ноябрь 2026",
                "1\u202f234\u202f567",
                "−0,50",
                "12,3\u00a0%",
                "0,912–0,954",
            ],
        ),
        (
            "en",
            [
                "5 Nov 2026",
                "5 Nov 2026, 02:30",
                "November 2026",
                "1,234,567",
                "−0.50",
                "12.3%",
                "0.912–0.954",
            ],
        ),
    ],
)
def test_each_language_writes_in_its_own_way(language, written):
    """Dates, moments in Moscow, months, grouped numbers, signs, shares and intervals."""
    with translation.override(language):
        assert [
            words.day(date(2026, 11, 5)),
            words.moment(datetime(2026, 11, 4, 23, 30, tzinfo=UTC)),
            words.month(2026, 11),
            words.number(1234567),
            words.number(-0.5, 2),
            words.share(0.1234),
            words.interval(0.912, 0.954),
        ] == written


def test_what_is_unknown_is_a_dash():
    """No figure is invented for what is not known."""
    unknown = (
        words.day(None),
        words.moment(None),
        words.number(None),
        words.share(None),
        words.interval(None, 1.0),
    )
    assert set(unknown) == {words.NOTHING}


def test_a_tiny_probability_is_not_zero():
    """A p-value below the last digit shown says that it is below it."""
    with translation.override("en"):
        assert (words.small(1e-9), words.small(0.0123)) == ("< 0.000001", "0.012300")


def test_texts_kept_in_both_languages_follow_the_reader():
    """A mapping, an object with both languages and a plain text all answer."""
    with translation.override("en"):
        assert [
            words.said({"ru": "да", "en": "yes"}),
            words.said(Text(ru="да", en="yes")),
            words.said("x"),
        ] == ["yes", "yes", "x"]
    with translation.override("ru"):
        assert words.said(Text(ru="да", en="yes")) == "да"


def test_a_long_digest_is_shortened_for_the_eye():
    """Only its head is shown; a short one stays whole."""
    assert (words.short("a" * 64), words.short("abc")) == ("a" * 12 + "…", "abc")
