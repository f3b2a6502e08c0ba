# SPDX-License-Identifier: Apache-2.0
"""A lost factor of staff goes by two people; a head's, with nobody left, slowly and in everybody's sight."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.db import IntegrityError, transaction

from nadzor.actions.add_factor import add_app
from nadzor.actions.ask_factor_reset import ask_factor_reset, carry_out_alone, reset_or_ask
from nadzor.actions.decide_factor_reset import decide_factor_reset
from nadzor.actions.give_api_token import give_api_token, give_own_token
from nadzor.actions.remove_factor import reset_factors
from nadzor.base import clock
from nadzor.base.problems import Refusal
from nadzor.people import totp
from nadzor.people.factor_resets import factor_resets
from nadzor.people.factors import factors
from nadzor.people.models import FactorReset, User
from nadzor.people.queries import CONSOLE, person
from nadzor.people.roles import Role
from nadzor.people.sign_in import STAFF
from nadzor.records import audit, notices
from tests.sign_in_samples import account, code, strict_home

pytestmark = pytest.mark.django_db
LOST = "seen in person, telephone lost"
HOURS = timedelta(hours=1)
STAFF_HERE = ("inspector", "head", "auditor", "registrar")


@pytest.fixture
def now(tmp_path: Any, settings: Any) -> Any:
    """A strict house where everybody of staff has had an app for a month; its moment."""
    settings.HOME = strict_home(tmp_path / "data")
    moment = clock.now()
    for username in STAFF_HERE:
        with_app(username, since=moment - 720 * HOURS)
    return moment


def with_app(username: str, *, role: str = "", since: Any) -> Any:
    """An account with an app since then."""
    made, secret = account(username, role), totp.new_secret()
    add_app(username, secret=secret, typed=code(secret), now=clock.now())
    Authenticator.objects.filter(user=made).update(created_at=since)
    return made


def who(username: str) -> Any:
    """The person of an account."""
    return person(User.objects.get(username=username))


def refused(name: str) -> Any:
    """A refusal by this code."""
    return pytest.raises(Refusal, match=name.replace(".", r"\."))


def decide(id: int, username: str, now: Any, *, approve: bool = True) -> int:
    """Somebody's word on a request."""
    return decide_factor_reset(id, approve=approve, because="spoke with them", by=who(username), now=now)


def test_the_operator_alone_gets_into_no_account_of_staff(now):
    """Neither by taking the factor off, nor by a token, nor by confirming; the factor stays."""
    with refused("people.reset-two"):
        reset_factors("inspector", by=CONSOLE, now=now)
    with refused("people.token-own"):
        give_api_token("inspector", days=1, by=CONSOLE, now=now, scope="write")
    id = ask_factor_reset("inspector", because=LOST, by=CONSOLE, now=now)
    with refused("people.reset-deciders"):
        decide_factor_reset(id, approve=True, because=LOST, by=CONSOLE, now=now)
    with refused("people.reset-not-alone"):
        ask_factor_reset("inspector", because=LOST, by=CONSOLE, now=now, alone=True)
    with refused("people.reset-waits"):
        carry_out_alone("inspector", by=CONSOLE, now=now + 1000 * HOURS)
    account("second", "head")  # a head whose password the operator has just given, with a factor of its own
    secret = totp.new_secret()
    add_app("second", secret=secret, typed=code(secret), now=now)
    with refused("people.reset-young"):
        decide(id, "second", now)
    assert factors("inspector").count == 1


def test_the_head_confirms_and_everything_of_the_account_ends(now, settings):
    """Factors, recovery codes and tokens go; the owner hears of asking and deed; the chain has both."""
    give_own_token(who("inspector"), days=30, scope="write", home=settings.HOME, now=now)
    id = ask_factor_reset("inspector", because=LOST, by=CONSOLE, now=now)
    assert ask_factor_reset("inspector", because=LOST, by=CONSOLE, now=now) == id
    assert any("второй фактор" in one.text.ru for one in notices.of("head", None))
    assert decide(id, "head", now) == 1
    assert (factors("inspector").count, factors("inspector").codes_left) == (0, 0)
    assert not User.objects.get(username="inspector").api_tokens.filter(revoked_at=None).exists()
    told = " ".join(one.text.en for one in notices.of_account("inspector"))
    assert "was taken off your account" in told and "The operator asks" in told
    asked, done = audit.entries(verb="people.factor.ask")[0], audit.entries(verb="people.factor.off")[0]
    assert (asked.by, asked.because, done.by, done.because) == ("console", LOST, "head", "spoke with them")
    with refused("people.reset-state"):
        decide(id, "head", now)
    with refused("people.reset-none"):
        ask_factor_reset("inspector", because=LOST, by=CONSOLE, now=now)


