# SPDX-License-Identifier: Apache-2.0
"""What signals wait for: a day, a version, a person; merging, splitting, and the quiet device of the week."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from nadzor.actions.choose_quiet import choose_quiet
from nadzor.actions.import_register import import_register
from nadzor.actions.look_at_quiet import NOTE_MAX, look_at_quiet
from nadzor.actions.move_signal import Grounds, move_signal
from nadzor.actions.watch_signals import watch_signals
from nadzor.base.home import Home
from nadzor.base.problems import Refusal
from nadzor.people.queries import CONSOLE, Person
from nadzor.people.roles import Role
from nadzor.procedures.signal import ARCHIVED, EXPLAINED, MERGED, RAISED, UNDER_REVIEW
from nadzor.records import audit, notices
from nadzor.vigilance import queries
from nadzor.vigilance.models import QuietLook, Signal
from nadzor.vigilance.quiet_queries import newest_quiet, quiet_looks, quiet_record
from tests.register_samples import NOW, device, register
from tests.rollup_samples import steady, write_rollups
from tests.unit.vigilance.signals import file_signal

pytestmark = pytest.mark.django_db
INSPECTOR = Person("ivanova", "Ivanova", Role.INSPECTOR)
HEAD = Person("petrov", "Petrov", Role.HEAD)
MAKER = Person("luchik-1", "Luchik", Role.MANUFACTURER_REPORTER, organisation="luchik")


@pytest.fixture(autouse=True)
def _register() -> None:
    import_register(register(device()), by=CONSOLE, now=NOW)


def _filed(n: int = 0, **changes: object) -> int:
    return file_signal(n, device="ai-901", **changes).pk


def _move(id: int, verb: str, by: Person = INSPECTOR, **added: str) -> str:
    return move_signal(id, verb, by=by, grounds=Grounds("as seen", added), now=NOW)


def _code(id: int, verb: str, by: Person = INSPECTOR, **added: str) -> str:
    with pytest.raises(Refusal) as refusal:
        _move(id, verb, by, **added)
    return refusal.value.code


def test_an_archived_signal_comes_back_on_its_day() -> None:
    """Not before; then once, with a notice, a new clock and no owner."""
    id = _filed()
    _move(id, "take")
    _move(id, "archive", archived_until="2026-12-01")
    assert watch_signals(now=NOW) == (0, 0)
    then = NOW + timedelta(days=11)
    assert [watch_signals(now=then)[0] for _ in range(2)] == [1, 0]
    card = queries.signal(id)
    assert (card.row.state, card.row.archived_until, card.row.owner_role) == (RAISED, None, "")
    assert card.row.take_up_by is not None
    assert (card.moves[-1].verb, card.moves[-1].role, card.moves[-1].because) == ("come_back", "house", "day")
    assert [told.subject for told in notices.of("inspector", None)] == [f"signal {id}"]


def test_an_archived_signal_waits_for_a_version() -> None:
    """A version that is not out keeps it away; once the register has it released, it is back."""
    id = _filed()
    _move(id, "take")
    _move(id, "archive", archived_until="9.9")
    assert watch_signals(now=NOW) == (0, 0)
    Signal.objects.filter(pk=id).update(archived_version="1.0")
    assert watch_signals(now=NOW) == (1, 0)
    assert queries.signal(id).moves[-1].because == "version"


@pytest.mark.parametrize("until", ["2026-11-01", "1.0", "x" * 41])
def test_a_signal_is_not_put_off_until_the_past(until: str) -> None:
    """A day that is over, a version that is out, a word that is neither."""
    id = _filed()
    _move(id, "take")
    assert _code(id, "archive", archived_until=until) == "signal.until-unclear"
    assert queries.signal(id).row.state == UNDER_REVIEW


def test_a_signal_may_be_brought_back_by_hand() -> None:
    """Whoever archived it may have it back; the day is forgotten."""
    id = _filed()
    _move(id, "take")
    assert _move(id, "archive", archived_until="2027-01-31") == ARCHIVED
    assert _move(id, "bring_back") == UNDER_REVIEW
    assert queries.signal(id).row.archived_until is None


def test_the_head_is_told_once_of_what_nobody_took_up() -> None:
    """After the last day of our own target; a signal taken up, or without a clock, is not late."""
    late, taken, without = _filed(0), _filed(1), _filed(2)
    Signal.objects.filter(pk__in=[late, taken]).update(take_up_by=date(2026, 11, 20))
    _move(taken, "take")
    assert [watch_signals(now=NOW)[1] for _ in range(2)] == [1, 0]
    (told,) = notices.of("head", None)
    assert told.subject == f"signal {late}" and "no term of law" in told.text.en
    assert queries.signal(without).row.take_up_by is None
    assert len(audit.entries(verb="vigilance.signal.late")) == 1


def test_merging_loses_nothing_and_splitting_gives_it_back() -> None:
    """The follower leaves the queue with its evidence, its leader names it; split, it is reviewed again."""
    leader, follower = _filed(0), _filed(1, site="s-2")
    assert _move(follower, "merge", leading_signal=str(leader)) == MERGED
    card = queries.signal(leader)
    assert [kin.id for kin in card.led] == [follower]
    assert len(queries.signal(follower).evidence) == 1
    assert queries.open_by_device() == {"ai-901": 1}
    assert _move(follower, "split") == UNDER_REVIEW
    assert (queries.signal(leader).led, queries.signal(follower).row.leading) == ((), None)
    deeds = [deed.verb for deed in audit.entries(object=f"signal {follower}")]
    assert deeds == ["vigilance.signal.split", "vigilance.signal.merge"]


def test_who_may_lead() -> None:
    """Not itself, not a closed one, not one that is not there; and who leads is not led."""
    leader, follower, third = _filed(0), _filed(1), _filed(2)
    assert _code(leader, "merge", leading_signal=str(leader)) == "signal.leads-itself"
    for number in ("0", "99999", "9" * 30, "two"):
        assert _code(leader, "merge", leading_signal=number) == "signal.leading-unknown"
    _move(follower, "merge", leading_signal=str(leader))
    assert _code(leader, "merge", leading_signal=str(third)) == "signal.leads-others"
    assert _code(third, "merge", leading_signal=str(follower)) == "signal.leading-closed"


def test_a_closing_keeps_its_reason_and_its_version() -> None:
    """Reason and version stand on the signal and on the move; a version the register has not is refused."""
    id = _filed()
    _move(id, "take")
    assert (
        _code(id, "resolve", reason_code="fixed_in_version", fixed_version="7.7") == "signal.version-unknown"
    )
    _move(id, "resolve", reason_code="fixed_in_version", fixed_version="1.0")
    card = queries.signal(id)
    assert (card.row.reason, card.row.fixed_version) == ("fixed_in_version", "1.0")
    assert card.moves[-1].added == {"reason_code": "fixed_in_version", "fixed_version": "1.0"}
    assert queries.record("failure_cusum").confirmed == queries.record("failure_cusum").resolved == 1


def test_reopening_forgets_the_reason_and_not_the_move() -> None:
    """The signal is open again without a reason; the history keeps the one that was given."""
    id = _filed()
    _move(id, "take")
    assert _move(id, "explain", reason_code="case_mix") == EXPLAINED
    assert Signal.objects.get(pk=id).closed_on is not None
    _move(id, "reopen", HEAD)
    card = queries.signal(id)
    assert (card.row.reason, Signal.objects.get(pk=id).closed_on) == ("", None)
    assert card.moves[-2].added["reason_code"] == "case_mix"


def test_the_quiet_device_is_chosen_once_a_week(home: Home) -> None:
    """Among devices that work without a signal; told to inspectors, its name not in the chain."""
    write_rollups(home, steady(date(2026, 10, 1), date(2026, 11, 21)))
    assert [choose_quiet(home, now=NOW) for _ in range(2)] == ["ai-901", None]
    card = newest_quiet()
    assert card is not None and (card.device, card.among, card.outcome) == ("ai-901", 1, "")
    (entry,) = audit.entries(verb="vigilance.quiet.choose")
    assert "ai-901" not in str(entry)
    assert [told.subject for told in notices.of("inspector", None)] == [f"week {card.week}"]
    _filed()
    assert choose_quiet(home, now=NOW + timedelta(days=7)) is None


def test_without_rollups_nobody_is_quiet(home: Home) -> None:
    """Nothing is known yet, so nothing is chosen."""
    assert choose_quiet(home, now=NOW) is None
    assert quiet_looks() == [] and newest_quiet() is None


def test_a_look_is_noted_once_and_counted() -> None:
    """What was seen, by whom; the record counts it, and the note is not changed afterwards."""
    QuietLook.objects.create(week="2026-W46", device="ai-901", chosen_at=NOW, among=3)
    QuietLook.objects.create(week="2026-W47", device="ai-901", chosen_at=NOW, among=3)
    look_at_quiet("2026-W46", "nothing", note="", by=INSPECTOR, now=NOW)
    look_at_quiet("2026-W47", "something", note="scores stand still", by=HEAD, now=NOW)
    assert quiet_record().looked == 2 and quiet_record().something == 1
    assert [card.note for card in quiet_looks()] == ["scores stand still", ""]


@pytest.mark.parametrize(
    ("week", "outcome", "note", "by", "code"),
    [
        ("2026-W46", "nothing", "", MAKER, "people.inspector-only"),
        ("2026-W01", "nothing", "", INSPECTOR, "quiet.unknown"),
        ("2026-W46", "perhaps", "", INSPECTOR, "quiet.outcome-unclear"),
        ("2026-W46", "something", " ", INSPECTOR, "quiet.outcome-unclear"),
        ("2026-W46", "nothing", "x" * (NOTE_MAX + 1), INSPECTOR, "move.grounds-too-long"),
        ("2026-W45", "nothing", "", INSPECTOR, "quiet.seen-already"),
    ],
)
def test_refused_looks(week: str, outcome: str, note: str, by: Person, code: str) -> None:
    """Another role, another week, no clear word, too many words, a second look."""
    QuietLook.objects.create(week="2026-W46", device="ai-901", chosen_at=NOW, among=3)
    QuietLook.objects.create(week="2026-W45", device="ai-901", chosen_at=NOW, among=3, outcome="nothing")
    with pytest.raises(Refusal) as refusal:
        look_at_quiet(week, outcome, note=note, by=by, now=NOW)
    assert refusal.value.code == code
