# SPDX-License-Identifier: Apache-2.0
"""What letters rest on: norms of acts or of the house, never what the press told."""

from __future__ import annotations

from nadzor.register.letters import templates
from nadzor.vigilance.warning_letters import page

PRECEDENT = "suspension.precedent"


def test_no_letter_calls_the_press_its_norm():
    """The order of the first suspension is known from the press; it guided our table and binds nobody."""
    cited = {key for letter in templates().values() for key in letter.cites}
    warned = {key for letter in page().letters.values() for key in letter.cites}
    assert PRECEDENT not in cited | warned
    assert {"cancellation.suspension_first", "safety.monitoring"} <= cited


def test_an_inquiry_promises_a_command_only_where_there_is_one():
    """Some findings have no published calculation: the letter says so before the pack does."""
    text = templates()["case_inquiry"].text
    assert "where a published calculation exists" in text.en and "где есть опубликованный расчёт" in text.ru


def test_every_measure_says_how_it_is_challenged():
    """In the case by a complaint, and in a court."""
    for kind in ("suspended", "case_warning", "case_prescription"):
        text = templates()[kind].text
        assert "court" in text.en and "complain" in text.en
        assert "в суде" in text.ru and ("жалоб" in text.ru or "обжаловать в деле" in text.ru)
