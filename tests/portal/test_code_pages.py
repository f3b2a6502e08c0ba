# SPDX-License-Identifier: Apache-2.0
"""The terminology in the portal: searched and walked by everybody, chosen from without JavaScript."""

from __future__ import annotations

import re

import pytest
from django.http import QueryDict
from django.template.loader import render_to_string

from nadzor.actions.import_codes import import_codes
from nadzor.base import clock
from nadzor.people.queries import CONSOLE
from nadzor.portal.code_picker import chosen_of, looks, picker, picker_of

OLD = b'[{"code":"A09","term":"Output"},{"code":"A0907","term":"None","definition":"Told."}]'
NEW = b'[{"code":"A09","term":"Output Problem"}]'


def _page(client, address):
    answer = client.get(address)
    assert answer.status_code == 200, answer.status_code
    return answer.content.decode()


@pytest.mark.parametrize("language", ["ru", "en"])
def test_everybody_reads_the_tree(client_of, language):
    """Without an account the annexes stand with their tops, and the edition says whose names they are."""
    page = _page(client_of(None, language), "/codes/")
    assert 'href="/codes/A11/"' in page
    assert "nadzor-2026" in page
    assert ("неофициальный перевод" in page) is (language == "ru")


@pytest.mark.parametrize(("words", "language"), [("пропущенные", "ru"), ("missed", "en"), ("A090803", "ru")])
def test_words_find_a_code(client_of, words, language):
    """A search in either language, and by the code itself, leads to the code."""
    assert 'href="/codes/A090803/"' in _page(client_of(None, language), f"/codes/?q={words}")


def test_a_search_while_typing_gets_the_list_alone(client_of):
    """A search while typing gets the rows and no frame; nothing found says what to try."""
    answer = client_of().get("/codes/", {"q": "жираф"}, headers={"hx-request": "true"})
    text = answer.content.decode()
    assert "<html" not in text
    assert "Ничего не найдено" in text


def test_a_code_has_a_page(client_of):
    """Its names, edition, place, what stands under it; the Russian name is marked as unofficial."""
    page = _page(client_of(), "/codes/A0908/")
    assert "неофициальный перевод этой системы" in page
    assert 'href="/codes/A09/"' in page
    assert 'href="/codes/A090804/"' in page


def test_an_old_edition_still_answers_and_says_what_became_of_a_code(client_of):
    """A code of an older edition has its page, and what a later edition made of it stands there."""
    for name, content in (("imdrf-1", OLD), ("imdrf-2", NEW)):
        import_codes({"annexa.json": content}, edition=name, by=CONSOLE, now=clock.now())
    page = _page(client_of(), "/codes/A0907/?edition=imdrf-1")
    assert '<p lang="en">Told.</p>' in page
    assert "исключён" in page
    assert "переименован" in _page(client_of(), "/codes/A09/?edition=imdrf-1")


@pytest.mark.parametrize("address", ["/codes/A9999/", "/codes/?edition=none", "/codes/A0908/?edition=none"])
def test_what_is_not_there_is_a_clear_answer(client_of, address):
    """A code or an edition that is not here is answered with a cure."""
    answer = client_of().get(address)
    assert answer.status_code == 404
    assert re.search(r"codes\.not-here|vigilance\.edition-unknown", answer.content.decode())


def test_an_unknown_annex_is_refused(client_of):
    """A letter that is no annex is refused."""
    assert client_of().get("/codes/?annex=Z").status_code == 422


def test_a_picker_works_without_javascript(house):
    """Search comes back with the form: what was ticked stays ticked, what was found can be ticked."""
    sent = QueryDict("problems=A0907&problems-words=пропущена&look-for-codes=problems")
    assert looks(sent)
    assert chosen_of(sent, "problems") == ["A0907"]
    field = picker_of(sent, "problems", label="Что пошло не так?")
    assert [(offer.code, offer.is_chosen) for offer in field.offers] == [("A0907", True), ("A090803", False)]
    html = render_to_string("_components/code_picker.html", {"picker": field})
    assert 'value="A0907" checked' in html
    assert 'name="look-for-codes"' in html


def test_a_suggestion_is_never_ticked(house):
    """What is offered by a failure's stage says why and waits for a person."""
    field = picker("problems", suggested=[("A110303", "отказ обработки")])
    assert [(offer.code, offer.is_chosen, offer.why) for offer in field.offers] == [
        ("A110303", False, "отказ обработки")
    ]


def test_a_heading_cannot_be_ticked(house):
    """A heading is shown among what is found and cannot be ticked."""
    html = render_to_string(
        "_components/code_picker.html", {"picker": picker("parts", words="G02", annex="G")}
    )
    assert re.search(r'value="G02" disabled', html)


def test_a_picker_offers_while_typing(client_of):
    """The part that htmx asks for holds the boxes alone, of the annexes asked for."""
    answer = client_of().get("/codes/pick/F/effects/", {"effects-words": "смерть", "effects": "F20"})
    text = answer.content.decode()
    assert 'value="F20" checked' in text
    assert 'value="F02"' in text
    assert "<html" not in text
