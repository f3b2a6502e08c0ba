# SPDX-License-Identifier: Apache-2.0
"""`nadzor vault` and `nadzor shred` by name: proved accounts, two people, nothing secret in what is left."""

from __future__ import annotations

import json

import pytest
from allauth.mfa.models import Authenticator
from django.conf import settings

from nadzor.base import clock
from nadzor.people import totp
from nadzor.people.adapters import FactorAdapter
from nadzor.people.models import User
from nadzor.records import audit
from nadzor.records.models import ReadEntry, VaultLook, VaultOpening
from tests.openings import CLINIC, sites
from tests.unit.cli.console import ask, refused

pytestmark = pytest.mark.django_db
PASSWORD = "a long password of a test"
GROUND = ("--because", "Order 12 of a court")


@pytest.fixture
def people():
    """An inspector, a head, an auditor and a registrar with one password."""
    for role in ("inspector", "head", "auditor", "registrar"):
        user = User(username=role, role=role)
        user.set_password(PASSWORD)
        user.save()


def said(home, *words, stdin=PASSWORD):
    """What a command prints as JSON, typed by somebody who proves themselves."""
    done = ask(home, *words, "--json", stdin=stdin + "\n")
    assert done.exit_code == 0, (done.output, done.exception)
    return json.loads(done.stdout)


def wanted(home, site, *more, by="inspector"):
    """A request for one site."""
    return said(home, "vault", "ask", "--as", by, "--purpose", "court", *GROUND, "--site", site, *more)


def test_two_named_people_open_look_and_close(home, people):
    """Each acts as the account that was proved; the asker does not approve; a look is recorded by name."""
    site, _ = sites(home)
    id = wanted(home, site)["opening"]
    own = ask(home, "vault", "approve", id, "--as", "inspector", *GROUND, stdin=PASSWORD + "\n")
    assert refused(own) == "vault.two-people"
    assert said(home, "vault", "approve", id, "--as", "head", *GROUND)["state"] == "open"
    shown = said(home, "vault", "open", id, "--as", "inspector", "--site", site)
    assert shown["clinic"]["oid"] == CLINIC.oid and VaultLook.objects.get().by == "inspector"
    assert said(home, "vault", "close", id, "--as", "head")["state"] == "closed"
    (card,) = said(home, "vault", "openings", "--as", "auditor")
    assert (card["asked_by"], card["decided_by"], card["state"]) == ("inspector", "head", "closed")


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("ask", "--as", "registrar", "--purpose", "court", *GROUND, "--site", "s-x"), "vault.not-yours"),
        (("ask", "--as", "auditor", "--purpose", "court", *GROUND, "--site", "s-x"), "vault.not-yours"),
        (("openings", "--as", "registrar"), "vault.not-yours"),
        (("close", "1", "--as", "auditor"), "vault.opening-unknown"),
        (("review", "1", "--as", "inspector", "--finding", "justified", *GROUND), "vault.opening-unknown"),
    ],
    ids=["registrar", "auditor", "reading", "closing", "unknown"],
)
def test_roles_hold_at_the_console(home, people, words, code):
    """A right proof gives the account's own rights and no more."""
    assert refused(ask(home, "vault", *words, stdin=PASSWORD + "\n")) == code
    assert not VaultOpening.objects.exists()


def test_wrong_proofs_are_counted_and_lock(home, people):
    """As many as the portal bears, on record; then even the right password waits, at the console alone."""
    words = ("vault", "openings", "--as", "head")
    for _ in range(settings.AXES_FAILURE_LIMIT):
        assert refused(ask(home, *words, stdin="wrong\n")) == "people.password-wrong"
    assert refused(ask(home, *words, stdin=PASSWORD + "\n")) == "people.locked"
    assert refused(ask(home, "vault", "openings", "--as", "nobody", stdin="x\n")) == "people.password-wrong"
    assert said(home, "vault", "openings", "--as", "auditor") == []
    deeds = audit.entries(verb="people.console.refuse", limit=99)
    assert len(deeds) == settings.AXES_FAILURE_LIMIT + 2 and {one.by for one in deeds} == {"console"}


def test_a_right_proof_begins_the_count_anew(home, people):
    """A slip of the hand now and then locks nobody out."""
    for _ in range(2):
        for _ in range(settings.AXES_FAILURE_LIMIT - 1):
            ask(home, "vault", "openings", "--as", "head", stdin="wrong\n")
        assert said(home, "vault", "openings", "--as", "head") == []


def test_a_second_factor_is_asked_for_and_its_guesses_lock(home, people):
    """The password alone is not enough; a code counts once; wrong ones count like passwords."""
    secret = totp.new_secret()
    row = Authenticator(user=User.objects.get(username="head"), type="totp")
    row.data = {"secret": FactorAdapter().encrypt(secret)}
    row.save()
    words, code = ("vault", "openings", "--as", "head"), totp.code_of(secret, totp.step_of(clock.now()))
    assert said(home, *words, stdin=f"{PASSWORD}\n{code}") == []
    for _ in range(settings.AXES_FAILURE_LIMIT):
        assert refused(ask(home, *words, stdin=f"{PASSWORD}\n{code}\n")) == "people.code-wrong"
    assert refused(ask(home, *words, stdin=f"{PASSWORD}\n{code}\n")) == "people.locked"


def test_nothing_secret_is_left_behind(home, people):
    """No option takes a password; output, deeds and readings hold none; the clinic is in the answer alone."""
    site, _ = sites(home)
    id = wanted(home, site)["opening"]
    assert "--password" not in ask(home, "vault", "ask", "--help").output
    wrong = ask(home, "vault", "approve", id, "--as", "head", *GROUND, stdin="nearly the password\n")
    said(home, "vault", "approve", id, "--as", "head", *GROUND)
    shown = ask(home, "vault", "open", id, "--as", "head", "--site", site, stdin=PASSWORD + "\n")
    kept = repr([*audit.entries(limit=999), *ReadEntry.objects.values(), *VaultOpening.objects.values()])
    told = wrong.output + repr(wrong.exception) + shown.output + kept
    assert PASSWORD not in told and "nearly the password" not in told
    assert CLINIC.oid in shown.output and CLINIC.oid not in kept


def test_an_order_to_destroy_and_a_hold_are_signed_by_name(home, people):
    """The head places a hold and lifts it; a registrar is refused both, whatever it proves."""
    words = ("shred", "hold", *GROUND, "--device", "k-1")
    refusal = ask(home, *words, "--as", "registrar", stdin=PASSWORD + "\n")
    assert refused(refusal) == "people.head-only"
    hold = said(home, *words, "--as", "head")["hold"]
    assert [one["placed_by"] for one in said(home, "shred", "holds", stdin="")] == ["head"]
    assert said(home, *words, "--as", "head", "--lift", hold)["state"] == "lifted"


@pytest.mark.parametrize(
    ("command", "field"), [("openings", "sites"), ("open", "clinic"), ("check", "damaged")]
)
def test_the_shape_of_an_answer_is_told_without_a_proof(home, command, field):
    """`vault schema` asks nobody who they are."""
    done = ask(home, "vault", "schema", command, stdin="")
    assert done.exit_code == 0 and field in json.dumps(json.loads(done.stdout))
    assert not audit.entries(verb="people.console.refuse", limit=1)
