# SPDX-License-Identifier: Apache-2.0
"""The demonstration shows every stage, is made once, and is quick."""

from __future__ import annotations

import time

import pytest

from nadzor.actions.create_staff import create_staff
from nadzor.actions.furnish_filings import furnish_filings
from nadzor.actions.import_register import DEMO_REGISTER, import_register
from nadzor.base.clock import moscow_date
from nadzor.people.models import User
from nadzor.people.queries import CONSOLE, person
from nadzor.records import audit
from nadzor.register import filings
from tests.register_samples import NOW

pytestmark = pytest.mark.django_db
TODAY = moscow_date(NOW)


@pytest.fixture(autouse=True)
def furnished(home):
    """The demonstration's register, accounts and affairs, and the machine's time the affairs took."""
    import_register(DEMO_REGISTER, by=CONSOLE, now=NOW)
    create_staff(now=NOW)
    began = time.process_time()
    count = furnish_filings(home, now=NOW)
    return home, count, time.process_time() - began


def seen_by(role):
    """The filings one of the accounts sees, closed ones included."""
    who = person(User.objects.get(username=role))
    return filings.filings(who, today=TODAY, open_only=False, limit=200)


def test_every_stage_has_something_to_show(furnished):
    """Each column of the board, a breach, a pause, a closed affair of each kind."""
    _home, count, seconds = furnished
    page = seen_by("auditor")
    assert len(page.rows) == count > 18
    assert {stage for stage, n in page.by_stage.items() if n == 0} <= {"decision"}
    states = {row.state for row in page.rows}
    assert states >= {
        "registered",
        "refused",
        "withdrawn",
        "standing_still",
        "curing",
        "objecting",
        "entered",
    }
    assert {row.procedure for row in page.rows} >= {"case", "cancellation", "registration_accelerated"}
    assert any(row.late for row in page.rows)
    assert seconds < 6


def test_every_account_has_something_to_do(furnished):
    """Maker, representative, expert, centre and staff see affairs; a maker sees only its own."""
    for role in ("manufacturer_admin", "representative", "expert", "moscow_centre", "registrar", "head"):
        assert seen_by(role).rows, role
    own = {row.maker.code for row in seen_by("manufacturer_admin").rows}
    assert len(own) == 1
    head = person(User.objects.get(username="head"))
    assert {task.state for task in filings.tasks(head, today=TODAY)} == {"waits", "late"}


def test_it_is_made_once(furnished):
    """A second run adds nothing, and the chain of deeds holds."""
    home, count, _seconds = furnished
    before = audit.head()
    assert furnish_filings(home, now=NOW) == count
    assert audit.head() == before and audit.verify() == []