@pytest.mark.parametrize(
    ("lost", "by", "code"),
    [
        ("inspector", "auditor", "people.reset-two-people"),
        ("inspector", "registrar", "people.reset-deciders"),
        ("head", "head", "people.reset-two-people"),
        ("auditor", "auditor", "people.reset-two-people"),
    ],
)
def test_nobody_else_decides(now, lost, by, code):
    """The auditor about heads alone; nobody about themselves, neither yes nor no."""
    id = ask_factor_reset(lost, because=LOST, by=CONSOLE, now=now)
    for approve in (True, False):
        with refused(code):
            decide(id, by, now, approve=approve)
    assert factors(lost).count == 1 and factor_resets(now=now)[0].waits


def test_the_auditor_decides_about_a_head_and_a_refusal_ends_it(now):
    """Refused by the auditor, with grounds; asked anew and confirmed."""
    id = ask_factor_reset("head", because=LOST, by=CONSOLE, now=now)
    with refused("vault.because"):
        decide_factor_reset(id, approve=False, because=" ", by=who("auditor"), now=now)
    assert decide(id, "auditor", now, approve=False) == 0
    assert (factor_resets(now=now)[0].state, factors("head").count) == ("refused", 1)
    assert any("everything stays" in one.text.en for one in notices.of_account("head"))
    again = ask_factor_reset("head", because=LOST, by=CONSOLE, now=now)
    assert again != id and decide(again, "auditor", now) == 1


def test_a_request_lapses(now):
    """After the term of the norm nobody confirms it, and the operator asks anew."""
    id = ask_factor_reset("inspector", because=LOST, by=CONSOLE, now=now)
    late = now + 72 * HOURS
    assert factor_resets(now=late - HOURS)[0].waits and factor_resets(now=late)[0].state == "lapsed"
    with refused("people.reset-state"):
        decide(id, "head", late)
    with refused("people.reset-unknown"):
        decide(id + 1, "head", late)
    assert ask_factor_reset("inspector", because=LOST, by=CONSOLE, now=late) != id


def test_the_only_head_comes_back_slowly_and_in_everybody_s_sight(now):
    """All staff are told at once; before the wait is over nothing happens; then it is carried out."""
    assert reset_or_ask("head", because=LOST, by=CONSOLE, now=now, alone=True) == (
        0,
        FactorReset.objects.get().pk,
    )
    for role in STAFF:
        assert "without a second person" in notices.of(role.value, None)[0].text.en
    early = now + 71 * HOURS
    assert reset_or_ask("head", because=LOST, by=CONSOLE, now=early, alone=True)[0] == 0
    with refused("people.reset-waits"):
        carry_out_alone("head", by=CONSOLE, now=early)
    assert factors("head").count == 1
    assert reset_or_ask("head", because=LOST, by=CONSOLE, now=now + 72 * HOURS, alone=True) == (1, None)
    assert factors("head").count == 0 and "nobody refused" in notices.of("inspector", None)[0].text.en
    assert audit.entries(verb="people.factor.off")[0].by == "console"


@pytest.mark.parametrize("by", ["head", "auditor"])
def test_one_word_stops_what_goes_without_a_second_person(now, by):
    """The owner, still signed in, or the auditor; the owner cannot confirm it."""
    id = ask_factor_reset("head", because=LOST, by=CONSOLE, now=now, alone=True)
    if by == "head":
        with refused("people.reset-two-people"):
            decide(id, "head", now)
    decide(id, by, now, approve=False)
    with refused("people.reset-waits"):
        carry_out_alone("head", by=CONSOLE, now=now + 100 * HOURS)
    assert factors("head").count == 1


def test_makers_and_clinics_stay_with_the_operator(now):
    """One person takes theirs off, as before; there is nothing to ask for."""
    with_app("maker", role="manufacturer_admin", since=now)
    with refused("people.reset-none"):
        ask_factor_reset("maker", because=LOST, by=CONSOLE, now=now)
    assert reset_or_ask("maker", because="", by=CONSOLE, now=now) == (1, None)
    with refused("people.account-unknown"):
        ask_factor_reset("nobody", because=LOST, by=CONSOLE, now=now)
    with refused("people.account-unknown"):
        carry_out_alone("nobody", by=CONSOLE, now=now)
    assert factors("maker").count == 0


def test_the_register_itself_refuses_one_person_as_two(now):
    """Not a rule of a page alone: who asked, or whose account it is, stands in no row as who approved."""
    id = ask_factor_reset("inspector", because=LOST, by=CONSOLE, now=now)
    for name in ("console", "inspector"):
        with pytest.raises(IntegrityError), transaction.atomic():
            FactorReset.objects.filter(pk=id).update(is_approved=True, decided_by=name)
    assert FactorReset.objects.get().is_approved is None


def test_the_operator_s_own_account_needs_the_head(now):
    """Whoever runs the machine is staff, too."""
    with_app("operator", role=Role.OPERATOR.value, since=now)
    id = ask_factor_reset("operator", because=LOST, by=CONSOLE, now=now)
    assert decide(id, "head", now) == 1
