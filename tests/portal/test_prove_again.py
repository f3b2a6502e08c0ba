# SPDX-License-Identifier: Apache-2.0
"""A decision asks once more who sits there, what was typed waits; keys change only after a proof."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.utils import translation

from nadzor.actions.give_api_token import give_api_token
from nadzor.base import clock
from nadzor.base.problems import Refusal, title
from nadzor.people.queries import CONSOLE, api_tokens
from nadzor.portal.security import device_words
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
DECISION = "/signals/1/move/"


@pytest.fixture
def strict(tmp_path: Any, settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Hands]:
    """A house that asks for a second factor, with a clock to turn."""
    settings.HOME = strict_home(tmp_path / "data")
    hands = Hands()
    monkeypatch.setattr(clock, "now", hands.now)
    yield hands
    translation.deactivate()


@pytest.fixture
def head(strict: Hands) -> tuple[Any, str]:
    """The head at the desk, whose last proof is eleven minutes old; and the secret of the head's app."""
    account("head")
    client = browser()
    give_password(client, "head")
    secret, _codes = set_up_app(client)
    strict.tick(660)
    return client, secret


def test_a_decision_waits_for_a_proof_and_is_sent_as_it_was_typed(head):
    """Asked, proved, shown again with every field, pressed by its author; files are said to be lost."""
    client, _secret = head
    typed = {"verb": "take", "because": "a <reason>", "seen": "3"}
    asked = client.post(DECISION, typed, headers={"referer": "http://testserver/signals/1/"})
    assert asked["Location"] == "/account/prove/?next=%2Fsignals%2F1%2F"
    page = client.get(asked["Location"]).content.decode()
    assert "What you typed is kept" in page
    again = client.post("/account/prove/", {"password": PASSWORD, "next": "/signals/1/"}).content.decode()
    assert f'action="{DECISION}"' in again and "a &lt;reason&gt;" in again
    sent = dict(re.findall(r'name="(verb|because|seen)" value="([^"]*)"', again))
    assert sent == {"verb": "take", "because": "a &lt;reason&gt;", "seen": "3"}
    answer = client.post(DECISION, typed)
    assert (answer.status_code, "/account/prove/" in answer.headers.get("Location", "")) == (404, False)
    assert client.post("/account/prove/", {"password": PASSWORD}).status_code == 302


def test_a_program_with_a_session_is_told_to_prove_again(head):
    """A problem document, and after the proof the call goes through to its own answer."""
    client, secret = head
    ask = {"verb": "take", "because": "x", "seen": 1}
    call = {"data": ask, "content_type": "application/json"}
    from nadzor.people.access import table

    decided = next(name for name, row in table().items() if name == "api:move_signal" and row.decides)
    refused = client.post("/api/v1/signals/1/moves", **call)
    assert decided and (refused.status_code, refused.json()["code"]) == (403, "people.prove-again")
    assert client.post("/account/prove/", {"code": code(secret)}).status_code == 302
    assert client.post("/api/v1/signals/1/moves", **call).json()["code"] != "people.prove-again"


def test_a_house_without_second_factors_asks_for_no_proof_of_decisions(home):
    """Where people practise, a decision is a decision."""
    account("head")
    client = browser()
    client.force_login(account("inspector"), backend="django.contrib.auth.backends.ModelBackend")
    assert client.post(DECISION, {"verb": "take"}).status_code == 404


def test_a_wrong_proof_counts_and_locks(head):
    """Password or code, the fifth wrong one shuts name and address."""
    client, _secret = head
    wrong = [
        {"password": "guess"},
        {"code": "000000"},
        {"credential": "[]"},
        {"password": "guess"},
        {"code": "1"},
    ]
    answers = [client.post("/account/prove/", each) for each in wrong]
    assert [answer.status_code for answer in answers] == [200] * 4 + [429]
    for answer, code_of_it in ((answers[0], "people.password-wrong"), (answers[1], "people.code-wrong")):
        assert title(Refusal(code_of_it), "en") in answer.content.decode()
    assert client.post("/account/prove/", {"password": PASSWORD}).status_code == 429


