# SPDX-License-Identifier: Apache-2.0
"""Refusals and the documents they become."""

from __future__ import annotations

import pytest

from nadzor.base import problems
from nadzor.base.problems import Refusal, document, preferred_language


def test_a_refusal_becomes_a_problem_document():
    """Status, title and cure come from the catalogue, the facts from the refusal."""
    page = document(Refusal("home.missing", at="--data", path="here"), "en")
    assert page["type"] == "/problems/home.missing"
    assert (page["status"], page["code"], page["at"], page["path"]) == (404, "home.missing", "--data", "here")
    assert page["title"] == "The directory here holds no nadzor data"
    assert "nadzor init --data here" in page["do"]


def test_the_document_is_russian_unless_asked():
    """The house speaks Russian first."""
    assert "нет данных" in document(Refusal("home.missing", path="x"))["title"]


def test_a_missing_fact_does_not_stop_the_answer():
    """A sentence with a gap is better than no answer."""
    assert "…" in document(Refusal("home.missing"), "en")["title"]


def test_facts_never_replace_our_own_members():
    """A fact called status cannot change the status."""
    assert document(Refusal("home.missing", status=200, title="fine"), "en")["status"] == 404


def test_an_uncatalogued_code_is_our_bug():
    """Whoever raises it learns at once."""
    with pytest.raises(LookupError, match="no.such.code"):
        document(Refusal("no.such.code"))


def test_two_rooms_cannot_claim_one_code(tmp_path, monkeypatch):
    """The catalogue refuses to open rather than pick one meaning."""
    entry = "a.b: {status: 400, title: {ru: а, en: a}, do: {ru: б, en: b}}"
    for room in ("one", "two"):
        (tmp_path / f"{room}.yaml").write_text(entry, "utf-8")
    monkeypatch.setattr(problems, "files", lambda _: tmp_path)
    with pytest.raises(ValueError, match=r"two\.yaml repeats"):
        problems.catalogue.__wrapped__()


def test_a_refusal_reads_as_a_line():
    """Code, place and facts, for a log."""
    assert str(Refusal("a.b", at="$.x", limit=3)) == "a.b at $.x (limit=3)"
    assert str(Refusal("a.b")) == "a.b"


@pytest.mark.parametrize(
    ("header", "language"),
    [
        (None, "ru"),
        ("", "ru"),
        ("en", "en"),
        ("en-GB,en;q=0.9", "en"),
        ("ru-RU,ru;q=0.9,en;q=0.8", "ru"),
        ("de,fr;q=0.5", "ru"),
        ("ru;q=0.2, en;q=0.7", "en"),
        ("en;q=nonsense", "ru"),
        ("*", "ru"),
    ],
)
def test_the_language_a_client_prefers(header, language):
    """English only when it is wanted more than Russian."""
    assert preferred_language(header) == language


@pytest.mark.parametrize("lang", ["ru", "en"])
def test_every_sentence_of_the_catalogue_can_be_said(lang):
    """No sentence breaks when its facts are filled in, whatever braces it holds and whatever is missing."""
    told = [problems.document(Refusal(code), lang) for code in problems.catalogue()]
    assert [page["code"] for page in told if not page["title"] or not page["do"]] == []
