# SPDX-License-Identifier: Apache-2.0
"""The attackers' experiments: none is left out, each names tests that exist, and what is left is said."""

from __future__ import annotations

import pytest

from tests.house.experiments_page import PAGE, experiments, page
from tests.house.threat_page import exists

ALL = experiments()
GAMES = {"suppress", "split", "backdate", "constant", "copy", "easy", "honest"}


def test_no_experiment_is_left_out():
    """Twenty to twenty-eight, and of the gaming maker every way by itself."""
    assert {key.partition(".")[0] for key in ALL} == {str(number) for number in range(20, 29)}
    assert {key.partition(".")[2] for key in ALL if key.startswith("26.")} == GAMES


@pytest.mark.parametrize("key", ALL)
def test_every_experiment_names_tests_that_exist(key):
    """A state that no test shows is a wish; one that is not met says what lacks."""
    one = ALL[key]
    assert one.tests and [test for test in one.tests if not exists(test)] == []
    assert bool(one.lacks) is (one.state == "partly")


def test_the_page_is_drawn_from_the_experiments():
    """What is read is what is checked."""
    assert PAGE.read_text("utf-8") == page()
