# SPDX-License-Identifier: Apache-2.0
"""The page *Try it out*: who has it, what it shows once, what it says of a test stream."""

from __future__ import annotations

import re

import pytest

from nadzor.actions.discard_draft import discard_draft
from nadzor.base import clock
from nadzor.base.problems import Refusal
from nadzor.people.models import Organisation, User
from nadzor.people.queries import CONSOLE
from nadzor.records.models import Tombstone
from nadzor.register.models import Device, Installation

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


@pytest.mark.parametrize(
    ("lang", "words"), [("ru", "Этого больше нет"), ("en", "This is gone: destroyed on")]
)
def test_a_draft_thrown_away_leaves_a_stone(client_of, lang, words):
    """Its maker hears 410 with who, when and why, on the page and from the API; a rival hears 404."""
    maker = client_of("manufacturer_admin", lang)
    page = maker.post("/drafts/", ASKED).content.decode()
    (code,) = set(re.findall(r'name="discard" value="(draft-[0-9a-f]{8})"', page))
    assert maker.post("/drafts/", {"discard": code}).status_code == 200
    assert code not in maker.get("/drafts/").content.decode()
    stone = Tombstone.objects.get(kind="draft")
    assert stone.object.endswith(f" {code}") and len(stone.digest) == 64
    account = User.objects.get(username="manufacturer_admin")
    shown = [maker.post("/drafts/", {name: code}) for name in ("device", "discard")]
    assert [each.status_code for each in shown] == [410, 410] and words in shown[0].content.decode()
    path = f"/api/v1/sandbox/devices/{code}/benches"
    told = maker.post(path, headers={"accept-language": lang})
    problem = told.json()
    assert (told.status_code, problem["code"], told["Content-Type"]) == (
        410, "records.gone", "application/problem+json",
    )  # fmt: skip
    assert words in problem["title"] and problem["because"] and str(account.pk) in problem[f"by_{lang}"]
    assert "manufacturer_admin" not in told.content.decode()
    Organisation.objects.filter(pk=account.organisation_id).update(code="another")
    assert maker.post(path).status_code == 404


def test_a_draft_with_a_bench_stays(client_of):
    """What its bench has signed stays with it; the page says so and nothing is deleted."""
    maker = client_of("manufacturer_admin", "en")
    page = maker.post("/drafts/", ASKED).content.decode()
    (code,) = set(re.findall(r'name="discard" value="(draft-[0-9a-f]{8})"', page))
    Installation.objects.create(
        id="i-bench", device=Device.objects.get(code=code), site="s", created=clock.now()
    )
    answer = maker.post("/drafts/", {"discard": code})
    assert answer.status_code == 409 and "A test bench has enrolled" in answer.content.decode()
    assert Device.objects.filter(code=code).exists() and 'name="discard"' not in answer.content.decode()
    with pytest.raises(Refusal, match="draft.has-benches"):
        discard_draft(code, by=CONSOLE, now=clock.now())
