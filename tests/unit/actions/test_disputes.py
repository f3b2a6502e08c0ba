# SPDX-License-Identifier: Apache-2.0
"""Disputes about a month's numbers: who opens and settles them, what the file keeps, whom it is told."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from nadzor.actions.declare_month import DeclaredFile, declare_month
from nadzor.actions.import_register import import_register
from nadzor.actions.open_dispute import open_dispute
from nadzor.actions.settle_dispute import settle_dispute
from nadzor.base.home import Home
from nadzor.base.interval import Month
from nadzor.base.problems import Refusal
from nadzor.people.queries import CONSOLE, Person
from nadzor.people.roles import Role
from nadzor.records import audit
from nadzor.records.models import Notice
from nadzor.statutory.dispute import body_digest
from nadzor.vigilance.disputes import DisputeCard, dispute, disputes
from tests.register_samples import CLINIC_OID, NOW, device, foreign_device, register
from tests.rollup_samples import row, write_rollups

pytestmark = pytest.mark.django_db
OCTOBER = Month(2026, 10)
CODE = "ai-901"
MAKER = Person("maker", "maker", Role.MANUFACTURER_REPORTER, "luchik")
STRANGER = Person("stranger", "stranger", Role.MANUFACTURER_REPORTER, "farlight")
INSPECTOR = Person("inspector", "inspector", Role.INSPECTOR)


@pytest.fixture(autouse=True)
def _october(home: Home) -> None:
    import_register(register(device(), foreign_device()), by=CONSOLE, now=NOW)
    day = date(2026, 10, 5)
    late = row("studies", 7, day, site="s-1", known=date(2026, 11, 9))
    lost = [row("gaps", 2, day), row("rejected", 3, day)]
    write_rollups(
        home, [row("studies", 93, day, site="s-1"), late, row("processed", 90, day, site="s-1"), *lost]
    )


def declare(home: Home, studies: int) -> None:
    """Declare October in one line of a hundred studies received."""
    head = "device;month;version;organisation;attempts;studies"
    text = f"{head}\n{CODE};{OCTOBER};1.0;{CLINIC_OID};100;{studies}\n"
    declare_month(home, DeclaredFile(CODE, OCTOBER, "csv", text.encode()), by=MAKER, now=NOW)


def opened(home: Home, *, by: Person | None = MAKER) -> DisputeCard:
    """October, declared at 80 processed against 90 counted, and disputed."""
    declare(home, 80)
    return open_dispute(home, CODE, OCTOBER, by=by, now=NOW)


def refused(home: Home, **how: Any) -> str:
    """The code with which opening is refused."""
    with pytest.raises(Refusal) as refusal:
        open_dispute(home, CODE, OCTOBER, **{"by": MAKER, "now": NOW, **how})
    return refusal.value.code


def refused_end(id: int, outcome: str = "explained", *, because: str = "Checked.", by: Person | None) -> str:
    """The code with which settling is refused."""
    with pytest.raises(Refusal) as refusal:
        settle_dispute(id, outcome, because=because, by=by, now=NOW)
    return refusal.value.code


def test_the_file_keeps_both_numbers_and_their_origin(home: Home) -> None:
    """Both figures, the sender's file, our rows, and what is known to be missing of that month."""
    card = opened(home)
    assert card.body["cells"] == [{"key": "studies", "declared": 80, "counted": 90, "difference": -10}]
    source = card.body["counted_from"]
    assert (source["rejected"], source["missing"], source["late"], source["rows"]) == (3, 2, 7, 3)
    assert card.body["open_questions"] == ["rejected", "missing", "late", "other"]
    assert card.digest == body_digest(card.body)
    assert CLINIC_OID not in repr(card)


def test_either_side_opens_one_dispute_and_both_are_told(home: Home) -> None:
    """A second opening, from the other side, answers the same dispute; one deed, one notice a side."""
    first = opened(home)
    again = open_dispute(home, CODE, OCTOBER, by=INSPECTOR, now=NOW)
    assert again.id == first.id
    assert len(audit.entries(verb="statutory.dispute.open")) == 1
    told = Notice.objects.filter(subject=f"dispute {first.id}")
    assert sorted((each.role, each.organisation_code) for each in told) == [("", "luchik"), ("inspector", "")]


def test_what_cannot_be_disputed(home: Home) -> None:
    """No declared month, no difference, a stranger."""
    assert refused(home) == "dispute.not-declared"
    declare(home, 90)
    assert refused(home) == "dispute.same"
    assert refused(home, by=STRANGER) == "people.not-yours"


def test_an_inspector_settles_it_with_grounds(home: Home) -> None:
    """The outcome and its grounds stand, the file stays as it was, and another dispute may be opened."""
    card = opened(home)
    done = settle_dispute(card.id, "explained", because="Late studies came in.", by=INSPECTOR, now=NOW)
    assert (done.state, done.outcome, done.because) == ("settled", "explained", "Late studies came in.")
    assert (done.digest, done.settled_by) == (card.digest, "inspector")
    (deed,) = audit.entries(verb="statutory.dispute.settle")
    assert deed.facts["outcome"] == "explained"
    assert open_dispute(home, CODE, OCTOBER, by=MAKER, now=NOW).id != card.id


def test_what_does_not_settle_it(home: Home) -> None:
    """The maker, no outcome of ours, no grounds, twice; a stranger does not learn that it exists."""
    card = opened(home)
    assert refused_end(card.id, by=MAKER) == "dispute.not-yours"
    assert refused_end(card.id, by=STRANGER) == "dispute.unknown"
    assert refused_end(card.id, "won", by=INSPECTOR) == "dispute.outcome"
    assert refused_end(card.id, because=" ", by=INSPECTOR) == "dispute.no-grounds"
    settle_dispute(card.id, "withdrawn", because="Sent by mistake.", by=INSPECTOR, now=NOW)
    assert refused_end(card.id, by=INSPECTOR) == "dispute.settled"


def test_a_stranger_sees_no_dispute(home: Home) -> None:
    """Maker and inspector read it, another maker and the public learn nothing."""
    card = opened(home)
    assert [each.id for each in disputes(MAKER, device=CODE, month="2026-10")] == [card.id]
    assert dispute(INSPECTOR, card.id) == card
    assert disputes(STRANGER) == disputes(None) == []
    with pytest.raises(Refusal, match=r"dispute\.unknown"):
        dispute(STRANGER, card.id)
