# SPDX-License-Identifier: Apache-2.0
"""Factors, passwords, links and tokens of an account: what is refused, by its code; what leaks nowhere."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.test import RequestFactory

from nadzor.actions.add_factor import KEYS_MAX, add_app, add_key, renew_codes
from nadzor.actions.change_password import change_password
from nadzor.actions.give_api_token import TOKENS_MAX, give_own_token
from nadzor.actions.link_identity import link_identity, unlink_identity
from nadzor.actions.prove_factor import prove_code, prove_key
from nadzor.actions.remove_factor import remove_factor, rename_key
from nadzor.base import clock
from nadzor.base.problems import Refusal
from nadzor.people import totp
from nadzor.people.factors import KEY, TOTP, factors
from nadzor.people.queries import CONSOLE, person
from nadzor.people.session_cards import links
from nadzor.records import audit
from tests.sign_in_samples import account, code, strict_home

pytestmark = pytest.mark.django_db


@pytest.fixture
def strict(tmp_path: Any, settings: Any) -> Any:
    """A house that asks for second factors, and its head with an app; the secret of that app."""
    settings.HOME = strict_home(tmp_path / "data")
    account("head")
    secret = totp.new_secret()
    add_app("head", secret=secret, typed=code(secret), now=clock.now())
    return SimpleNamespace(home=settings.HOME, secret=secret)


def refused(code: str) -> Any:
    """A refusal by this code."""
    return pytest.raises(Refusal, match=code.replace(".", r"\."))


def test_a_second_app_and_a_wrong_code_are_refused(strict):
    """One app an account; the first code must fit, and its secret be one."""
    with refused("people.factor-there"):
        add_app("head", secret=strict.secret, typed=code(strict.secret), now=clock.now())
    account("auditor")
    for secret, typed in ((strict.secret, "000000"), ("short", "000000")):
        with refused("people.code-wrong"):
            add_app("auditor", secret=secret, typed=typed, now=clock.now())
    with refused("people.code-wrong"):
        prove_code("auditor", "000000", now=clock.now())
    assert factors("auditor").count == 0


def test_the_database_alone_opens_nothing(strict):
    """Neither the secret nor a recovery code is to be read in the tables or in the chain."""
    codes = renew_codes("head", now=clock.now())
    kept = str(list(Authenticator.objects.values_list("data", flat=True))) + str(audit.entries(object="head"))
    assert strict.secret not in kept
    assert [one for one in codes if one in kept or one.replace("-", "") in kept] == []


def test_what_is_no_key_is_refused(strict):
    """Rubbish for a new key or for a proof; more keys than may be; a name of nothing."""
    request = RequestFactory().get("/")
    request.session = {}
    from allauth.core import context

    user = account("auditor")
    with context.request_context(request):
        for rubbish in ({}, {"id": "x", "rawId": 1}, {"response": []}):
            with refused("people.key-wrong"):
                add_key("head", name="x", credential=rubbish, now=clock.now())
            with refused("people.key-wrong"):
                prove_key(user, rubbish, now=clock.now())
    for number in range(KEYS_MAX):
        Authenticator.objects.create(user=user, type=KEY, data={"name": str(number)})
    with refused("people.keys-many"):
        add_key("auditor", name="x", credential={}, now=clock.now())
    with refused("people.factor-unknown"):
        rename_key("head", factors("auditor").keys[0].id, name="mine now", now=clock.now())
    rename_key("auditor", factors("auditor").keys[0].id, name=" blue ", now=clock.now())
    assert factors("auditor").keys[0].name == "blue"


def test_staff_keep_one_factor(strict):
    """The last one stays; one of two goes; somebody else's is unknown."""
    app = Authenticator.objects.get(user__username="head", type=TOTP)
    with refused("people.factor-last"):
        remove_factor("head", app.pk, home=strict.home, now=clock.now())
    Authenticator.objects.create(user=app.user, type=KEY, data={"name": "stick"})
    account("auditor")
    with refused("people.factor-unknown"):
        remove_factor("auditor", app.pk, home=strict.home, now=clock.now())
    remove_factor("head", app.pk, home=strict.home, now=clock.now())
    assert (factors("head").app, factors("head").count, factors("head").codes_left) == (None, 1, 10)


@pytest.mark.parametrize("new", ["short", "password1234", "x" * 201], ids=["short", "known", "endless"])
def test_a_weak_password_is_refused(strict, new):
    """Before anything changes."""
    request = SimpleNamespace(user=account("auditor"))
    before = request.user.password
    with refused("people.password-weak"):
        change_password(request, new=new, now=clock.now())
    request.user.refresh_from_db()
    assert request.user.password == before


def test_the_only_way_in_stays(strict):
    """Without a password the last link cannot be taken away; the operator alone links for others."""
    user = account("expert")
    link_identity("expert", issuer="https://idp.example", subject="7", by=CONSOLE, now=clock.now())
    link_identity("expert", issuer="https://idp.example", subject="7", by=CONSOLE, now=clock.now())
    (only,) = links("expert")
    user.set_unusable_password()
    user.save()
    with refused("people.foreign-last"):
        unlink_identity("expert", only.id, now=clock.now())
    with refused("people.operator-only"):
        link_identity("head", issuer="https://idp.example", subject="8", by=person(user), now=clock.now())
    assert len(links("expert")) == 1


def test_a_token_of_one_s_own_has_bounds(strict):
    """Staff without a factor get none; nobody gets more than anybody tells apart."""
    bare, head = person(account("auditor")), person(Authenticator.objects.get(type=TOTP).user)
    assert bare is not None and head is not None
    with refused("people.factor-first"):
        give_own_token(bare, days=30, scope="read", home=strict.home, now=clock.now())
    for _ in range(TOKENS_MAX):
        give_own_token(head, days=30, scope="read", home=strict.home, now=clock.now())
    with refused("people.tokens-many"):
        give_own_token(head, days=30, scope="read", home=strict.home, now=clock.now())
