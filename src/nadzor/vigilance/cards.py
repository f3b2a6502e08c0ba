# SPDX-License-Identifier: Apache-2.0
"""What this room says about signals, as frozen structs: the only shape in which a signal leaves it."""

from __future__ import annotations

from datetime import date, datetime

from msgspec import Struct

from nadzor.detect.finding import Effect, Finding


class WayBack(Struct, frozen=True, kw_only=True):
    """The question that leads from a signal to its rows; `telemetry` answers it, down to receipts."""

    measures: tuple[str, ...]
    device: str
    version: str = ""
    site: str = ""
    finding: str = ""
    first: date
    after: date


class LabelCount(Struct, frozen=True):
    """How many labels the signal's device had in the window, by the way they were selected."""

    selection: str
    labels: int


class SmallestDrop(Struct, frozen=True, kw_only=True):
    """What this device's labels, coming as they do, reveal within the window; None when no drop would show.

    Units: declared and drop are shares 0..1; labels are those that bear on the figure so far.
    """

    finding: str
    metric: str
    declared: float
    labels: int
    drop: float | None


class Circumstances(Struct, frozen=True, kw_only=True):
    """What surrounded a finding when it was made, over the same window of days for every signal.

    Units: window_days is a number of days; studies are those of the device in the window.
    """

    way_back: WayBack
    window_days: int
    studies: int
    labels: tuple[LabelCount, ...]
    smallest_drops: tuple[SmallestDrop, ...]
    version_registered: bool | None


class EvidenceCard(Struct, frozen=True, kw_only=True):
    """One run's word about a signal."""

    at: datetime
    finding: Finding
    circumstances: Circumstances
    digest: str


class MoveCard(Struct, frozen=True, kw_only=True):
    """One move in a signal's history."""

    at: datetime
    verb: str
    start: str
    to: str
    by: str
    role: str
    because: str


class SignalRow(Struct, frozen=True, kw_only=True):
    """A signal as lists show it."""

    id: int
    fingerprint: str
    detector: str
    kind: str
    device: str
    version: str
    site: str
    stratum: str
    finding: str
    first_day: date
    statistic: float
    threshold: float
    effect: Effect
    state: str
    raised_at: datetime
    changed_at: datetime


class SignalCard(Struct, frozen=True, kw_only=True):
    """A signal with everything behind it: the finding as raised, all evidence since, all moves."""

    row: SignalRow
    raised_by: Finding
    evidence: tuple[EvidenceCard, ...]
    moves: tuple[MoveCard, ...]

    @property
    def latest(self) -> EvidenceCard:
        """The last word of the detectors."""
        return self.evidence[-1]

    @property
    def circumstances(self) -> Circumstances:
        """What surrounded the last word."""
        return self.latest.circumstances

    @property
    def way_back(self) -> WayBack:
        """The question that leads back to the rows."""
        return self.circumstances.way_back


class SignalPage(Struct, frozen=True, kw_only=True):
    """One page of a list: rows, the next page's cursor if any, and how many signals match in each state."""

    rows: tuple[SignalRow, ...]
    next: int | None
    by_state: dict[str, int]

    @property
    def total(self) -> int:
        """How many signals match, whatever their state."""
        return sum(self.by_state.values())


class DetectorRecord(Struct, frozen=True, kw_only=True):
    """How a detector's signals ended.  An open signal is in `raised` only."""

    detector: str
    raised: int
    confirmed: int
    explained: int
    dismissed: int

    @property
    def decided(self) -> int:
        """How many were closed by a person."""
        return self.confirmed + self.explained + self.dismissed

    @property
    def confirmed_share(self) -> float | None:
        """Confirmed among the decided; None while nothing was decided: unknown is not zero."""
        return self.confirmed / self.decided if self.decided else None
