# SPDX-License-Identifier: Apache-2.0
"""A signal moves by its table: with grounds, by the right person, with audit and notices."""

from __future__ import annotations

import pytest

from nadzor.actions.import_register import import_register
from nadzor.actions.move_signal import GROUNDS_MAX, Grounds, move_signal
from nadzor.base.problems import Refusal
from nadzor.people.queries import CONSOLE, Person
from nadzor.people.roles import Role
from nadzor.procedures.signal import CONFIRMED, MAKER_ASKED, UNDER_REVIEW
from nadzor.records import audit, notices
from nadzor.vigilance import queries
from tests.register_samples import NOW, device, register
from tests.unit.vigilance.signals import file_signal

pytestmark = pytest.mark.django_db

INSPECTOR = Person("ivanova", "Ivanova", Role.INSPECTOR)
HEAD = Person("petrov", "Petrov", Role.HEAD)
MAKER = Person("luchik-1", "Luchik", Role.MANUFACTURER_REPORTER, organisation="luchik")
RIVAL = Person("farlight-1", "Farlight", Role.MANUFACTURER_REPORTER, organisation="farlight")


@pytest.fixture
def signal() -> int:
    """A signal about the sample device."""
    import_register(register(device()), by=CONSOLE, now=NOW)
    return file_signal(device="ai-901").pk


def _move(
    signal: int, verb: str, by: Person | None, because: str = "as seen in the rows", **added: str
) -> str:
    return move_signal(signal, verb, by=by, grounds=Grounds(because, added), now=NOW)


def test_a_whole_life(signal: int) -> None:
    """Taken up, asked, answered, confirmed: every move is kept with who, when and why."""
    _move(signal, "take", INSPECTOR, "")
    _move(signal, "ask_maker", INSPECTOR, "Explain the failures since 12 October.")
    _move(signal, "answer", MAKER, "A gateway at one clinic was replaced.")
    unexplained = "The answer does not explain the second site."
    assert _move(signal, "confirm", HEAD, unexplained, reason_code="deviation_confirmed") == CONFIRMED
    card = queries.signal(signal)
    assert card.row.state == CONFIRMED
    assert [(move.verb, move.by, move.role) for move in card.moves] == [
        ("take", "ivanova", "inspector"),
        ("ask_maker", "ivanova", "inspector"),
        ("answer", "luchik-1", "manufacturer_reporter"),
        ("confirm", "petrov", "head"),
    ]
    assert [deed.verb for deed in audit.entries(object=f"signal {signal}")] == [
        "vigilance.signal.confirm",
        "vigilance.signal.answer",
        "vigilance.signal.ask_maker",
        "vigilance.signal.take",
    ]


def test_the_maker_is_told(signal: int) -> None:
    """Asking reaches the device's maker with the question; the answer reaches inspectors."""
    _move(signal, "take", INSPECTOR, "")
    _move(signal, "ask_maker", INSPECTOR, "Why since October?")
    (asked,) = notices.of("manufacturer_reporter", "luchik")
    assert "Why since October?" in asked.text.en
    assert notices.of("manufacturer_reporter", "farlight") == []
    _move(signal, "answer", MAKER)
    assert [told.subject for told in notices.of("inspector", None)] == [f"signal {signal}"]


@pytest.mark.parametrize(
    ("verb", "by", "because", "code"),
    [
        ("confirm", HEAD, "why", "move.not-from-here"),
        ("take", MAKER, "why", "move.not-yours"),
        ("take", RIVAL, "why", "signal.unknown"),
        ("take", None, "why", "signal.unknown"),
    ],
)
def test_refused_moves_leave_no_trace(
    signal: int, verb: str, by: Person | None, because: str, code: str
) -> None:
    """A refused move changes neither state nor chain; a rival does not even learn that there is a signal."""
    with pytest.raises(Refusal) as refusal:
        _move(signal, verb, by, because)
    assert refusal.value.code == code
    assert queries.signal(signal).moves == ()
    assert audit.entries(object=f"signal {signal}") == []


def test_grounds_are_required_and_bounded(signal: int) -> None:
    """No grounds and a book of grounds are both refused; a page is kept whole."""
    _move(signal, "take", INSPECTOR, "")
    for because, code in (("", "move.no-grounds"), ("x" * (GROUNDS_MAX + 1), "move.grounds-too-long")):
        with pytest.raises(Refusal) as refusal:
            _move(signal, "ask_maker", INSPECTOR, because)
        assert refusal.value.code == code
    assert queries.signal(signal).row.state == UNDER_REVIEW
    assert _move(signal, "ask_maker", INSPECTOR, "y" * GROUNDS_MAX) == MAKER_ASKED
    assert queries.signal(signal).moves[-1].because == "y" * GROUNDS_MAX


def test_an_unknown_signal_is_unknown() -> None:
    """A number that no signal has is refused as unknown."""
    with pytest.raises(Refusal) as refusal:
        _move(10_000, "take", INSPECTOR)
    assert refusal.value.code == "signal.unknown"
