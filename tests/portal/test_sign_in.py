# SPDX-License-Identifier: Apache-2.0
"""Signing in with a second factor: staff must, a code opens once, guessing locks, nothing leads astray."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.utils import translation

from nadzor.base import clock
from tests.sign_in_samples import Hands, account, browser, code, give_password, set_up_app, strict_home

pytestmark = pytest.mark.django_db


@pytest.fixture
def strict(tmp_path: Any, settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Hands]:
    """A house that asks for a second factor, with a clock to turn."""
    settings.HOME = strict_home(tmp_path / "data")
    hands = Hands()
    monkeypatch.setattr(clock, "now", hands.now)
    yield hands
    translation.deactivate()


def test_staff_without_a_factor_reach_only_its_set_up(strict):
    """Every page leads to the set-up, the API says so in a problem document, and signing out still works."""
    account("inspector")
    client = browser()
    assert give_password(client, "inspector")["Location"] == "/morning/"
    assert client.get("/devices/")["Location"] == "/account/security/"
    assert client.get("/register/")["Location"] == "/account/security/"
    refused = client.get("/api/v1/signals")
    assert (refused.status_code, refused.json()["code"]) == (403, "people.factor-first")
    assert "First set up a second factor" in client.get("/account/security/").content.decode()
    assert client.post("/logout/").status_code == 302


def test_the_first_app_opens_the_house_and_gives_recovery_codes_once(strict):
    """After the set-up the desk opens; the next sign-in asks for the app's code and goes where one was going."""
    account("inspector")
    client = browser()
    give_password(client, "inspector")
    secret, codes = set_up_app(client)
    assert len(set(codes)) == 10
    assert client.get("/devices/").status_code == 200
    again = browser()
    assert give_password(again, "inspector", next="/signals/")["Location"] == "/login/second/"
    assert again.get("/devices/")["Location"].startswith("/login/")
    strict.tick(60)
    assert again.post("/login/second/", {"code": code(secret)})["Location"] == "/signals/"
    assert again.get("/signals/").status_code == 200


def test_a_code_opens_once(strict):
    """The code that was just used, and any older one, are refused in the same minute."""
    account("head")
    client = browser()
    give_password(client, "head")
    secret, _codes = set_up_app(client)
    other = browser()
    give_password(other, "head")
    refused = other.post("/login/second/", {"code": code(secret)})
    assert "The code does not fit" in refused.content.decode()
    assert other.post("/login/second/", {"code": code(secret, later=-1)}).status_code == 200
    assert other.post("/login/second/", {"code": code(secret, later=1)})["Location"] == "/head/"
