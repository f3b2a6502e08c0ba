# SPDX-License-Identifier: Apache-2.0
"""How complete a report is: each missing piece takes its share away and says what to add."""

from __future__ import annotations

from datetime import date
from types import SimpleNamespace

import pytest
from msgspec.structs import replace

from nadzor.vigilance.quality import Core, core_of, dimensions, rescored, score

DAY = date(2026, 3, 1)
WHOLE = Core(
    event_on=DAY, aware_on=DAY, received_on=DAY, device="ai-901", version="1.0", installation="i-1",
    study="a" * 32, event_type="malfunction", problems=("A090803",), effects=("F13",), narrative=True,
    outcome=True, reporter=True,
)  # fmt: skip


def test_a_whole_report_scores_one() -> None:
    """Nothing missing, nothing to add."""
    told = score(WHOLE)
    assert (told.value, told.missing) == (1.0, ())
    assert len(told.parts) == len(dimensions())


@pytest.mark.parametrize(
    ("change", "dimension", "value"),
    [
        ({"event_on": None}, "event_date", 0.5),
        ({"aware_on": None}, "aware_date", 0.7),
        ({"received_on": None}, "received_date", 0.7),
        ({"contradicts": True}, "dates_agree", 0.7),
        ({"device": ""}, "device", 0.5),
        ({"device": "", "device_told": "something"}, "device_linked", 0.7),
        ({"version": ""}, "version", 0.7),
        ({"installation": ""}, "installation", 0.9),
        ({"study": ""}, "study", 0.9),
        ({"event_type": ""}, "event_type", 0.7),
        ({"problems": ()}, "problem", 0.7),
        ({"problems": ("A09",)}, "problem_chapter", 0.8),
        ({"problems": ("A0908", "A09")}, "problem_group", 0.9),
        ({"effects": ()}, "effect", 0.7),
        ({"outcome": False}, "outcome", 0.9),
        ({"narrative": False}, "narrative", 0.9),
        ({"reporter": False}, "reporter", 0.9),
    ],
    ids=lambda value: value if isinstance(value, str) else None,
)
def test_each_missing_piece_takes_its_share(change: dict[str, object], dimension: str, value: float) -> None:
    """One thing missing: the score is one minus its penalty, and the part says what to add."""
    told = score(replace(WHOLE, **change))
    assert told.value == pytest.approx(value)
    (part,) = told.missing
    assert part.dimension == dimension
    assert part.add is not None and part.add.ru and part.add.en


def test_penalties_multiply() -> None:
    """Two things missing leave the product of what each leaves."""
    assert score(replace(WHOLE, event_on=None, version="")).value == pytest.approx(0.35)


def test_a_row_of_the_table_is_scored_again() -> None:
    """The core is read from a row; a doubt about dates counts, a report without an account counts."""
    row = SimpleNamespace(
        event_on=DAY, aware_on=DAY, received_on=DAY, device="ai-901", device_told="", version="1.0",
        installation="i-1", study="a", event_type="other", problems=[{"code": "A110303", "edition": "e"}],
        effects=[{"code": "F26", "edition": "e"}], doubts=["aware_before_event"], reporter_role="public",
    )  # fmt: skip
    assert core_of(row, narrative=True).problems == ["A110303"]
    before, after = rescored(row, narrative=False), rescored(row, narrative=True, outcome=True)
    assert (before, after) == (pytest.approx(0.7 * 0.9**3), pytest.approx(0.7 * 0.9))