@pytest.mark.parametrize("next", ["https://evil.example/", "//evil.example", "/\\evil.example"])
def test_a_proof_leads_nowhere_else(head, next):
    """An address of somebody else is dropped."""
    client, _secret = head
    assert client.post("/account/prove/", {"password": PASSWORD, "next": next})["Location"] == "/"


def test_what_waited_too_long_is_gone(head, strict):
    """A form is kept for as long as a proof is good."""
    client, _secret = head
    client.post(DECISION, {"because": "kept"})
    strict.tick(660)
    assert client.post("/account/prove/", {"password": PASSWORD})["Location"] == "/"


@pytest.mark.parametrize(
    "address",
    [
        "password/",
        "app/",
        "key/",
        "codes/",
        "factor/1/remove/",
        "factor/1/name/",
        "tokens/",
        "tokens/x/revoke/",
        "sessions/end/",
        "sessions/1/end/",
    ],
)
def test_keys_change_only_after_a_proof(head, address):
    """Every page that changes how one signs in asks first."""
    client, _secret = head
    answer = client.post(f"/account/security/{address}", {"name": "x"})
    assert answer["Location"].startswith("/account/prove/")


def test_a_new_password_ends_the_other_sessions(home):
    """Too short, not twice the same, or like the name: nothing changes; then only this session is left."""
    account("maker", "manufacturer_admin")
    client, other = browser(), browser("10.0.0.2")
    give_password(client, "maker")
    give_password(other, "maker")
    token = give_api_token("maker", days=30, by=CONSOLE, now=clock.now()).prefix
    before = client.session.session_key
    for new, again in (
        ("short", "short"),
        ("a quite long one", "a quite long two"),
        ("password1234", "password1234"),
    ):
        page = client.post("/account/security/password/", {"old": PASSWORD, "new": new, "again": again})
        assert page.status_code == 200 and "Error" in page.content.decode()
    new = "a quite long word"
    assert (
        client.post("/account/security/password/", {"old": PASSWORD, "new": new, "again": new}).status_code
        == 302
    )
    assert client.session.session_key != before
    (given,) = api_tokens("maker")
    assert given.prefix == token and given.revoked_at is not None
    assert client.get("/account/security/").status_code == 200
    assert other.get("/account/security/").status_code == 302
    assert give_password(browser(), "maker").status_code == 200
    assert give_password(browser(), "maker", new)["Location"] == "/account/"


def test_staff_keep_their_last_factor_and_makers_may_drop_it(strict):
    """The last one of staff stays; a maker's goes, its recovery codes with it; somebody else's is none."""
    from nadzor.people.factors import factors

    for username, role in (("head", "head"), ("maker", "manufacturer_admin")):
        account(username, role)
        client = browser()
        give_password(client, username)
        set_up_app(client)
        app = factors(username).app
        answer = client.post(f"/account/security/factor/{app.id}/remove/")
        assert answer.status_code == (409 if role == "head" else 302)
        assert client.post(f"/account/security/factor/{app.id + 1000}/remove/").status_code == 404
    assert (factors("head").count, factors("maker").count, factors("maker").codes_left) == (1, 0, 0)


def test_recovery_codes_are_made_anew_and_the_old_are_dead(head):
    """Only where there is a factor they stand in for."""
    client, secret = head
    client.post("/account/prove/", {"code": code(secret)})
    first = re.findall(
        r"<li><code>([a-z2-7-]+)</code>", client.post("/account/security/codes/").content.decode()
    )
    second = re.findall(
        r"<li><code>([a-z2-7-]+)</code>", client.post("/account/security/codes/").content.decode()
    )
    assert len(first) == len(second) == 10 and not set(first) & set(second)
    account("maker", "manufacturer_admin")
    bare = browser()
    give_password(bare, "maker")
    assert "people.factor-missing" in bare.post("/account/security/codes/").content.decode()


