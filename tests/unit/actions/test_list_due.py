# SPDX-License-Identifier: Apache-2.0
"""What is due to go: listed by class, kept by holds, asked for by a person, never destroyed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from nadzor.actions.copies.take import take_backup
from nadzor.actions.create_staff import create_staff
from nadzor.actions.list_due import ask_for_due, list_due, months_after
from nadzor.base.problems import Refusal
from nadzor.journal.bodies import BodyKeys, Shelf
from nadzor.journal.opening import open_journal
from nadzor.records.models import LegalHold, ShredOrder
from tests.unit.journal.entries import entry

pytestmark = pytest.mark.django_db
RECEIVED = datetime(2026, 11, 21, 9, tzinfo=UTC)
THEN = datetime(2029, 12, 1, 9, tzinfo=UTC)  # three years after November 2026 are over
INSTALLATION = "i-000000000001"


@pytest.fixture
def kept(home):
    """A house with two batches of November 2026."""
    journal = open_journal(home)
    journal.append(
        [entry(1, 3, received_at=RECEIVED), entry(1, 2, stream=bytes([1]) * 16, received_at=RECEIVED)]
    )
    journal.close()
    create_staff(now=RECEIVED)
    return home


def hold(**more):
    """A hold on the installation."""
    told = {"because": "a court asks", "placed_by": "head", "placed_at": RECEIVED}
    return LegalHold.objects.create(installation=INSTALLATION, **told, **more)


@pytest.mark.parametrize(
    ("month", "count", "then"),
    [
        ("2023-11", 36, "2026-11"),
        ("2026-12", 1, "2027-01"),
        ("2026-01", 0, "2026-01"),
        ("2026-06", 120, "2036-06"),
    ],
)
def test_months_are_counted_over_years(month, count, then):
    """December is followed by January."""
    assert months_after(month, count) == then


def test_nothing_is_due_in_the_month_in_which_the_term_ends(kept):
    """A month is due when the last one of its term is over, and not a day earlier."""
    assert list_due(kept, now=THEN - timedelta(hours=24)).shelves == ()
    (shelf,) = list_due(kept, now=THEN).shelves
    assert (shelf.installation, shelf.month, shelf.batches, shelf.events) == (INSTALLATION, "2026-11", 2, 5)
    assert shelf.fate == "due"


def test_every_class_names_its_norm(kept):
    """Cited and said to be a rule of the house; what has no end has no term, and is never due."""
    cards = {card.name: card for card in list_due(kept, now=THEN).classes}
    assert {card.status for card in cards.values()} == {"house"}
    assert (cards["operation"].term, cards["operation"].due) == (36, 1)
    assert [cards[name].term for name in ("aggregates", "filings", "audit")] == [None, None, None]
    assert cards["backups"].due is None  # nobody said where they lie


def test_a_day_without_a_norm_lets_nothing_go(kept):
    """No norm in force, no term: before the house set one nothing was due."""
    cards = list_due(kept, now=datetime(2020, 1, 1, tzinfo=UTC)).classes
    assert {(card.status, card.due) for card in cards} == {("missing", None)}


def test_a_hold_keeps_it_until_it_is_lifted(kept):
    """The hold's number stands beside the shelf; nobody can ask for it."""
    placed = hold()
    found = list_due(kept, now=THEN)
    assert [(one.fate, one.holds) for one in found.shelves] == [("held", (placed.pk,))]
    assert (found.classes[0].due, found.classes[0].held) == (0, 1)
    assert ask_for_due(kept, "registrar", because="term is over", now=THEN) == ()


def test_asking_writes_an_order_and_destroys_nothing(kept):
    """Once; the key is where it was, and somebody else decides."""
    (number,) = ask_for_due(kept, "registrar", because="term is over", now=THEN)
    order = ShredOrder.objects.get(pk=number)
    assert (order.asked_by, order.retention, order.is_approved) == ("registrar", "retention.operation", None)
    assert not BodyKeys(kept.body_keys).was_shredded(Shelf(INSTALLATION, "2026-11"))
    assert list_due(kept, now=THEN).shelves[0].fate == "asked"
    assert ask_for_due(kept, "registrar", because="term is over", now=THEN) == ()


def test_what_was_destroyed_is_said_to_be(kept):
    """It is not asked for again."""
    BodyKeys(kept.body_keys).shred(Shelf(INSTALLATION, "2026-11"))
    assert list_due(kept, now=THEN).shelves[0].fate == "destroyed"


def test_orders_are_written_in_a_person_s_name(kept):
    """No account, no order."""
    with pytest.raises(Refusal, match=r"retention\.nobody"):
        ask_for_due(kept, "nobody", because="term is over", now=THEN)


def test_old_backups_are_counted_where_they_lie(kept, tmp_path):
    """Ninety days; the newer one is not due."""
    take_backup(kept, tmp_path / "shelf", now=THEN - timedelta(hours=24 * 91))
    take_backup(kept, tmp_path / "shelf", now=THEN - timedelta(hours=24 * 89))
    cards = {card.name: card for card in list_due(kept, now=THEN, backups=tmp_path / "shelf").classes}
    assert cards["backups"].due == 1
