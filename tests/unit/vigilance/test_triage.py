# SPDX-License-Identifier: Apache-2.0
"""The order of the queue, its clock, the catalogue of reasons, and the quiet device of the week."""

from __future__ import annotations

from collections import Counter
from datetime import date

import pytest
from msgspec.structs import replace

from nadzor.base.problems import Refusal
from nadzor.procedures.signal import DECIDED, SIGNAL
from nadzor.vigilance.queries import SignalFilter, triage
from nadzor.vigilance.quiet import pick, week_of
from nadzor.vigilance.reasons import must_fit, reasons, reasons_for
from nadzor.vigilance.triage import STRENGTH_MAX, strength, take_up_by
from tests.unit.vigilance.signals import FINDING, file_signal


def test_evidence_of_all_kinds_is_on_one_scale():
    """An e-value of a thousand and a p-value of a thousandth speak alike; a run length by its budget."""
    assert strength(replace(FINDING, e_value=1000.0)) == strength(replace(FINDING, p_value=0.001)) == 3.0
    at_limit = strength(replace(FINDING, statistic=8.0))
    assert at_limit == pytest.approx(3.56, abs=0.01)
    assert strength(replace(FINDING, statistic=16.0)) == pytest.approx(2 * at_limit, abs=0.02)


@pytest.mark.parametrize("odd", [{"p_value": 0.0}, {"e_value": 1e300}, {"statistic": 1e9, "threshold": 1e-9}])
def test_no_evidence_is_beyond_the_scale(odd):
    """A p-value of nothing and a statistic without measure stop at the end of the scale."""
    assert strength(replace(FINDING, **odd)) == STRENGTH_MAX


def test_graver_signals_are_taken_up_sooner():
    """Working days by severity; where no calendar is loaded there is no clock rather than a wrong one."""
    friday = date(2026, 11, 20)
    assert [take_up_by(grade, since=friday) for grade in (4, 3, 2)] == [
        date(2026, 11, 23), date(2026, 11, 24), date(2026, 11, 27),
    ]  # fmt: skip
    assert take_up_by(3, since=date(2090, 1, 1)) is None


@pytest.mark.django_db
def test_the_queue_is_ranked_and_paged():
    """Severity first, then strength, then age; the pages follow each other without a gap."""
    known = "failure.rise"
    filed = {
        "weak": file_signal(0, kind=known, p_value=0.01).pk,
        "strong": file_signal(1, kind=known, p_value=1e-9).pk,
        "slight": file_signal(2, kind="silence.system", p_value=1e-20).pk,
        "younger": file_signal(3, kind=known, p_value=0.01).pk,
    }
    first = triage(limit=3)
    second = triage(start=first.next or 0, limit=3)
    assert [row.id for row in (*first.rows, *second.rows)] == [
        filed[name] for name in ("strong", "weak", "younger", "slight")
    ]
    assert second.next is None
    assert triage(SignalFilter(severity=1)).total == 1
    assert triage(SignalFilter(course="quiet")).total == 0


def test_every_reason_closes_something_and_every_closing_has_one():
    """The catalogue and the table know the same moves, and each reason is said in both languages."""
    asked = {move.verb for move in SIGNAL.moves if "reason_code" in move.asks}
    assert asked == {verb for reason in reasons().values() for verb in reason.closes}
    assert asked == {move.verb for move in SIGNAL.moves if move.to in DECIDED and "house" not in move.by}
    assert all(reason.says.ru and reason.says.en for reason in reasons().values())


def test_a_reason_of_another_move_does_not_fit():
    """A false alarm is dismissed, not explained; the refusal names what may be given."""
    assert "false_alarm" in reasons_for("dismiss")
    with pytest.raises(Refusal) as refusal:
        must_fit("false_alarm", "explain")
    assert refusal.value.code == "signal.reason-unknown"
    assert "case_mix" in str(refusal.value.facts["may"])


def test_the_quiet_device_is_drawn_fairly_and_in_secret():
    """The same key draws the same device; another key another; over years every device has its turn."""
    devices = [f"ai-{n:03d}" for n in range(8)]
    weeks = [f"{year}-W{week:02d}" for year in range(2026, 2036) for week in range(1, 53)]
    drawn = Counter(pick(week, devices, secret=b"one") for week in weeks)
    assert drawn == Counter(pick(week, devices[::-1], secret=b"one") for week in weeks)
    assert drawn != Counter(pick(week, devices, secret=b"two") for week in weeks)
    assert set(drawn) == set(devices) and max(drawn.values()) < 2 * 520 / 8
    assert pick("2026-W47", [], secret=b"one") is None
    assert week_of(date(2026, 11, 22)) == "2026-W47"
