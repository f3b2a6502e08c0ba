# SPDX-License-Identifier: Apache-2.0
"""Events told twice are proposed, a person judges, nothing is deleted and nothing is asked twice."""

from __future__ import annotations

import random
from datetime import date, timedelta
from pathlib import Path

import pytest
from django.conf import settings

from nadzor.actions.find_duplicates import MARK, find_duplicates
from nadzor.actions.import_events import import_events
from nadzor.actions.import_register import import_register
from nadzor.actions.judge_duplicate import judge_duplicate
from nadzor.actions.move_event import Grounds, move_event
from nadzor.base.home import Home
from nadzor.base.problems import Refusal
from nadzor.people.queries import CONSOLE, Person
from nadzor.people.roles import Role
from nadzor.records import audit, notices
from nadzor.vigilance.duplicates import likely_pairs, waiting_pairs
from nadzor.vigilance.models import AdverseEvent, LikelySame
from tests.duplicate_samples import WORDS
from tests.event_files import HEAD, written
from tests.register_samples import NOW, device, register

pytestmark = pytest.mark.django_db
INSPECTOR = Person("ivanova", "Ivanova", Role.INSPECTOR)
MAKER = Person("petrov", "Petrov", Role.MANUFACTURER_ADMIN, "luchik")
LATER = NOW + timedelta(hours=2)


def line(place: int, report: str) -> str:
    """A row of a file: its day, code and words are those of the place."""
    words = " ".join(random.Random(place).sample(WORDS, 12))
    day = date(2026, 1, 1) + timedelta(days=place * 11 % 250)
    return f"{report},ai-901,{day},,2026-10-01,M,A09080{3 + place % 3},{words}"


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """A house where two of forty events were told twice."""
    import_register(register(device()), by=CONSOLE, now=NOW)
    (settings.HOME.root / MARK).unlink(missing_ok=True)
    rows = [line(n, f"R-{n}") for n in range(40)] + [line(n, f"S-{n}") for n in (3, 11)]
    import_events(settings.HOME, written(tmp_path, "\n".join([HEAD, *rows])), by=CONSOLE, now=NOW)
    return settings.HOME


def numbers(*ids: str) -> tuple[str, ...]:
    """The numbers of events by their senders' numbers."""
    return tuple(AdverseEvent.objects.get(source_id=each).number for each in ids)


def test_events_told_twice_are_proposed_once(home: Home) -> None:
    """The two pairs wait for a person, the inspector is told, and the next run has nothing to do."""
    told = find_duplicates(home, now=NOW)
    assert (told.compared, told.proposed, told.skipped) == (42, 2, False)
    assert {(each.first.number, each.second.number) for each in likely_pairs(INSPECTOR)} == {
        numbers("R-3", "S-3"), numbers("R-11", "S-11"),
    }  # fmt: skip
    assert find_duplicates(home, now=LATER).skipped
    again = find_duplicates(home, now=LATER, anew=True)
    assert (again.proposed, again.standing, waiting_pairs(INSPECTOR)) == (0, 2, 2)
    assert len(audit.entries(verb="vigilance.duplicates.find")) == 1
    (card, *_) = likely_pairs(INSPECTOR, number=numbers("S-3")[0])
    assert (card.compared["device"], card.compared["words"]) == ("agrees", "agrees")


def test_a_maker_sees_no_pair(home: Home) -> None:
    """A pair would tell it of an event that it was not told of."""
    find_duplicates(home, now=NOW)
    assert (likely_pairs(MAKER), waiting_pairs(MAKER), likely_pairs(None)) == ((), 0, ())


def test_same_puts_the_newer_under_the_older_and_splitting_brings_it_back(home: Home) -> None:
    """Both rows stay, the word is on record, and a judged pair is not judged again."""
    find_duplicates(home, now=NOW)
    older, newer = numbers("R-3", "S-3")
    led = judge_duplicate(home, newer, older, verdict="same", because="one study", by=INSPECTOR, now=LATER)
    row = AdverseEvent.objects.select_related("leading").get(number=newer)
    assert (led, row.state, row.leading and row.leading.number) == (older, "duplicate", older)
    assert AdverseEvent.objects.count() == 42
    assert len(audit.entries(verb="vigilance.duplicate.same")) == 1
    with pytest.raises(Refusal, match="duplicate.said-already"):
        judge_duplicate(home, older, newer, verdict="different", because="no", by=INSPECTOR, now=LATER)
    move_event(home, newer, "split", by=INSPECTOR, grounds=Grounds("a mistake"), now=LATER)
    assert AdverseEvent.objects.get(number=newer).leading is None
    assert find_duplicates(home, now=LATER).proposed == 0


def test_different_is_remembered_and_not_asked_again(home: Home) -> None:
    """The pair leaves the list for good."""
    find_duplicates(home, now=NOW)
    pair = numbers("R-11", "S-11")
    assert judge_duplicate(home, *pair, verdict="different", because="two", by=INSPECTOR, now=LATER) == ""
    assert find_duplicates(home, now=LATER, anew=True).proposed == 0
    assert (waiting_pairs(INSPECTOR), LikelySame.objects.get(said="different").said_by) == (1, "ivanova")
    assert AdverseEvent.objects.get(number=pair[1]).state == "reported"


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"by": MAKER}, "people.inspector-only"),
        ({"by": None}, "people.inspector-only"),
        ({"verdict": "perhaps"}, "duplicate.verdict"),
        ({"because": "  "}, "duplicate.no-grounds"),
        ({"because": "пациент Иванов Пётр"}, "vigilance.told-personal"),
        ({"second": "AE-2026-999999"}, "duplicate.unknown"),
    ],
    ids=["maker", "nobody", "verdict", "grounds", "name", "pair"],
)
def test_a_word_that_cannot_be_kept_changes_nothing(home: Home, change: dict[str, object], code: str) -> None:
    """Each is refused by its code, and no event moves."""
    find_duplicates(home, now=NOW)
    first, second = numbers("R-3", "S-3")
    said = {"second": second, "verdict": "same", "because": "one study", "by": INSPECTOR} | change
    with pytest.raises(Refusal, match=code):
        judge_duplicate(home, first, str(said.pop("second")), now=LATER, **said)  # type: ignore[arg-type]
    assert not AdverseEvent.objects.filter(state="duplicate").exists()
    assert LikelySame.objects.filter(said="").count() == 2


def test_the_inspector_hears_of_new_pairs_only(home: Home) -> None:
    """One notice for the first comparison, none for the second."""
    find_duplicates(home, now=NOW)
    find_duplicates(home, now=LATER, anew=True)
    told = [each for each in notices.of("inspector", None) if "may be one" in each.text.en]
    assert len(told) == 1
