# SPDX-License-Identifier: Apache-2.0
"""Run a signal's detector again on what was known on a day, to see whether the figure comes back."""

from __future__ import annotations

from datetime import date

from msgspec import Struct

from nadzor.actions.run_detectors import run_detectors
from nadzor.base.clock import moscow_date
from nadzor.base.home import Home
from nadzor.base.problems import Refusal
from nadzor.detect.finding import Finding
from nadzor.people.queries import Person
from nadzor.telemetry.store import Rollups
from nadzor.vigilance.known.moment import Moment
from nadzor.vigilance.known.signal import known_signal
from nadzor.vigilance.reproductions import is_same
from nadzor.vigilance.streams import stream_of


class Replayed(Struct, frozen=True, kw_only=True):
    """The last evidence of a signal by a moment, beside the same detector run now on the facts of that day.

    `again` is None when the detector finds nothing in them; `same_rows` whether it read the very same rows,
    `same_figure` whether the statistic agrees to within rounding.  Rows differ without any fault where facts
    of the evidence's own day came after the run: a rollup knows days, not hours.
    """

    id: int
    run_on: date
    then: Finding
    again: Finding | None
    same_rows: bool
    same_figure: bool


def replay_signal(home: Home, id: int, moment: Moment, *, by: Person | None) -> Replayed:
    """The evidence that stood at a moment, and what its detector says of the facts known by then.

    Raises: Refusal signal.unknown, known.not-yet, known.no-evidence, rollup.missing.
    """
    card = known_signal(by, id, moment)
    if not card.evidence:
        raise Refusal("known.no-evidence")
    kept = card.evidence[-1]
    run_on, stream = moscow_date(kept.at), stream_of(kept.finding)
    found = run_detectors(Rollups.open(home).known_on(run_on), today=run_on, only=(kept.finding.detector,))
    alike = [each for each in found.findings if stream_of(each) == stream]
    again = min(alike, key=lambda each: abs(each.statistic - kept.finding.statistic), default=None)
    return Replayed(
        id=id, run_on=run_on, then=kept.finding, again=again,
        same_rows=again is not None and again.rows_hash == kept.finding.rows_hash,
        same_figure=again is not None and is_same(again.statistic, kept.finding.statistic),
    )  # fmt: skip
