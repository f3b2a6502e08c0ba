# SPDX-License-Identifier: Apache-2.0
"""`nadzor init --practice`: a house to learn in, and never one that was real before."""

from __future__ import annotations

import pytest

from nadzor.base.home import Home
from tests.unit.cli.console import answer, ask, refused

pytestmark = pytest.mark.django_db


class Place:
    """A directory that is no home yet."""

    def __init__(self, root):
        self.root = root


def test_a_house_to_learn_in_is_made(tmp_path):
    """It says so in its answer, in its settings and in its log's name."""
    told = answer(Place(tmp_path / "new"), "init", "--practice")
    assert told["practice"] is True
    made = Home.open(tmp_path / "new").settings
    assert (made.practice, made.origin) == (True, "practice.nadzor.local/log")


def test_a_real_house_never_becomes_one(home):
    """A directory with a real house is refused and stays as it was."""
    assert refused(ask(home, "init", "--practice", "--json")) == "home.not-practice"
    assert not Home.open(home.root).settings.practice
