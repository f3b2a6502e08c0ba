# SPDX-License-Identifier: Apache-2.0
"""A register file is entered whole or not at all."""

from __future__ import annotations

from copy import deepcopy
from datetime import timedelta

import pytest

from nadzor.actions.create_staff import create_staff
from nadzor.actions.import_register import DEMO_REGISTER, import_register
from nadzor.base.problems import Refusal, catalogue
from nadzor.people.models import User
from nadzor.people.queries import CONSOLE, Person
from nadzor.people.roles import Role
from nadzor.records import audit
from nadzor.register import queries
from nadzor.register.models import Claim, Device
from tests.register_samples import DEVICE, MAKER, NOW, device, foreign_device, register

pytestmark = pytest.mark.django_db


def enter(content, *, by=CONSOLE, now=NOW):
    """Import as the console does."""
    return import_register(content, by=by, now=now)


def test_a_file_is_entered_and_recorded():
    """Rows, counts and the deed."""
    report = enter(register(device(), foreign_device()))
    assert (report.organisations, report.devices, report.versions, report.claims) == (3, 2, 2, 2)
    assert report.questions == []
    (deed,) = audit.entries(verb="register.file.import")
    assert (deed.by, deed.facts["devices"], deed.at) == ("console", 2, NOW)


def test_entering_it_again_changes_nothing():
    """An import is a statement of what is, not an addition."""
    enter(register(device(), foreign_device()))
    report = enter(register(device(), foreign_device()), now=NOW + timedelta(days=1))
    assert report.changed == 0
    assert {card.changed_at for card in queries.devices()} == {NOW}


def test_a_file_may_be_a_path():
    """As `nadzor register import FILE` gives it."""
    assert enter(DEMO_REGISTER).devices == 48


def test_a_changed_row_is_changed_alone():
    """A new claim, a new version; the other device keeps its moment of change."""
    enter(register(device(), foreign_device()))
    later = NOW + timedelta(days=1)
    claim = {**deepcopy(DEVICE["claims"][0]), "metric": "auc", "threshold": None}
    versions = [*DEVICE["versions"], {"version": "1.1", "released_on": "2026-01-01"}]
    report = enter(register(device(claims=[claim], versions=versions), foreign_device()), now=later)
    assert report.changed == 3  # a version more, a claim more, a claim less
    assert [claim.metric for claim in queries.claims("ai-901")] == ["auc"]
    assert [card.changed_at for card in queries.devices()] == [later, NOW]


def test_versions_are_never_removed():
    """Events name them; a file that forgot one does not unmake it."""
    enter(register(device()))
    enter(register(device(versions=[{"version": "2.0", "released_on": "2026-01-01"}])))
    assert [found.version for found in queries.versions("ai-901")] == ["1.0", "2.0"]


def test_a_renamed_maker_is_found_by_its_new_name():
    """Its devices are searched by their maker, too."""
    enter(register(device()))
    enter(register(organisations=[{**MAKER, "name": {"ru": "ООО «Огонёк»", "en": "Ogonyok LLC"}}]))
    assert [card.code for card in queries.search("огонек")] == ["ai-901"]
    assert queries.search("luchikllc") == []


def test_a_registration_number_is_kept_in_one_spelling():
    """However the file spells it."""
    enter(register(device(number="№ P3H 2025/90901")))
    assert queries.device("ai-901").number == "РЗН 2025/90901"


def test_one_defect_and_nothing_is_entered():
    """Every defect is listed, malformed rows and false ones together, in both languages."""
    orphan = foreign_device() | {"maker": "nobody"}
    bad = [device(risk_class="4"), orphan, device(code="ai-903", number="x", versions=[])]
    with pytest.raises(Refusal) as refused:
        enter(register(*bad))
    told = refused.value.facts
    assert (refused.value.code, told["count"]) == ("register.rows", 3)
    assert [problem["at"] for problem in told["problems"]] == [
        "$.devices[0].risk_class",
        "$.devices[2].versions",
        "$.devices[0].maker",
    ]
    assert all(
        problem["ru"] and problem["en"] and problem["code"] in catalogue() for problem in told["problems"]
    )
    assert not Device.objects.exists()
    assert audit.entries() == []


def test_an_unusual_number_is_entered_with_a_question():
    """And the question is in the report."""
    report = enter(register(device(number="ЕРУЛ 77-1")))
    assert [question["code"] for question in report.questions] == ["register.row-number-form"]
    assert Device.objects.count() == 1


@pytest.mark.parametrize("role", [role for role in Role if role not in {Role.REGISTRAR, Role.HEAD}])
def test_only_the_registrar_and_the_head_enter(role):
    """Others are refused before anything is written."""
    with pytest.raises(Refusal, match=r"people\.registrar-only"):
        enter(register(device()), by=Person("x", "x", role))
    assert not Device.objects.exists()


def test_nobody_enters_nothing():
    """A caller that forgot to say who acts is the public."""
    with pytest.raises(Refusal, match=r"people\.registrar-only"):
        enter(register(device()), by=None)


def test_figures_are_kept_to_four_places():
    """Longer fractions are rounded once, so that a second import sees no change."""
    claim = {**deepcopy(DEVICE["claims"][0]), "value": 0.912345}
    enter(register(device(claims=[claim])))
    assert str(Claim.objects.get().value) == "0.9123"
    assert enter(register(device(claims=[claim]))).changed == 0


def test_first_accounts_get_their_organisation_when_it_is_entered():
    """Accounts made before the register belong to the first organisation of their kind afterwards."""
    create_staff(now=NOW)
    enter(register(device(), foreign_device()))
    assert User.objects.get(role=Role.MANUFACTURER_ADMIN).organisation.code == "luchik"
    assert User.objects.get(role=Role.REPRESENTATIVE).organisation.code == "posrednik"
    assert User.objects.get(role=Role.INSPECTOR).organisation is None
