# SPDX-License-Identifier: Apache-2.0
"""Routine letters over the API: the desk writes, the clinic answers, no answer is kept beside an account."""

from __future__ import annotations

import pytest

from nadzor.people.models import GivenAnswer, Organisation
from nadzor.people.queries import Person
from nadzor.people.roles import Role
from tests.openings import CLINIC, HEAD, INSPECTOR, sites
from tests.unit.api.callers import API, calling, code_of, post

pytestmark = pytest.mark.django_db
WARD = Person("ward", "ward", Role.CLINIC, "quiet-ward")
REGISTRAR = Person("registrar", "registrar", Role.REGISTRAR)


@pytest.fixture
def site(home):
    """The site of a clinic that has an account."""
    Organisation.objects.update_or_create(
        code="quiet-ward",
        defaults={
            "name_ru": "Больница Тихая",
            "name_en": "Quiet Hospital",
            "oid": CLINIC.oid,
            "kind": "clinic",
        },
    )
    return sites(home)[0]


def written(site, **more):
    """One letter of the inspector."""
    return post(calling(INSPECTOR), "letters", {"site": site, "kind": "general", "text": "Which?", **more})


def test_two_programs_write_and_answer(site):
    """201 with its address, read by the clinic without pseudonym, answered; the desk finds the answer."""
    made = written(site)
    number = made.json()["number"]
    assert made.status_code == 201 and made.headers["Location"].endswith(f"/letters/{number}")
    ward = calling(WARD)
    assert site not in ward.get(f"{API}/clinic/letters").content.decode()
    assert post(ward, f"clinic/letters/{number}/opening").json()["opened_at"]
    assert "site" not in ward.get(f"{API}/clinic/letters/{number}").json()
    answer = post(
        ward, f"clinic/letters/{number}/answer", {"text": "Two."}, headers={"Idempotency-Key": "one"}
    )
    assert answer.json()["answer"] == "Two." and GivenAnswer.objects.count() == 0
    found = calling(HEAD).get(f"{API}/letters?site={site}").json()
    assert (found["items"][0]["answer"], found["counts"]["answered"]) == ("Two.", 1)
    assert calling(HEAD).get(f"{API}/letters/{number}").json()["site"] == site


def test_what_is_refused_has_its_code(site):
    """A clinic's name, a number nobody wrote, a second answer."""
    assert code_of(written(site, text="Quiet Hospital?")) == (422, "letter.names-clinic")
    ward, number = calling(WARD), written(site).json()["number"]
    assert code_of(ward.get(f"{API}/clinic/letters/L-1")) == (404, "letter.unknown")
    assert post(ward, f"clinic/letters/{number}/answer", {"text": "Two."}).status_code == 200
    again = post(ward, f"clinic/letters/{number}/answer", {"text": "Three."})
    assert code_of(again) == (409, "letter.answered")


def test_a_held_answer_is_opened_and_released(site):
    """Held for the clinic and the desk alike; opened without a copy kept, released in other words."""
    ward, number = calling(WARD), written(site).json()["number"]
    told = {"text": "Ask our physicist: +7 999 123-45-67."}
    answered = post(ward, f"clinic/letters/{number}/answer", told)
    assert (answered.json()["held"], answered.json()["answer"]) == (True, "")
    assert code_of(post(ward, f"letters/{number}/answer/opening")) == (403, "people.inspector-only")
    opened = post(calling(HEAD), f"letters/{number}/answer/opening", headers={"Idempotency-Key": "x"})
    assert opened.json()["text"] == told["text"] and GivenAnswer.objects.filter(key="x").count() == 0
    kept = post(calling(HEAD), f"letters/{number}/answer/release", told)
    assert code_of(kept) == (422, "vigilance.told-personal")
    released = post(calling(HEAD), f"letters/{number}/answer/release", {"text": "Ask ▮▮▮."})
    assert (released.json()["state"], released.json()["answer"]) == ("answered", "Ask ▮▮▮.")
    again = post(calling(HEAD), f"letters/{number}/answer/opening")
    assert code_of(again) == (409, "letter.not-held")


def test_doors_are_shut_to_others(site):
    """The registrar and the clinic do not see the desk's letters, the desk not a clinic's page."""
    number = written(site).json()["number"]
    for who in (REGISTRAR, WARD):
        assert code_of(calling(who).get(f"{API}/letters/{number}")) == (403, "people.inspector-only")
        assert code_of(post(calling(who), "letters", {"site": site, "kind": "general", "text": "x"})) == (
            403, "people.inspector-only",
        )  # fmt: skip
    assert code_of(calling(HEAD).get(f"{API}/clinic/letters")) == (403, "people.clinic-only")
    assert calling(None).get(f"{API}/letters").status_code == 401
