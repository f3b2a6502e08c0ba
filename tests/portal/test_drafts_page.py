# SPDX-License-Identifier: Apache-2.0
"""The page *Try it out*: who has it, what it shows once, what it says of a test stream."""

from __future__ import annotations

import re

import pytest

ASKED = {"name_ru": "Проба", "name_en": "Trial", "modality": "DX"}


@pytest.mark.parametrize(
    "language, words", [("ru", "Открыть черновик изделия"), ("en", "Open a draft device")]
)
def test_a_maker_tries_it_out_in_both_languages(client_of, language, words):
    """The form, then the draft with its token, which no later page repeats."""
    maker = client_of("manufacturer_admin", language)
    assert words in maker.get("/drafts/").content.decode()
    answer = maker.post("/drafts/", ASKED)
    page = answer.content.decode()
    assert (answer.status_code, answer["Cache-Control"]) == (200, "private, no-store")
    assert re.search(r"first-receipt\.sh \S+ nz-", page)
    again = maker.get("/drafts/").content.decode()
    assert "nz-" not in again and ("Проба" if language == "ru" else "Trial") in again


def test_another_bench_gets_another_token(client_of):
    """The button under a draft shows a new token for the same draft."""
    maker = client_of("manufacturer_admin", "en")
    first = maker.post("/drafts/", ASKED).content.decode()
    (code,) = set(re.findall(r'name="device" value="(draft-[0-9a-f]{8})"', first))
    second = maker.post("/drafts/", {"device": code}).content.decode()
    tokens = [re.search(r'id="token">(nz-[^<]+)', page)[1] for page in (first, second)]
    assert len(set(tokens)) == 2


def test_what_is_wrong_stands_on_the_page(client_of):
    """No name: the form comes back with what was typed and what to do."""
    answer = client_of("manufacturer_admin", "en").post("/drafts/", ASKED | {"name_ru": ""})
    page = answer.content.decode()
    assert answer.status_code == 422 and 'role="alert"' in page and 'value="Trial"' in page


@pytest.mark.parametrize("role", ["inspector", "manufacturer_reporter", "clinic", "operator"])
def test_others_have_no_such_page(client_of, role):
    """Whoever may not invite installations is told that there is nothing; the public signs in."""
    assert client_of(role).get("/drafts/").status_code == 404
    assert client_of(role).post("/drafts/", ASKED).status_code == 404
    assert client_of().get("/drafts/").status_code == 302
