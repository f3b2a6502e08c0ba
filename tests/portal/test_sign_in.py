# SPDX-License-Identifier: Apache-2.0
"""Signing in with a second factor: staff must, a code opens once, guessing locks, nothing leads astray."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.utils import translation
from structlog.testing import capture_logs

from nadzor.base import clock
from nadzor.base.problems import Refusal, title
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
    """Every page leads to the set-up, the API says so in a problem, and signing out still works."""
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
    """After the set-up the desk opens; the next sign-in asks for a code and goes where one was going."""
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


def test_guessing_a_code_locks_like_guessing_a_password(strict):
    """The fifth wrong code locks name and address; the right one is too late there, elsewhere it opens."""
    account("head")
    owner = browser("10.0.0.9")
    give_password(owner, "head")
    secret, _codes = set_up_app(owner)
    strict.tick(60)
    thief = browser("10.6.6.6")
    give_password(thief, "head")
    tries = [thief.post("/login/second/", {"code": "000000"}).status_code for _ in range(5)]
    assert tries == [200] * 4 + [429]
    assert thief.post("/login/second/", {"code": code(secret)}).status_code == 429
    assert give_password(browser("10.6.6.6"), "head").status_code == 429
    friend = browser("10.0.0.9")
    give_password(friend, "head")
    assert friend.post("/login/second/", {"code": code(secret)})["Location"] == "/head/"


def test_guessing_from_many_addresses_is_bounded_for_the_account(strict):
    """Whoever has the password and a thousand addresses gets twenty tries, not five thousand."""
    account("head")
    owner = browser()
    give_password(owner, "head")
    set_up_app(owner)
    said = []
    for place in range(8):
        thief = browser(f"10.6.6.{place}")
        give_password(thief, "head")
        said += [thief.post("/login/second/", {"code": "000000"}).content.decode() for _ in range(3)]
    full = title(Refusal("people.tries-many"), "en")
    assert [(full in page) for page in said] == [False] * 20 + [True] * 4


def test_a_recovery_code_opens_once_and_its_owner_is_told(strict):
    """Typed in any fashion; the second time it is as good as none."""
    account("auditor")
    client = browser()
    give_password(client, "auditor")
    _secret, codes = set_up_app(client)
    other = browser()
    give_password(other, "auditor")
    typed = codes[0].upper().replace("-", " ")
    assert other.post("/login/second/", {"code": typed}).status_code == 302
    shown = other.get("/account/security/").content.decode()
    assert "9 codes left" in shown and "signed in to your account with a recovery code" in shown
    third = browser()
    give_password(third, "auditor")
    assert "does not fit" in third.post("/login/second/", {"code": typed}).content.decode()


def test_the_second_step_is_no_way_round_the_first(strict):
    """Without a password, with an old one, after the account was closed: back to the beginning."""
    user = account("head")
    client = browser()
    give_password(client, "head")
    secret, _codes = set_up_app(client)
    assert browser().get("/login/second/")["Location"] == "/login/"
    assert browser().post("/login/second/", {"code": code(secret)})["Location"] == "/login/"
    late = browser()
    give_password(late, "head")
    user.is_active = False
    user.save()
    strict.tick(60)
    assert late.post("/login/second/", {"code": code(secret)})["Location"] == "/login/"
    assert late.get("/account/security/").status_code == 302


def test_a_session_set_before_signing_in_is_worth_nothing(strict):
    """The key changes at the password and at the second step; a planted one stays a stranger's."""
    account("maker", "manufacturer_admin")
    client = browser()
    client.get("/login/foreign/")
    session = client.session
    session["planted"] = True
    session.save()
    planted = session.session_key
    client.cookies["nadzor_session"] = planted
    give_password(client, "maker")
    after = client.cookies["nadzor_session"].value
    assert after != planted
    thief = browser()
    thief.cookies["nadzor_session"] = planted
    assert thief.get("/account/security/").status_code == 302


@pytest.mark.parametrize(
    ("role", "silent_s", "whole_s"), [("head", 1_800, 28_800), ("manufacturer_admin", 7_200, 43_200)]
)
def test_a_session_ends_after_silence_and_after_a_while(home, monkeypatch, role, silent_s, whole_s):
    """Staff sooner than makers; a clock set back ends it, too; the page says what happened."""
    hands = Hands()
    monkeypatch.setattr(clock, "now", hands.now)
    account("somebody", role)
    client = browser()
    give_password(client, "somebody")
    hands.tick(silent_s - 60)
    assert client.get("/account/security/").status_code == 200
    hands.tick(silent_s)
    assert client.get("/account/security/").status_code == 302
    assert "Your session has ended" in client.get("/login/").content.decode()
    give_password(client, "somebody")
    steps = whole_s // (silent_s - 60)
    for _ in range(steps):
        hands.tick(silent_s - 60)
        assert client.get("/account/security/").status_code == 200
    hands.tick(whole_s - steps * (silent_s - 60))
    assert client.get("/account/security/").status_code == 302
    give_password(client, "somebody")
    hands.tick(-7_200)
    assert client.get("/account/security/").status_code == 302


def test_no_account_has_more_sessions_than_may_be(home):
    """The sixth ends the first."""
    account("maker", "manufacturer_admin")
    clients = [browser(f"10.0.0.{place}") for place in range(6)]
    for client in clients:
        give_password(client, "maker")
    assert [client.get("/account/security/").status_code for client in clients] == [302] + [200] * 5


def test_a_new_place_is_told_and_a_known_one_is_not(home):
    """The first sign-in and the same network are no news; another network is, without its address."""
    from nadzor.records import audit, notices

    account("maker", "manufacturer_admin")
    for address in ("10.0.0.1", "10.0.0.77", "172.16.0.1", "172.16.0.2"):
        give_password(browser(address), "maker")
    told = [one.text.en for one in notices.of_account("maker")]
    assert len(told) == 1 and "new device or network" in told[0]
    assert "172.16" not in str(audit.entries(object="maker"))


def test_every_way_in_and_out_leaves_a_record(home):
    """Signed in and out stand in the chain, a failed try in the log; no password is in either."""
    from nadzor.records import audit

    account("maker", "manufacturer_admin")
    client = browser()
    with capture_logs() as heard:
        give_password(client, "maker", "a wrong guess of it")
        give_password(client, "maker")
        client.post("/logout/")
    verbs = [one.verb for one in audit.entries(object="maker")]
    assert {"people.session.open", "people.session.leave"} <= set(verbs)
    failed = [one for one in heard if one["event"] == "sign-in.failed"]
    assert len(failed) == 1 and len(failed[0]["account"]) == 16
    assert "maker" not in str(failed) and "a wrong guess" not in str(heard)
