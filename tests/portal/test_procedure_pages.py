# SPDX-License-Identifier: Apache-2.0
"""Procedures open to everyone: drawn and told from their tables, in both languages."""

from __future__ import annotations

import re
from html import unescape

import pytest

from nadzor.procedures.catalogue import PROCEDURES
from nadzor.procedures.words import words


@pytest.mark.parametrize("language", ["ru", "en"])
def test_the_list_names_every_procedure_and_the_way_software_cannot_take(client_of, language):
    """Each procedure is a link; the standard route is told, with its norms, and leads nowhere."""
    page = client_of(language=language).get("/procedures/").content.decode()
    assert {name for name in PROCEDURES if f'href="/procedures/{name}/"' in page} == set(PROCEDURES)
    standard = {"ru": "программное обеспечение по нему не регистрируется", "en": "software is not registered"}
    assert standard[language] in page and "/procedures/standard/" not in page


@pytest.mark.parametrize("language", ["ru", "en"])
@pytest.mark.parametrize("name", sorted(PROCEDURES))
def test_a_procedure_tells_all_its_states_and_verbs(client_of, name, language):
    """The drawing has every state, the words every verb, the matrix every role that may act."""
    answer = client_of(language=language).get(f"/procedures/{name}/")
    page = unescape(answer.content.decode())
    assert answer.status_code == 200 and len(re.findall("<h1>", page)) == 1
    drawn = set(re.findall(r'data-state="(\w+)"', page))
    assert set(PROCEDURES[name].states) <= drawn
    told = words()[name]
    missing = [verb for verb in PROCEDURES[name].verbs if getattr(told.explains[verb], language) not in page]
    assert missing == []
    assert not re.search(r"<script(?![^>]*\bsrc=)|<style|\sstyle=|\son\w+=", page)


def test_limits_have_their_norm_their_value_of_today_and_what_follows(client_of):
    """The simplified route: the overall limit in words, its fact, and that a miss decides nothing."""
    page = client_of(language="en").get("/procedures/registration_simplified/").content.decode()
    assert "31 working days" in page and ">T-08<" in page
    assert "never infers a decision" in page and "195,000" in page


def test_the_accelerated_route_tells_its_conflict(client_of):
    """X12: the two meanings of the 25 days stand side by side, the founding text deciding."""
    page = client_of(language="en").get("/procedures/registration_accelerated/").content.decode()
    assert 'id="X12"' in page and "25 working days" in page


def test_no_limit_is_no_lateness(client_of):
    """The gate has no clock of the law, and its page says what that means."""
    page = client_of(language="en").get("/procedures/transmission/").content.decode()
    assert "nothing here is ever overdue by law" in page


def test_a_procedure_nobody_has_is_not_found(client_of):
    """A wrong name is 404 with our own page."""
    answer = client_of().get("/procedures/nonsense/")
    assert answer.status_code == 404 and "<h1>" in answer.content.decode()
