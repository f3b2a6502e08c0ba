# SPDX-License-Identifier: Apache-2.0
"""The ledger of lateness: how long after they happened each sender's events arrived.

Method: counts of the measure `delay` by its fixed bins; late is a day or more between event and receipt.
"""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from typing import Final

from msgspec import Struct

from nadzor.measures.catalogue import catalogue
from nadzor.telemetry.store import Rollups

MEASURE: Final = "delay"
LATE_S: Final = 86_400  # one of the bins' edges; no norm sets it, the house calls a day late


class SenderLateness(Struct, frozen=True):
    """One installation. `by_bin` counts its studies by the bins of `delay`, the first is the future."""

    installation: str
    events: int
    by_bin: tuple[int, ...]
    late_share: float  # Units: share of `events`


def lateness(
    rollups: Rollups, device: str, *, since: date | None = None, until: date | None = None
) -> list[SenderLateness]:
    """Every sender of a device with studies on days in [since, until), the latest first."""
    edges = catalogue().edges(MEASURE)
    counted: dict[str, list[int]] = defaultdict(lambda: [0] * (len(edges) + 1))
    rows = rollups.totals(MEASURE, by=("installation", "bin"), device=device, since=since, until=until)
    for installation, bin_, n in rows:
        counted[installation][bin_] += n
    late = edges.index(LATE_S) + 1
    found = [_sender(installation, bins, late) for installation, bins in counted.items() if sum(bins) > 0]
    return sorted(found, key=lambda sender: (-sender.late_share, sender.installation))


def _sender(installation: str, bins: list[int], late: int) -> SenderLateness:
    events = sum(bins)
    return SenderLateness(installation, events, tuple(bins), sum(bins[late:]) / events)
