# SPDX-License-Identifier: Apache-2.0
"""The page of who may come in where is drawn, and the rules it names exist."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path

import pytest

from nadzor.people.access_page import BESIDES, RULES, access_page

PAGE = Path(__file__).parents[3] / "docs/reference/access.md"


def test_the_page_is_the_table():
    """Draw it anew: CONTRIBUTING.md, "Pages that are drawn"."""
    assert PAGE.read_text("utf-8") == access_page()


@pytest.mark.parametrize("rule", sorted({*RULES.values(), *(name for name, _says in BESIDES)}))
def test_every_rule_that_the_page_names_is_there(rule):
    """By its module and its name."""
    module, name = rule.rsplit(".", 1)
    assert callable(getattr(import_module(module), name))
