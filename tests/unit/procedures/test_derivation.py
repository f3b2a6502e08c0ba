# SPDX-License-Identifier: Apache-2.0
"""Derivations: every line has its day and its norm; the last one is the last day, or why there is none."""

from __future__ import annotations

from datetime import date

import pytest
from msgspec.structs import replace

from nadzor.law.load import norm
from nadzor.law.norm import Norm
from nadzor.procedures import reckoning
from nadzor.procedures.clocks import runs
from nadzor.procedures.registration_simplified import REGISTRATION_SIMPLIFIED
from tests.unit.procedures.walks import clock, walked

SIMPLE = "registration_simplified"
CURED = """
2026-03-02 submit representative
2026-03-05 find_incomplete registrar
2026-03-25 cure representative
"""


def _said(key: str, walk: str, *, today: str, name: str = SIMPLE) -> list[str]:
    return [line.text.en for line in clock(name, walked(name, walk), key, today=today).derivation]


def test_a_paused_and_resumed_limit_is_told_in_order() -> None:
    """Start, norm, days that flowed, days that stood, days that flowed, the last day."""
    lines = _said("registration.simplified_limit", CURED, today="2026-03-26")
    assert lines[0].startswith("2 Mar 2026: submit the application.")
    assert lines[1] == "The norm on 2 Mar 2026: 31 working days."
    assert lines[2] == "3 Mar 2026 to 5 Mar 2026, both counted: 3 working days."
    assert lines[3].startswith("6 Mar 2026 to 25 Mar 2026, both included, the clock stood still")
    assert lines[4].startswith("26 Mar 2026 to 5 May 2026, both counted: 28 working days; not counted: ")
    assert lines[5] == "The last day is 5 May 2026."


def test_a_standing_clock_says_what_is_left() -> None:
    """While a clock stands still there is no last day, only days left."""
    lines = _said("registration.simplified_limit", CURED.rsplit("2026-03-25", 1)[0], today="2026-03-20")
    assert lines[-2].startswith("From 6 Mar 2026 the clock stands still")
    assert lines[-1].startswith("28 working days left")


def test_a_calendar_term_moves_off_a_day_off() -> None:
    """Thirty days that end on a Saturday end on the Monday after, and the line says so."""
    lines = _said("registration.cure", CURED, today="2026-03-10")
    assert lines[-2] == "4 Apr 2026 is a day off: the next working day becomes the last one."
    assert lines[-1] == "The last day is 6 Apr 2026."


def test_a_limit_nobody_could_read_says_so() -> None:
    """T-17 is cut off in the source: the derivation ends in that, and names the key."""
    walk = """
    2026-06-01 submit manufacturer_admin
    2026-06-03 start registrar
    2026-06-04 send_task registrar
    2026-06-08 ask_applicant expert
    2026-06-09 pass_question registrar
    """
    name = "amendment_expertise"
    run = clock(name, walked(name, walk), "amendment.question_answer", today="2026-06-10")
    assert run.why is not None
    why = run.why.ru.rstrip(".")
    assert run.derivation[-1].text.ru == f"Дата не вычисляется: {why}. Ход дела это не останавливает."
    assert run.derivation[-1].key == "amendment.question_answer"


def test_a_reported_norm_is_marked() -> None:
    """A limit known from a retelling says so in its derivation."""
    lines = _said("amendment.without_expertise", "2026-11-20 submit representative", today="2026-11-20",
                  name="amendment_plain")  # fmt: skip
    assert any(line.startswith("The norm is reported") for line in lines)


def test_a_transitional_rule_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """A clock started after the edition ended says that the matter finishes under the one of its filing."""

    def ended(key: str, on: date, *, filed: date | None = None) -> Norm:
        assert filed == date(2026, 3, 2)
        return replace(norm(key, on, filed=filed), until=date(2026, 3, 3))

    monkeypatch.setattr(reckoning, "norm", ended)
    lines = _said("registration.cure", CURED, today="2026-03-10")
    assert "Filed on 2 Mar 2026: the matter finishes under the edition in force then." in lines


def test_every_line_can_be_followed() -> None:
    """Every line but the counting ones has a norm's key, and every line a citation."""
    for run in runs(REGISTRATION_SIMPLIFIED, walked(SIMPLE, CURED), today=date(2026, 3, 26)):
        assert all(line.key or "counted" in line.text.en for line in run.derivation)
        assert all(line.cite for line in run.derivation)
        assert run.derivation[-1].day == run.due
