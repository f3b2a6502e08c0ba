# SPDX-License-Identifier: Apache-2.0
"""A device's ledgers over HTTP: for oversight, its maker and its representative, and for nobody else."""

from __future__ import annotations

from datetime import date

import pytest

from nadzor.actions.note_integrity import note_integrity
from nadzor.people.models import Organisation
from nadzor.people.permissions import may_read_operation
from tests.filing_samples import (
    AUDITOR,
    CLINIC,
    EXPERT,
    HEAD,
    INSPECTOR,
    MAKER_ADMIN,
    MOSCOW,
    OPERATOR,
    REGISTRAR,
    REPORTER,
    RIVAL,
)
from tests.register_samples import NOW
from tests.rollup_samples import row, write_rollups
from tests.unit.actions.ledgers import enrolled, trouble
from tests.unit.api.callers import API, calling, code_of

pytestmark = pytest.mark.django_db
EVERYBODY = (
    MAKER_ADMIN, REPORTER, RIVAL, REGISTRAR, HEAD, INSPECTOR, EXPERT, MOSCOW, AUDITOR, CLINIC, OPERATOR,
)  # fmt: skip
LEDGERS = ("integrity", "gaps", "lateness")


@pytest.fixture
def made(home, settings):
    """An installation in trouble."""
    settings.HOME = home
    found = enrolled(home)
    trouble(home, found)
    note_integrity(home, now=NOW)
    write_rollups(home, [row("delay", 4, date(2026, 11, 2), installation=found.installation, bin=8)])
    return found


def get(client, path):
    """An answer of the API about the device."""
    return client.get(f"{API}/devices/{path}")


@pytest.mark.parametrize("ledger", LEDGERS)
def test_the_permission_alone_decides_who_may_read(made, ledger):
    """Who may read a device's operation reads its ledgers; all others are told no, the public to sign in."""
    assert Organisation.objects.filter(code="luchik").exists()
    seen = {who.role.value: get(calling(who), f"ai-901/{ledger}").status_code for who in EVERYBODY}
    allowed = {who.role.value: may_read_operation(who, maker="luchik") for who in EVERYBODY}
    assert {role for role, status in seen.items() if status == 200} == {
        r for r, may in allowed.items() if may
    }
    assert {status for role, status in seen.items() if not allowed[role]} == {403}
    assert code_of(get(calling(None), f"ai-901/{ledger}")) == (401, "api.anonymous")
    assert code_of(get(calling(INSPECTOR), f"ai-999/{ledger}")) == (404, "register.device-unknown")


def test_the_ledgers_are_told(made):
    """What was filed, what is missing, what came late."""
    client = calling(INSPECTOR)
    cards = get(client, "ai-901/integrity").json()["items"]
    assert {card["kind"] for card in cards} == {"conflict", "fork", "restored"}
    assert cards[0]["text"]["ru"] and cards[0]["text"]["en"]
    (sender,) = get(client, "ai-901/lateness?since=2026-11-01").json()["items"]
    assert (sender["installation"], sender["late_share"]) == (made.installation, 1.0)
    page = get(client, "ai-901/gaps").json()
    (gap,) = page["items"]
    assert (gap["first"], gap["last"], gap["closed_by"], page["missing"], page["next"]) == (
        3,
        4,
        None,
        2,
        None,
    )
    assert gap["installation"] == made.installation


def test_gaps_are_paged_and_filtered(made):
    """By installation, by whether they are open, and one at a time."""
    client = calling(INSPECTOR)
    assert get(client, "ai-901/gaps?open=false").json()["items"] == []
    assert get(client, "ai-901/gaps?installation=i-2").json()["items"] == []
    assert get(client, "ai-901/gaps?limit=1&after=1").json()["items"] == []
    assert code_of(get(client, "ai-901/gaps?limit=0")) == (422, "api.malformed")
    assert code_of(get(client, "ai-901/lateness?since=yesterday")) == (422, "api.malformed")
