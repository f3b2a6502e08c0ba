# SPDX-License-Identifier: Apache-2.0
"""Delegations and interests on their page: given, refused with nothing lost, ended, and remembered."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from nadzor.base import clock
from nadzor.people.models import Organisation
from nadzor.register.models import Delegation, Interest


def _form(**more):
    today = clock.today()
    return {
        "to": "inspector",
        "procedures": ["case", "cancellation"],
        "valid_from": today.isoformat(),
        "valid_until": (today + timedelta(days=6)).isoformat(),
        "order": "No 77 of today",
        **more,
    }


def test_the_head_gives_a_delegation_whose_last_day_is_included(client_of):
    """The page says the last day; the power keeps the day after; the trail names the order."""
    client = client_of("head", "en")
    answer = client.post("/authority/delegate/", _form())
    row = Delegation.objects.get(to="inspector")
    assert (answer.status_code, answer["Location"]) == (302, "/authority/")
    assert row.valid_until == clock.today() + timedelta(days=7)
    assert row.procedures == ["cancellation", "case"]
    page = client.get("/authority/").content.decode()
    assert "The delegation is written." in page and "in force" in page
    assert "No 77 of today" in page.partition('id="trail"')[2]
    assert client_of("inspector").get("/decisions/").status_code == 200


@pytest.mark.parametrize(
    ("wrong", "field", "words"),
    [
        ({"to": "clinic"}, "to", "Only a registrar or an inspector"),
        ({"valid_until": "yesterday"}, "valid_until", "The days of the delegation are wrong"),
        ({"valid_until": "9999-12-31"}, "valid_until", "The days of the delegation are wrong"),
        ({"valid_from": "2020-01-01", "valid_until": "2020-02-01"}, "valid_until", "wrong"),
        ({"order": "  "}, "order", "The order is missing"),
        ({"procedures": ["nonsense"]}, "procedures", "procedure"),
    ],
)
def test_a_wrong_delegation_comes_back_with_everything_that_was_typed(client_of, wrong, field, words):
    """The summary stands on top and leads to the field; nothing is written, nothing typed is lost."""
    before = Delegation.objects.count()
    given = _form(**wrong)
    answer = client_of("head", "en").post("/authority/delegate/", given)
    page = answer.content.decode()
    summary = page.partition('id="errors"')[2].partition("</div>")[0]
    assert answer.status_code in (404, 422) and Delegation.objects.count() == before
    assert re.search(rf'href="#{field}(-1)?"', summary) and words in summary
    assert 'id="give" open' in page and f'value="{given["valid_from"]}"' in page
    assert given["order"].strip() in page


def test_only_the_head_gives_and_ends(client_of):
    """The registrar finds no form, and the address itself refuses."""
    registrar = client_of("registrar", "en")
    row = Delegation.objects.first()
    assert "Give a delegation" not in registrar.get("/authority/").content.decode()
    assert registrar.post("/authority/delegate/", _form()).status_code == 403
    assert registrar.post(f"/authority/delegations/{row.pk}/end/").status_code == 403
    row.refresh_from_db()
    assert row.ended_at is None and not Delegation.objects.filter(to="inspector").exists()


def test_a_delegation_is_taken_back(client_of):
    """At once: the registrar's desk of decisions closes, the page says when."""
    client, row = client_of("head", "en"), Delegation.objects.first()
    assert client.post(f"/authority/delegations/{row.pk}/end/").status_code == 302
    page = client.get("/authority/").content.decode()
    assert "taken back on" in page and "delegation taken back" in page
    assert client_of("registrar").get("/decisions/").status_code == 403
    assert client.post("/authority/delegations/999999/end/").status_code == 404


def test_anybody_concerned_declares_an_interest_of_their_own(client_of):
    """The registrar and the expert declare; the form offers nobody else's; only the head ends it."""
    maker = Organisation.objects.filter(kind="manufacturer").first()
    for role in ("registrar", "expert"):
        client = client_of(role, "en")
        assert 'name="username"' not in client.get("/authority/").content.decode()
        told = {"organisation": maker.code, "why": "my sister works there"}
        assert client.post("/authority/interest/", told).status_code == 302
        page = client.get("/authority/").content.decode()
        assert maker.name_en in page and "bars" in page and "interests/" not in page
    row = Interest.objects.get(username="expert")
    assert client_of("expert").post(f"/authority/interests/{row.pk}/end/").status_code == 403
    assert client_of("head").post(f"/authority/interests/{row.pk}/end/").status_code == 302
    row.refresh_from_db()
    assert row.ended_at is not None


def test_nobody_declares_for_another_but_the_head(client_of):
    """A registrar who names somebody else is refused; the head may."""
    maker = Organisation.objects.filter(kind="manufacturer").first()
    told = {"organisation": maker.code, "why": "shares", "username": "inspector"}
    assert client_of("registrar").post("/authority/interest/", told).status_code == 403
    assert client_of("head").post("/authority/interest/", told).status_code == 302
    assert [row.username for row in Interest.objects.all()] == ["inspector"]


@pytest.mark.parametrize(("wrong", "field"), [({"organisation": ""}, "organisation"), ({"why": "  "}, "why")])
def test_an_unfinished_interest_comes_back(client_of, wrong, field):
    """Which organisation, and what it is: both are asked, and what was typed stays."""
    maker = Organisation.objects.filter(kind="manufacturer").first()
    answer = client_of("registrar", "en").post(
        "/authority/interest/", {"organisation": maker.code, "why": "my brother", **wrong}
    )
    page = answer.content.decode()
    assert answer.status_code in (404, 422) and f'href="#{field}"' in page and 'id="declare" open' in page
    assert not Interest.objects.exists()


def test_the_trail_is_for_the_head_and_the_auditor(client_of):
    """Others see what is theirs, not the chain."""
    shown = {
        role: 'id="trail"' in client_of(role).get("/authority/").content.decode()
        for role in ("head", "auditor", "registrar", "expert")
    }
    assert shown == {"head": True, "auditor": True, "registrar": False, "expert": False}


def test_a_form_needs_its_token(client_of):
    """Without the token of the page nothing is written."""
    from django.test import Client

    strict = Client(enforce_csrf_checks=True)
    strict.cookies = client_of("head").cookies
    assert strict.post("/authority/delegate/", _form()).status_code == 403
    assert strict.get("/authority/delegate/").status_code == 405


@pytest.mark.parametrize(
    ("language", "words"), [("ru", "вскрытия хранилища"), ("en", "openings of the vault")], ids=["ru", "en"]
)
def test_a_matter_is_named_in_the_reader_s_language(client_of, language, words):
    """What no procedure holds is given and read by its words, and said to count only where it is ticked."""
    client = client_of("head", language)
    assert client.post("/authority/delegate/", _form(procedures=["opening", "release"])).status_code == 302
    page = client.get("/authority/").content.decode()
    listed = page.partition('id="delegations"')[2].partition("<details")[0]
    assert words in listed and page.count(words) > listed.count(words)
