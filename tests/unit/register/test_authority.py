# SPDX-License-Identifier: Apache-2.0
"""Who keeps out of an affair, and who decides for the head: the questions that every room asks."""

from __future__ import annotations

from datetime import timedelta

import pytest

from nadzor.actions.declare_interest import declare_interest, end_interest
from nadzor.actions.delegate import Power, delegate, end_delegation
from nadzor.base.clock import moscow_date
from nadzor.base.problems import Refusal
from nadzor.people.models import Organisation, User
from nadzor.people.queries import CONSOLE
from nadzor.register import authority
from tests.filing_samples import AUDITOR, CLINIC, HEAD, INSPECTOR, MAKER_ADMIN, REGISTRAR, town
from tests.register_samples import NOW

pytestmark = pytest.mark.django_db
TODAY = moscow_date(NOW)
TOMORROW = TODAY + timedelta(days=1)


@pytest.fixture(autouse=True)
def _people(home):
    town()
    for person in (REGISTRAR, INSPECTOR, HEAD):
        User.objects.create(username=person.username, role=person.role.value)


def given(*matters: str) -> int:
    """A delegation to the inspector, for today alone."""
    told = Power(
        to=INSPECTOR.username, order="No 7", valid_from=TODAY, valid_until=TOMORROW, procedures=matters
    )
    return delegate(told, by=HEAD, now=NOW)


def test_an_interest_bars_from_the_organisation_it_lies_in():
    """In the maker: refused; in another: not; ended by the head: not any more; nobody's: the public."""
    own = declare_interest("luchik", why="a brother works there", by=INSPECTOR, now=NOW)
    with pytest.raises(Refusal, match=r"filing\.interest"):
        authority.must_be_disinterested(INSPECTOR, {"nik", "luchik"})
    authority.must_be_disinterested(INSPECTOR, {"nik", ""})
    authority.must_be_disinterested(HEAD, {"luchik"})
    end_interest(own, by=HEAD, now=NOW)
    authority.must_be_disinterested(INSPECTOR, {"luchik"})
    assert authority.must_be_disinterested(None, {"luchik"}) is None


def test_a_maker_and_a_clinic_are_not_barred_from_their_own_house():
    """An interest bars those who judge, not those who are judged."""
    for person in (MAKER_ADMIN, CLINIC):
        User.objects.get_or_create(username=person.username, defaults={"role": person.role.value})
        declare_interest("luchik", why="works there", by=person, now=NOW)
        authority.must_be_disinterested(person, {"luchik"})
    assert authority.interested(MAKER_ADMIN.username, {"luchik"})


def test_a_device_is_the_affair_of_its_maker_and_of_who_represents_it():
    """An interest in the representative bars as one in the maker does."""
    told = {"name_ru": "Агент", "name_en": "Agent", "kind": "representative"}
    agent = Organisation.objects.create(code="agent-house", **told)
    Organisation.objects.filter(code="luchik").update(represented_by=agent)
    assert authority.parties_of("ai-901") == {"luchik", "agent-house"}
    assert authority.parties_of("no-such") == set()


def test_the_head_decides_or_a_delegate_of_the_day():
    """The delegation is returned for the record; it holds on its days and for its matters alone."""
    with pytest.raises(Refusal, match=r"filing\.no-delegation"):
        authority.must_act_for_head(INSPECTOR, "notice", on=TODAY)
    power = given("notice")
    found = authority.must_act_for_head(INSPECTOR, "notice", on=TODAY)
    assert found is not None and found.id == power
    assert not authority.acts_for_head(INSPECTOR, "signal", on=TODAY)
    assert not authority.acts_for_head(INSPECTOR, "notice", on=TOMORROW)
    assert not authority.acts_for_head(REGISTRAR, "notice", on=TODAY)
    end_delegation(power, by=HEAD, now=NOW)
    assert not authority.acts_for_head(INSPECTOR, "notice", on=TODAY)
    assert authority.must_act_for_head(HEAD, "notice", on=TODAY) is None


def test_what_cannot_be_taken_back_is_delegated_by_name():
    """A delegation of everything opens no vault, destroys nothing and releases nothing."""
    given()
    open_to = {matter for matter in authority.MATTERS if authority.acts_for_head(INSPECTOR, matter, on=TODAY)}
    assert open_to == {"signal", "monitoring", "notice"}
    given("opening")
    assert authority.acts_for_head(INSPECTOR, "opening", on=TODAY)


def test_nobody_else_stands_in_for_the_head():
    """Auditor and public never decide; whoever holds the data directory does."""
    for person in (AUDITOR, None):
        with pytest.raises(Refusal, match=r"people\.head-only"):
            authority.must_act_for_head(person, "notice", on=TODAY)
    assert authority.acts_for_head(CONSOLE, "release", on=TODAY)
