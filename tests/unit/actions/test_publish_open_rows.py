# SPDX-License-Identifier: Apache-2.0
"""Open rows: each under the number of its last change, gone ones marked, what is under embargo left out."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from nadzor.actions.correct_entry import correct_entry
from nadzor.actions.import_register import import_register
from nadzor.actions.open_shelf.ask import Question, ask
from nadzor.actions.open_shelf.held import stand
from nadzor.actions.publish_open_rows import publish_open_rows
from nadzor.people.queries import CONSOLE
from nadzor.records.models import Embargo, OpenRow, OpenShelf
from nadzor.vigilance.models import PublicNotice
from tests.open_samples import release, table
from tests.register_samples import NOW, device, foreign_device, register

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(hours=1)


@pytest.fixture(autouse=True)
def _filled(home):
    import_register(register(device(), foreign_device()), by=CONSOLE, now=NOW)
    publish_open_rows(home, now=NOW)


def notice(**told) -> PublicNotice:
    """A public notice about the device."""
    facts = {
        "number": "SN-2026-000001", "device": "ai-901", "versions": ["1.0"], "source": "regulator",
        "kind": "suspension", "title_ru": "Применение приостановлено", "title_en": "Use is suspended",
        "text_ru": "Не применять.", "text_en": "Do not use.", "cites": [], "published_at": NOW,
        "published_by": "head", "changed_at": NOW,
    }  # fmt: skip
    return PublicNotice.objects.create(**{**facts, **told})


def suspend() -> None:
    """Suspend the device by a correction."""
    told = {"because": "a threat", "cause": "correction", "status": "suspended"}
    correct_entry("ai-901", told, valid_from=date(2026, 11, 1), by=CONSOLE, now=NOW)


def rows(home, name: str, **asked):
    """The rows of a set."""
    return ask(home, name, Question(**asked)).results


def test_only_what_changed_gets_a_new_number(home):
    """A second look changes nothing; a changed entry comes under a greater number than all before."""
    assert publish_open_rows(home, now=LATER) == 0
    before = stand(home, "entries")
    suspend()
    assert publish_open_rows(home, now=LATER) > 0
    after = stand(home, "entries")
    assert after.mark.change > before.mark.change
    assert after.rows["ai-901"].content["status"] == "suspended"
    assert {key for key in after.rows if after.rows[key].change != before.rows[key].change} == {"ai-901"}


def test_a_suspension_is_a_row_with_its_notice(home):
    """What was suspended is told with the day and the notice about it; taking it back is told, too."""
    notice()
    suspend()
    told = {"because": "over", "cause": "correction", "status": "registered"}
    correct_entry("ai-901", told, valid_from=date(2026, 11, 2), by=CONSOLE, now=LATER)
    publish_open_rows(home, now=LATER)
    found = rows(home, "suspensions", sort="id")
    assert [(row["kind"], row["valid_from"], row["notices"]) for row in found] == [
        ("suspended", "2026-11-01", ["SN-2026-000001"]),
        ("resumed", "2026-11-02", []),
    ]


def test_what_is_gone_leaves_a_mark(home):
    """A row that left its set is told to followers as deleted, under a number of its own."""
    one = notice()
    publish_open_rows(home, now=NOW)
    last = ask(home, "notices", Question(limit=0)).mark.change
    one.delete()
    publish_open_rows(home, now=LATER)
    (gone,) = rows(home, "notices", since=last)
    assert (gone.key, gone.deleted, gone.row, gone.change > last) == ("SN-2026-000001", True, None, True)
    assert rows(home, "notices") == []


def test_a_row_that_returns_is_no_longer_gone(home):
    """The mark of a deleted row gives way to the row, under the next number."""
    one = notice()
    publish_open_rows(home, now=NOW)
    one.delete()
    publish_open_rows(home, now=NOW)
    notice(changed_at=LATER)
    publish_open_rows(home, now=LATER)
    assert [row["number"] for row in rows(home, "notices")] == ["SN-2026-000001"]
    assert OpenRow.objects.filter(shelf="notices").count() == 1


def test_an_embargo_hides_and_gives_back_by_itself(home):
    """While it holds, versions are left out and the row says what is kept back; after its day they return."""
    notice()
    Embargo.objects.create(
        device="ai-901", version="1.0", hides=["version"], because="exploit", placed_by="head", placed_at=NOW,
        until=LATER,
    )  # fmt: skip
    publish_open_rows(home, now=NOW)
    (hidden,) = rows(home, "notices")
    assert (hidden["versions"], hidden["embargoed"]) == (None, ["version"])
    publish_open_rows(home, now=LATER)
    (open_again,) = rows(home, "notices")
    assert (open_again["versions"], open_again["embargoed"]) == (["1.0"], [])


def test_only_published_releases_are_rows(home):
    """A table that was only built has no cell in the open sets; every kind of figure has its own state."""
    release(home, table("2026-09"), at=NOW)
    release(home, table("2026-10"), at=NOW, is_out=False)
    publish_open_rows(home, now=LATER)
    found = rows(home, "statistics", search="measure:studies")
    assert {(row["period"], row["row"][0], row["state"], row["value"]) for row in found} == {
        ("2026-09", "ai-901", "shown", 1412),
        ("2026-09", "ai-902", "not_collected", None),
        ("2026-09", "ai-903", "hidden", None),
        ("2026-09", "ai-904", "shown", 0),
        ("2026-09", "ai-905", "not_yet", None),
    }


def test_norms_are_rows_with_their_dates(home):
    """A norm that lapsed stays, with the day it ended."""
    found = rows(home, "norms", search="key:disclosure.organisations")
    assert [(row["unit"], row["checked"]) for row in found] == [("organisations", "house")]


def test_what_is_held_follows_what_was_published(home):
    """A process that read the rows once takes in later changes, and starts afresh when rows do not add up."""
    assert len(stand(home, "entries").rows) == 2
    OpenRow.objects.filter(shelf="entries", key="ai-901").delete()
    assert "ai-901" not in stand(home, "entries").rows


def test_the_shelf_says_when_it_was_looked_at(home):
    """A look that finds nothing moves the time of the look, not that of the change."""
    publish_open_rows(home, now=LATER)
    row = OpenShelf.objects.get(shelf="entries")
    assert (row.checked_at, row.changed_at) == (LATER, NOW)
