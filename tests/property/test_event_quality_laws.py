# SPDX-License-Identifier: Apache-2.0
"""Laws of the score of completeness, whatever a report tells."""

from __future__ import annotations

from datetime import date

from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import asdict, replace

from nadzor.vigilance.lateness import Days, contradictions
from nadzor.vigilance.quality import Core, score

DAY = st.none() | st.dates(date(2026, 1, 1), date(2026, 1, 4))
WORD = st.sampled_from(("", "x"))
CODES = st.lists(st.sampled_from(("A09", "A0908", "A090803")), max_size=2).map(tuple)
CORES = st.builds(
    Core, event_on=DAY, aware_on=DAY, received_on=DAY, contradicts=st.just(False), device=WORD,
    device_told=WORD, version=WORD, installation=WORD, study=WORD, event_type=WORD, problems=CODES,
    effects=CODES, narrative=st.booleans(), outcome=st.booleans(), reporter=st.booleans(),
)  # fmt: skip


def honest(core: Core) -> Core:
    """The core with its days looked at."""
    days = Days(core.event_on, core.aware_on, core.received_on)
    return replace(core, contradicts=bool(contradictions(days)))


@given(CORES, CORES)
def test_whoever_tells_more_never_scores_less(core: Core, other: Core) -> None:
    """What was unknown becomes known, one thing or many: the score never falls, though days may disagree."""
    more = {name: value for name, value in asdict(other).items() if not getattr(core, name)}
    assert score(honest(replace(core, **more))).value >= score(honest(core)).value


@given(CORES)
def test_a_score_is_what_its_parts_leave(core: Core) -> None:
    """From nought to one, and exactly what takes something away says what to add."""
    told = score(honest(core))
    assert 0 < told.value <= 1
    assert {part.dimension for part in told.missing} == {
        part.dimension for part in told.parts if part.factor < 1
    }
