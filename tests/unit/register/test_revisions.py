# SPDX-License-Identifier: Apache-2.0
"""Questions to the register's memory."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from nadzor.actions.correct_entry import correct_entry
from nadzor.actions.import_register import import_register
from nadzor.base.problems import Refusal
from nadzor.people.queries import CONSOLE
from nadzor.register import revisions
from nadzor.register.editions import flat, unfold
from nadzor.register.entry_words import cause_text, differences
from nadzor.register.models import Device, Revision
from tests.register_samples import DEVICE, NOW, device, foreign_device, register

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 21)


@pytest.fixture(autouse=True)
def _filled():
    import_register(register(device(), foreign_device()), by=CONSOLE, now=NOW)


def turn(times: int) -> None:
    """So many changes of one field, one a day."""
    for n in range(times):
        rows = register(device(transmits=bool(n % 2)))
        import_register(rows, by=CONSOLE, now=NOW + timedelta(days=n + 1))


def test_a_follower_misses_nothing_and_repeats_nothing():
    """Page by page, with changes made while it reads."""
    seen, cursor = [], 0
    while True:
        page = revisions.changes(cursor, limit=2, now=NOW)
        seen += [change.id for change in page.items]
        cursor = page.next
        if len(seen) == 2:
            turn(3)
        if not page.more and len(seen) > 2:
            break
    assert seen == sorted(set(seen)) == list(Revision.objects.order_by("id").values_list("id", flat=True))
    rest = revisions.changes(cursor, now=NOW)
    assert (rest.items, rest.next, rest.more, rest.as_of) == ((), cursor, False, NOW)


def test_an_id_is_never_given_twice():
    """The cursor of a row rolled back may not come again under another content."""
    from django.db import transaction

    before = revisions.last_change()
    turn(1)
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        turn(2)
        raise ZeroDivisionError
    turn(2)
    assert revisions.last_change() > before
    assert len(set(Revision.objects.values_list("id", flat=True))) == Revision.objects.count()


def test_history_says_what_changed_in_words():
    """Each edition beside the one that held before it."""
    turn(1)
    first, second = revisions.history("ai-901")
    assert first.number == 1
    assert {one.before for one in first.changed} == {None}
    (change,) = second.changed
    assert (change.label.en, change.before.en, change.after.en) == (
        "Automatic transmission of data",
        "yes",
        "no",
    )
    assert second.fields == ("transmits",)


def test_what_held_depends_on_both_times():
    """Known later, valid earlier; and before the entry began nothing held."""
    turn(1)
    assert revisions.as_of("ai-901", valid_on=TODAY).transmits is True
    assert revisions.as_of("ai-901", valid_on=TODAY + timedelta(days=1)).transmits is False
    assert revisions.as_of("ai-901", valid_on=TODAY + timedelta(days=1), known_at=NOW).transmits is True
    assert revisions.as_of("ai-901", valid_on=date(2025, 3, 2)) is None
    assert revisions.as_of("ai-901", valid_on=TODAY, known_at=NOW - timedelta(days=1)) is None


@pytest.mark.parametrize("ask", [revisions.history, revisions.current])
def test_an_unknown_code_is_refused(ask):
    """As everywhere in the register."""
    with pytest.raises(Refusal, match=r"register\.device-unknown"):
        ask("ai-999")
    with pytest.raises(Refusal, match=r"register\.device-unknown"):
        revisions.as_of("ai-999", valid_on=TODAY)


def test_a_draft_learns_what_was_changed_under_it():
    """The fields of newer editions, for whoever wrote against an older one."""
    turn(1)
    assert revisions.touched_since("ai-901", 1) == {"transmits"}
    assert revisions.touched_since("ai-901", 2) == frozenset()
    assert revisions.last_number("ai-901") == 2


def test_every_entry_as_it_stood():
    """By code, each once; a backdated word counts only as far as it was known."""
    form = {"because": "A40-1/2026", "cause": "court", "status": "suspended"}
    correct_entry("ai-902", form, valid_from=date(2026, 1, 1), by=CONSOLE, now=NOW + timedelta(hours=1))
    told = {one.device: one.entry.status for one in revisions.standing(valid_on=date(2026, 6, 1))}
    assert told == {"ai-901": "registered", "ai-902": "suspended"}
    before = revisions.standing(valid_on=date(2026, 6, 1), known_at=NOW)
    assert {one.entry.status for one in before} == {"registered"}


def test_the_tables_and_the_newest_edition_agree():
    """An entry laid flat and put together again is the entry."""
    entry = revisions.current("ai-901")
    assert unfold(flat(entry)) == entry == revisions.as_of("ai-901", valid_on=TODAY)
    assert revisions.differences(entry, entry) == ()
    assert len(revisions.differences(None, entry)) == len(flat(entry))


def test_devices_without_editions_are_told():
    """For a register that is older than its memory."""
    assert revisions.without_editions() == []
    Device.objects.create(
        code="old", name_ru="С", name_en="O", number="1", registered_on=TODAY, risk_class="3", ai=True,
        transmits=True, field="radiology", solution_type="triage", modality="CT", changed_at=NOW,
        maker=Device.objects.first().maker,
    )  # fmt: skip
    assert revisions.without_editions() == ["old"]


def test_each_part_of_an_entry_is_told_in_words():
    """Versions, claims, scales, parties: in both languages, nothing raw."""
    row = device(
        versions=[{**DEVICE["versions"][0], "version": "2.0", "registered_on": None}],
        maker="farlight",
        field="triage-room",
    )
    before = flat(revisions.current("ai-901"))
    after = {**flat(revisions.current("ai-902")), "field": row["field"], "versions/2.0": row["versions"][0]}
    told = {one.key: one for one in differences(before, after)}
    assert told["maker"].after.en == "Farlight Oy (FI)"
    assert told["representative"].before is None
    assert told["representative"].after.ru == "ООО «Посредник» (7710537160)"
    assert told["field"].after.en == "triage-room"
    assert told["versions/2.0"].after.en == "released 10 Jan 2025, not in the register, builds 1"
    claims = differences(
        {}, {key: value for key, value in before.items() if key.startswith(("claims", "scales"))}
    )
    assert [one.label.en for one in claims] == [
        "Declared figure lung_nodule sensitivity",
        "Score scale lung_nodule",
    ]
    assert claims[0].after.en == "Nodule 0.9100, lower bound 0.8700, threshold 5000"
    assert claims[1].after.ru == "0…1, интервалов 4"
    assert (cause_text("court").en, cause_text("unheard").ru) == ("Court ruling", "unheard")
