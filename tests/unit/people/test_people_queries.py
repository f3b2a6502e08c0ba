# SPDX-License-Identifier: Apache-2.0
"""Accounts and organisations as structs."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import IntegrityError, transaction

from nadzor.people.models import Organisation, User
from nadzor.people.queries import organisation, organisations, person
from nadzor.people.roles import Role

pytestmark = pytest.mark.django_db


@pytest.fixture
def representative():
    """A representative that stands for one maker abroad."""
    home = Organisation.objects.create(
        code="rep", name_ru="Представитель", name_en="Rep", inn="7710537160", kind="representative"
    )
    Organisation.objects.create(
        code="far", name_ru="Дальний", name_en="Far", country="FI", kind="manufacturer", represented_by=home
    )
    return home


def test_a_person_carries_role_organisation_and_whom_it_stands_for(representative):
    """All that permissions ask about."""
    user = User.objects.create(
        username="r", role=Role.REPRESENTATIVE, organisation=representative, first_name="Анна"
    )
    found = person(user)
    assert (found.username, found.full_name, found.role) == ("r", "Анна", Role.REPRESENTATIVE)
    assert (found.organisation, found.represents) == ("rep", frozenset({"far"}))
    assert (found.role_name("ru"), found.role_number) == ("Уполномоченный представитель", "representative")


def test_a_person_without_organisation_stands_for_nobody():
    """The regulator's own people."""
    found = person(User.objects.create(username="i", role=Role.INSPECTOR))
    assert (found.full_name, found.organisation, found.represents) == ("i", None, frozenset())


@pytest.mark.parametrize("user", [None, AnonymousUser(), User(username="gone", role="head", is_active=False)])
def test_nobody_is_the_public(user):
    """No account, or one that was closed, is nobody."""
    assert person(user) is None


def test_organisations_by_kind(representative):
    """All, or of one kind, with who represents whom."""
    assert [one.code for one in organisations()] == ["far", "rep"]
    assert [one.code for one in organisations("manufacturer")] == ["far"]
    far = organisation("far")
    assert (far.represented_by, far.name("ru"), far.name("en")) == ("rep", "Дальний", "Far")
    assert organisation("nobody") is None
    assert str(representative) == "Rep"


@pytest.mark.parametrize("wrong", [{"inn": "7710537160", "kind": "clinic"}, {"inn": "", "kind": "ministry"}])
def test_the_table_itself_refuses(representative, wrong):
    """The same INN twice, or a kind nobody knows."""
    with pytest.raises(IntegrityError), transaction.atomic():
        Organisation.objects.create(code="x", name_ru="x", name_en="x", **wrong)


def test_the_table_refuses_an_unknown_role():
    """A role that no permission mentions would be a hole."""
    with pytest.raises(IntegrityError), transaction.atomic():
        User.objects.create(username="x", role="wizard")
