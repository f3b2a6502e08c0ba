# SPDX-License-Identifier: Apache-2.0
"""What a password may be: long rather than strange, taken as it was typed, and never old by itself."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.contrib.auth import authenticate
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.test import Client, RequestFactory

from nadzor.actions.create_staff import create_staff
from nadzor.base import clock
from nadzor.people.models import User
from tests.sign_in_samples import PASSWORD, account, browser, give_password

pytestmark = pytest.mark.django_db
GOOD = (
    "fog over eleven bridges",
    "twelve signs",
    "  spaces at both ends  ",
    "длинная фраза про сов",
    "7" * 3 + "лёд" * 40,
)


@pytest.mark.parametrize("word", GOOD, ids=["words", "twelve", "blanks", "russian", "hundred"])
def test_a_long_password_is_taken_without_rules_of_composition(word):
    """No capital, digit or sign is asked for; more than a hundred signs are as good as twelve."""
    validate_password(word, User(username="somebody"))
    assert not re.search(r"[A-Z]", word)


@pytest.mark.parametrize("word", ["eleven sign", "password1234", "qwertyuiop123", "somebody-else1"])
def test_a_short_common_or_like_one_is_refused(word):
    """Eleven signs; two of the list of common ones; one like the account's name."""
    with pytest.raises(ValidationError):
        validate_password(word, User(username="somebody-else"))


def changed(client: Client, old: str, new: str) -> Any:
    """The answer to a change."""
    return client.post("/account/security/password/", {"old": old, "new": new, "again": new})


def test_the_present_password_is_asked_for_and_the_new_one_kept_as_typed(home):
    """A wrong present one changes nothing and counts as a guess; blanks and case are part of the new one."""
    account("maker", "manufacturer_admin")
    client, new = browser(), "  Fog over Eleven bridges  "
    give_password(client, "maker")
    for wrong in ("", "not my password"):
        assert changed(client, wrong, new).status_code == 200
    assert changed(client, PASSWORD, new).status_code == 302
    request = RequestFactory().post("/login/")
    for typed in (new.strip(), new.lower(), new[:20]):
        assert authenticate(request, username="maker", password=typed) is None
    assert authenticate(request, username="maker", password=new) is not None


def test_guessing_the_present_password_locks_like_signing_in(home, settings):
    """Whoever sits at an open session has no more tries than a stranger."""
    account("maker", "manufacturer_admin")
    client = browser()
    give_password(client, "maker")
    for _ in range(settings.AXES_FAILURE_LIMIT):
        changed(client, "a wrong guess", "fog over eleven bridges")
    assert changed(client, PASSWORD, "fog over eleven bridges").status_code in (200, 429)
    assert User.objects.get().check_password(PASSWORD)


@pytest.mark.parametrize("address", ["/login/", "/account/prove/", "/account/security/password/"])
def test_password_fields_are_masked_and_managers_may_fill_them(home, address):
    """Type password, a named autocomplete, and no script that stops a paste."""
    account("maker", "manufacturer_admin")
    client = browser()
    if address != "/login/":
        give_password(client, "maker")
    page = client.get(address).content.decode()
    fields = [one for one in re.findall(r"<input[^>]*>", page) if "password" in one and "hidden" not in one]
    assert fields and all('type="password"' in one for one in fields)
    assert all(re.search(r'autocomplete="(current|new)-password"', one) for one in fields)
    assert "paste" not in page


def test_first_passwords_differ_are_long_and_no_account_is_anybody_s(home):
    """Before the operator makes accounts there are none; each gets a word of its own, told once."""
    assert not User.objects.exists()
    made = create_staff(now=clock.now())
    words = {one.password for one in made}
    assert len(words) == len(made) and min(len(word) for word in words) >= 20
    assert all(User.objects.get(username=one.username).is_password_given for one in made)
    assert not User.objects.filter(is_superuser=True).exists() and create_staff(now=clock.now()) == []
    assert [word for word in words if word in str(User.objects.values())] == []
