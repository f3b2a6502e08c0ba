# SPDX-License-Identifier: Apache-2.0
"""`nadzor codes`: imported, listed, searched, shown."""

from __future__ import annotations

import json

import pytest

from nadzor.actions.create_home import create_home
from tests.unit.cli.console import answer, ask, refused

pytestmark = pytest.mark.django_db


@pytest.fixture
def house(home):
    """A home."""
    return create_home(home.root)


def test_an_edition_is_imported_and_read(house, tmp_path):
    """What was imported is listed, found by words and shown with what stands under it."""
    file = tmp_path / "annexa.json"
    rows = [
        {"code": "A01", "term": "Above"},
        {"code": "A0101", "term": "Below", "CodeHierarchy": "A01|A0101"},
    ]
    file.write_text(json.dumps(rows), "utf-8")
    report = answer(house, "codes", "import", str(file), "--edition", "test-1")
    assert (report["is_new"], report["codes"]) == (True, 2)
    assert not answer(house, "codes", "import", str(file), "--edition", "test-1")["is_new"]
    assert [one["name"] for one in answer(house, "codes", "editions")] == ["test-1", "nadzor-2026"]
    assert answer(house, "codes", "search", "below")[0]["code"] == "A0101"
    shown = answer(house, "codes", "show", "a01")
    assert (shown["children"], shown["name_ru"], shown["edition"]) == (["A0101"], None, "test-1")


def test_our_list_is_shown_without_an_import(house):
    """A code of our own list has a Russian name that is marked unofficial."""
    shown = answer(house, "codes", "show", "A0908")
    assert (shown["edition"], shown["name_ru_is_unofficial"]) == ("nadzor-2026", True)
    assert "A090803" in shown["children"]


def test_a_code_that_is_not_there_is_refused(house):
    """An unknown code has a clear answer."""
    assert refused(ask(house, "codes", "show", "A9999", "--json")) == "codes.unknown"


def test_a_language_that_is_not_here_is_wrong_use(house):
    """Nothing is searched in a language that no name is written in."""
    done = ask(house, "codes", "search", "output", "--lang", "de")
    assert (done.exit_code, "'de'" in done.output) == (2, True)
