# SPDX-License-Identifier: Apache-2.0
"""Figures in a warning: as a reader of either language writes them, from a case that was really opened."""

from __future__ import annotations

import pytest

from nadzor.actions.send_warnings import send_warnings
from nadzor.actions.warning_figures import figures_of
from nadzor.vigilance.models import SafetyWarning
from tests.case_samples import case_on_signal
from tests.filing_samples import move, town
from tests.register_samples import NOW
from tests.rollup_samples import write_rollups

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _town():
    town()


def test_a_figure_is_written_in_the_language_of_its_letter():
    """The label in words, the counts of the baseline whole, no form of a programme among them."""
    line = figures_of(case_on_signal(kind="failure.rise"))[0]
    assert "Text(" not in line.ru + line.en
    assert line.ru.startswith("отношение") and line.en.startswith("ratio")
    assert line.ru.endswith("наблюдений в ней: 900") and "of 900 observations" in line.en


def test_a_confirmed_deviation_claims_no_more_than_a_person_confirmed(home):
    """Nothing is said of what was declared, since no claim was checked; the letter goes to nobody."""
    write_rollups(home, [])
    move(case_on_signal(kind="failure.rise"), "confirm_deviation")
    assert send_warnings(home, now=NOW) == 1
    letter = SafetyWarning.objects.get()
    assert "confirmed a deviation" in letter.text_en and "declared" not in letter.text_en
    assert "заявлен" not in letter.text_ru and "Text(" not in letter.text_ru + letter.text_en
