# SPDX-License-Identifier: Apache-2.0
"""A second person decides on a lost factor; a given password opens one page; secrets wait nowhere."""

from __future__ import annotations

from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.contrib.sessions.models import Session
from django.utils import translation

from nadzor.actions.add_factor import add_app
from nadzor.actions.ask_factor_reset import ask_factor_reset
from nadzor.actions.reset_password import reset_password
from nadzor.base import clock
from nadzor.people import totp
from nadzor.people.factors import factors
from nadzor.people.queries import CONSOLE
from nadzor.portal.fresh import HELD
from tests.sign_in_samples import (
    PASSWORD,
    Hands,
    account,
    browser,
    code,
    give_password,
    set_up_app,
    strict_home,
)

pytestmark = pytest.mark.django_db
PAGE = "/second-factors/"
MONTH_S = 30 * 86_400


@pytest.fixture
def strict(tmp_path: Any, settings: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    """A house that asks for a second factor, with a clock to turn."""
    settings.HOME = strict_home(tmp_path / "data")
    hands = Hands()
    monkeypatch.setattr(clock, "now", hands.now)
    yield hands
    translation.deactivate()


@pytest.fixture
def lost(strict: Hands) -> int:
    """A request about an inspector who lost everything."""
    account("inspector")
    secret = totp.new_secret()
    add_app("inspector", secret=secret, typed=code(secret), now=clock.now())
    return ask_factor_reset("inspector", because="seen in person", by=CONSOLE, now=clock.now())


def desk(username: str, strict: Hands, language: str = "en") -> Any:
    """Somebody at the desk, whose factor is a month old."""
    account(username)
    client = browser(language=language)
    give_password(client, username)
    set_up_app(client)
    Authenticator.objects.filter(user__username=username).update(created_at="2026-01-01T00:00:00Z")
    return client


@pytest.mark.parametrize(("language", "words"), [("ru", "Снять факторы"), ("en", "Take the factors off")])
def test_the_head_decides_on_the_page(strict, lost, language, words):
    """The request with its grounds, a word that is missing, a proof that is fresh, and the deed."""
    head = desk("head", strict, language)
    page = head.get(PAGE).content.decode()
    assert words in page and "seen in person" in page and f"{PAGE}{lost}/decide/" in page
    told = {"decision": "confirm", f"because-{lost}": ""}
    assert head.post(f"{PAGE}{lost}/decide/", told).status_code == 422
    told[f"because-{lost}"] = "spoke with the inspector"
    strict.tick(660)
    assert "/account/prove/" in head.post(f"{PAGE}{lost}/decide/", told)["Location"]
    assert factors("inspector").count == 1
    head.post("/account/prove/", {"password": PASSWORD, "next": PAGE})
    assert head.post(f"{PAGE}{lost}/decide/", told).status_code == 302
    assert factors("inspector").count == 0 and "spoke with" in head.get(PAGE).content.decode()


def test_the_auditor_sees_it_and_decides_nothing_of_an_inspector(strict, lost):
    """The page has no button for it, and a form sent by hand is refused; others do not come in."""
    auditor = desk("auditor", strict)
    page = auditor.get(PAGE).content.decode()
    assert "Another person decides" in page and f"{PAGE}{lost}/decide/" not in page
    told = {"decision": "refuse", f"because-{lost}": "no"}
    assert auditor.post(f"{PAGE}{lost}/decide/", told).status_code == 403
    registrar = desk("registrar", strict)
    assert registrar.get(PAGE).status_code == 403 and factors("inspector").count == 1


def test_a_given_password_opens_the_page_of_a_new_one_alone(strict):
    """Signed in with what the operator told: every page and the API send there; one's own opens the rest."""
    account("maker", "manufacturer_admin")
    given = reset_password("maker", by=CONSOLE, now=clock.now()).password
    client = browser()
    give_password(client, "maker", given)
    for address in ("/account/", "/account/security/", "/account/security/tokens/"):
        assert client.get(address)["Location"] == "/account/security/password/"
    refused = client.get("/api/v1/me")
    assert (refused.status_code, refused.json()["code"]) == (403, "people.password-given")
    assert "Somebody else gave you" in client.get("/account/security/password/").content.decode()
    new = {"old": given, "new": "a quite long word", "again": "a quite long word"}
    assert client.post("/account/security/password/", {**new, "old": PASSWORD}).status_code == 200
    assert client.post("/account/security/password/", new).status_code == 302
    assert client.get("/account/").status_code == 200


def test_staff_choose_their_password_before_their_factor(strict):
    """First the password, then the factor, then the desk."""
    account("head")
    given = reset_password("head", by=CONSOLE, now=clock.now()).password
    client = browser()
    give_password(client, "head", given)
    assert client.get("/account/security/app/")["Location"] == "/account/security/password/"
    new = {"old": given, "new": "a quite long word", "again": "a quite long word"}
    client.post("/account/security/password/", new)
    assert client.get("/head/")["Location"] == "/account/security/"
    set_up_app(client)
    assert client.get("/head/").status_code == 200


def test_a_form_with_a_password_waits_nowhere(strict):
    """Sent when the proof was old: asked for a proof, and nothing of it lies in the session."""
    account("maker", "manufacturer_admin")
    client = browser()
    give_password(client, "maker")
    strict.tick(660)
    secret = "a very secret word"
    told = {"old": PASSWORD, "new": secret, "again": secret}
    assert "/account/prove/" in client.post("/account/security/password/", told)["Location"]
    assert HELD not in client.session
    assert all(secret not in str(row.get_decoded()) for row in Session.objects.all())