def test_a_person_gives_its_programs_a_token_and_takes_it_back(head):
    """Shown once, works in the API, is revoked; too many, a wrong span, somebody else's: refused."""
    client, secret = head
    client.post("/account/prove/", {"code": code(secret)})
    page = client.post("/account/security/tokens/", {"days": "30", "scope": "read"})
    token = re.search(r'<code id="token">(nzp_[\w-]+)</code>', page.content.decode())[1]
    assert "no-store" in page.headers["Cache-Control"]
    assert token not in client.get("/account/security/tokens/").content.decode()
    bearer = {"authorization": f"Bearer {token}"}
    assert browser().get("/api/v1/signals", headers=bearer).status_code == 200
    assert client.post(f"/account/security/tokens/{token[:12]}/revoke/").status_code == 302
    assert browser().get("/api/v1/signals", headers=bearer).status_code == 401
    assert (
        "people.token-unknown"
        in client.post("/account/security/tokens/nzp_of_other/revoke/").content.decode()
    )
    assert "Error" in client.post("/account/security/tokens/", {"days": "9999"}).content.decode()
    for _ in range(20):
        client.post("/account/security/tokens/", {"days": "30"})
    assert (
        "20 tokens work already" in client.post("/account/security/tokens/", {"days": "30"}).content.decode()
    )


def test_sessions_are_seen_and_ended_one_by_one_and_all(home):
    """The others alone; this one ends by signing out, and nobody ends somebody else's."""
    account("maker", "manufacturer_admin")
    account("reporter", "manufacturer_reporter")
    client, second, third, stranger = (browser(f"10.0.0.{place}") for place in range(4))
    for each in (client, second, third):
        give_password(each, "maker")
    give_password(stranger, "reporter")
    page = client.get("/account/security/").content.decode()
    numbers = re.findall(r"/account/security/sessions/(\d+)/end/", page)
    assert len(numbers) == 2 and "this session" in page and "10.0.0.2" in page
    stranger.post(f"/account/security/sessions/{numbers[0]}/end/")
    assert [each.get("/account/security/").status_code for each in (second, third)] == [200, 200]
    client.post(f"/account/security/sessions/{numbers[0]}/end/")
    assert sorted(each.get("/account/security/").status_code for each in (second, third)) == [200, 302]
    client.post("/account/security/sessions/end/")
    assert [each.get("/account/security/").status_code for each in (client, second, third)] == [200, 302, 302]


@pytest.mark.parametrize(
    ("agent", "words"),
    [
        (
            "Mozilla/5.0 (Windows NT 10.0) Chrome/130.0 YaBrowser/24.10 Safari/537.36",
            "Yandex Browser · Windows",
        ),
        ("Mozilla/5.0 (X11; Linux x86_64; rv:130.0) Gecko/20100101 Firefox/130.0", "Firefox · Linux"),
        ("Mozilla/5.0 (Linux; Android 14) Chrome/130.0 Mobile Safari/537.36", "Chrome · Android"),
        ("curl/8.5.0", "curl/8.5.0"),
        ("", "a program without a name"),
    ],
    ids=["yandex", "firefox", "android", "program", "none"],
)
def test_a_session_is_told_by_browser_and_system(agent, words):
    """Two words a person knows, not the whole line a browser sends."""
    with translation.override("en"):
        assert device_words(agent) == words


@pytest.mark.parametrize("header", ["", "Bearer x"])
def test_a_header_of_programs_opens_no_gate_of_sessions(head, header):
    """A session that calls itself a program is asked for its proof, on a page and on the API."""
    client, _secret = head
    assert "/account/prove/" in client.post(DECISION, {}, headers={"authorization": header})["Location"]
    program = client.post(
        "/api/v1/vault/openings/1/decision", {}, content_type="application/json",
        headers={"authorization": header},
    )  # fmt: skip
    wanted = (401, "people.token-refused") if header else (403, "people.prove-again")
    assert (program.status_code, program.json()["code"]) == wanted
    account("auditor")
    bare = browser()
    give_password(bare, "auditor")
    answer = bare.get("/audit/", headers={"authorization": header})
    assert answer["Location"] == "/account/security/"
