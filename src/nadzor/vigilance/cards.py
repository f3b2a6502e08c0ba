# SPDX-License-Identifier: Apache-2.0
"""What this room says about signals, as frozen structs: the only shape in which a signal leaves it."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from msgspec import Struct

from nadzor.detect.finding import Effect, Finding
from nadzor.vigilance.course import Lately


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

    Units: window_days is a number of days; studies are those of the device in the window; `lately` is the
    figure behind the finding over the last closed days, where it can be counted.
    """

    way_back: WayBack
    window_days: int
    studies: int
    labels: tuple[LabelCount, ...]
    smallest_drops: tuple[SmallestDrop, ...]
    version_registered: bool | None
    lately: Lately | None = None


class EvidenceCard(Struct, frozen=True, kw_only=True):
    """One run's word about a signal; `stands` is False when later data took the finding away."""

    at: datetime
    finding: Finding
    circumstances: Circumstances
    digest: str
    stands: bool = True
    episodes: int = 1


class MoveCard(Struct, frozen=True, kw_only=True):
    """One move in a signal's history."""

    at: datetime
    verb: str
    start: str
    to: str
    by: str
    role: str
    because: str
    added: dict[str, Any] = {}


class SignalRow(Struct, frozen=True, kw_only=True):
    """A signal as lists show it.

    Units: severity 1 to 4; strength in decimal orders of magnitude against chance; studies are those of the
    device in window_days.  `take_up_by` is a target of the house while nobody has taken the signal up.
    """

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
    dimension: str = ""
    severity: int = 3
    strength: float = 0.0
    course: str = "new"
    owner_role: str = ""
    take_up_by: date | None = None
    reason: str = ""
    fixed_version: str = ""
    archived_until: date | None = None
    archived_version: str = ""
    leading: int | None = None
    follows: int | None = None
    latest: Finding | None = None
    stands: bool = True
    studies: int = 0
    labels: int = 0
    window_days: int = 0


class Kin(Struct, frozen=True, kw_only=True):
    """A signal that belongs to another: led by it, or filed after it."""

    id: int
    device: str
    state: str


class SignalCard(Struct, frozen=True, kw_only=True):
    """A signal with everything behind it: the finding as raised, all evidence since, all moves, its kin.

    Kin are signals that the asker may read, too: those under it and the one above, those before and after.
    """

    row: SignalRow
    raised_by: Finding
    evidence: tuple[EvidenceCard, ...]
    moves: tuple[MoveCard, ...]
    led: tuple[Kin, ...] = ()
    followed_by: tuple[Kin, ...] = ()
    led_by: tuple[Kin, ...] = ()
    comes_after: tuple[Kin, ...] = ()

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


class QuietCard(Struct, frozen=True, kw_only=True):
    """The quiet device of a week; `outcome` is empty until somebody has looked.

    Units: among is the number of quiet devices it was chosen from.
    """

    week: str
    device: str
    among: int
    outcome: str
    note: str
    seen_by: str
    seen_at: datetime | None


class QuietRecord(Struct, frozen=True):
    """What looking at quiet devices has shown: how many were looked at, and where something was seen."""

    looked: int
    something: int


class DetectorRecord(Struct, frozen=True, kw_only=True):
    """How a detector's signals ended.  An open, archived or merged signal is in `raised` only.

    A signal resolved in a version counts as confirmed as well as one confirmed for a case: it was real.
    """

    detector: str
    raised: int
    confirmed: int
    explained: int
    dismissed: int
    resolved: int = 0

    @property
    def decided(self) -> int:
        """How many were closed by a person."""
        return self.confirmed + self.explained + self.dismissed

    @property
    def confirmed_share(self) -> float | None:
        """Confirmed among the decided; None while nothing was decided: unknown is not zero."""
        return self.confirmed / self.decided if self.decided else None
