# SPDX-License-Identifier: Apache-2.0
"""API1:2023 Broken object level authorization: one's own token, somebody else's numbers.

The whole matrix is test_role_matrix.py; here a program walks the numbers, as an attacker would.
"""

from __future__ import annotations

import pytest

from nadzor.base import clock
from nadzor.vigilance.models import Dispute
from tests.filing_samples import CLINIC, EXPERT, MAKER_ADMIN, RIVAL, draft, move, town
from tests.unit.api.callers import API, post, program
from tests.unit.vigilance.signals import file_signal

pytestmark = pytest.mark.django_db


@pytest.fixture
def things(home):
    """A filing, a signal and a dispute of one maker."""
    town()
    number = draft()
    move(number, "submit")
    dispute = Dispute.objects.create(
        device="ai-901", month="2026-10", opened_at=clock.now(), opened_by="x", body={}, digest="d" * 64
    )
    return {"filings": number, "signals": file_signal(device="ai-901").pk, "disputes": dispute.pk}


@pytest.mark.parametrize("who", [RIVAL, CLINIC, EXPERT], ids=lambda who: who.role.value)
def test_walking_the_numbers_finds_nothing(things, who):
    """At and after a number that is there: the same status and the same code."""
    client = program(who)
    filing = int(str(things["filings"]).split("-")[1])
    ranges = {
        "filings": [f"2026-{filing + step:06d}" for step in (0, 1, 2)],
        "signals": [int(things["signals"]) + step for step in (0, 1, 2)],
        "disputes": [int(things["disputes"]) + step for step in (0, 1, 2)],
    }
    for place, numbers in ranges.items():
        told = [client.get(f"{API}/{place}/{number}") for number in numbers]
        assert {(each.status_code, each.json()["code"]) for each in told} == {
            (404, told[0].json()["code"])
        }, place


def test_the_owner_finds_its_own(things):
    """The same numbers, asked by whose they are: the walk above would have found something."""
    client = program(MAKER_ADMIN)
    for place, number in things.items():
        assert client.get(f"{API}/{place}/{number}").status_code == 200, place


def test_a_number_in_a_body_is_asked_for_like_one_in_an_address(things):
    """A case on somebody's device, a resubmission, a merge: the thing named beside is looked at as well."""
    client = program(RIVAL)
    assert post(client, "disputes", {"device": "ai-901", "month": "2026-10"}).status_code in (403, 404)
    ground = {"kind": "signal", "ref": str(things["signals"]), "because": "x"}
    assert post(client, f"cases/{things['filings']}/grounds", ground).status_code == 404
